import { describe, expect, it } from 'vitest';
import { renderJunit } from '../../src/report/junit.js';
import { fullDocument } from './support/documents.js';
import { parseXml, type XmlElement } from './support/xml.js';

function cases(root: XmlElement): Map<string, XmlElement> {
  return new Map(
    root.children[0]!.children.filter((c) => c.name === 'testcase').map((c) => [c.attributes['name']!, c]),
  );
}

describe('renderJunit', () => {
  const root = parseXml(renderJunit(fullDocument()));

  it('has a test case per rule and counts them', () => {
    expect(root.attributes).toEqual({
      name: 'eks-netcheck',
      tests: '4',
      failures: '1',
      errors: '0',
    });
    expect([...cases(root).keys()]).toEqual([
      'blackhole-route',
      'clock-skew',
      'coredns-errors',
      'missing-route',
    ]);
  });

  it('fails the case of a finding, with its evidence', () => {
    const [failure] = cases(root).get('blackhole-route')!.children;
    expect(failure!.name).toBe('failure');
    expect(failure!.attributes).toEqual({ message: 'A blackhole route swallows pod traffic', type: 'high' });
    expect(failure!.text).toContain('networking/iproute.txt:5: blackhole 10.36.118.75');
  });

  it('tells a finding of low severity in the output of a case that passes', () => {
    expect(
      cases(root)
        .get('clock-skew')!
        .children.map((c) => c.name),
    ).toEqual(['system-out']);
  });

  it('skips what could not be decided, with the reason', () => {
    const [skipped] = cases(root).get('coredns-errors')!.children;
    expect([skipped!.name, skipped!.text]).toEqual(['skipped', 'no coredns log was collected']);
  });

  it('passes what was decided and not found', () => {
    expect(cases(root).get('missing-route')!.children).toEqual([]);
  });

  it('skips a rule whose findings were filtered out', () => {
    const d = { ...fullDocument(), findings: [] };
    const [skipped] = cases(parseXml(renderJunit(d))).get('blackhole-route')!.children;
    expect(skipped!.name).toBe('skipped');
  });
});
