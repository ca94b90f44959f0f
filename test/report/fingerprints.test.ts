import { describe, expect, it } from 'vitest';
import type { DocEvidence, DocFinding } from '../../src/model/document.js';
import { fingerprints } from '../../src/report/fingerprints.js';
import { fullDocument } from './support/documents.js';

const BASE = fullDocument();

function finding(diagnosis: string, over: Partial<DocFinding> = {}): DocFinding {
  return { ...BASE.findings[0]!, evidence: [], diagnosis, ...over };
}

function print(...findings: DocFinding[]): string[] {
  return fingerprints({ findings, evidence: [] });
}

const LOSS =
  '8 of 135 packets (5.93 %) from 10.0.1.9:52040 to 10.0.2.7:8080 are lost over 5 flows, last at 2026-11-20T22:27:12.836Z.';

describe('fingerprints', () => {
  it.each([
    [
      'amounts',
      '9 of 1350 packets (0.7 %) from 10.0.1.9:52040 to 10.0.2.7:8080 are lost over 1 flow, last at 2026-11-20T22:27:12.836Z.',
    ],
    ['times', LOSS.replace('2026-11-20T22:27:12.836Z', '2026-11-21T00:00:00Z')],
    ["the client's port", LOSS.replace('52040', '40001')],
  ])('stay when %s change', (_, later) => {
    expect(print(finding(later))).toEqual(print(finding(LOSS)));
  });

  it.each([
    ['the address', LOSS.replace('10.0.2.7', '10.0.2.8')],
    ["the service's port", LOSS.replace('8080', '8443')],
    ['the words', LOSS.replace('lost', 'refused')],
  ])('change with %s', (_, other) => {
    expect(print(finding(other))).not.toEqual(print(finding(LOSS)));
  });

  it('do not depend on the other findings of the run', () => {
    const other = finding('Another host, 10.0.3.3, is not reached.');
    expect(print(other, finding(LOSS))[1]).toBe(print(finding(LOSS))[0]);
  });

  it('tell findings apart that are alike', () => {
    const [a, b] = print(finding(LOSS), finding(LOSS));
    expect(a).not.toBe(b);
  });

  it('stay when counters of a line of configuration change', () => {
    const of = (content: string): string[] => {
      const line: DocEvidence = {
        ...BASE.evidence[0]!,
        id: 'E-9',
        type: 'network_diagnostics',
        line: 3,
        content,
      };
      return fingerprints({ findings: [finding(LOSS, { evidence: ['E-9'] })], evidence: [line] });
    };
    expect(of('[12:720] -A FORWARD -j DROP')).toEqual(of('[0:0] -A FORWARD -j DROP'));
    expect(of('[12:720] -A FORWARD -j DROP')).not.toEqual(of('[12:720] -A FORWARD -j REJECT'));
  });
});
