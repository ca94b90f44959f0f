import { describe, expect, it } from 'vitest';
import { citeEvidence } from '../../src/diagnose/index.js';
import type { EvidenceItem, Finding, RuleResults } from '../../src/model/rule.js';
import { bundleOf } from '../logs/helpers.js';

const NODE = 'i-0a1b2c3d4e5f67890';

function item(over: Partial<EvidenceItem>): EvidenceItem {
  return {
    type: 'network_diagnostics',
    node: NODE,
    file: 'a.txt',
    line: 5,
    time: null,
    content: 'what a fact understood',
    ...over,
  };
}

async function cite(files: Record<string, string>, ...evidence: EvidenceItem[]): Promise<EvidenceItem[]> {
  const findings = [{ evidence }] as unknown as Finding[];
  const results = { findings, skipped: [] } as unknown as RuleResults;
  const { findings: out } = await citeEvidence(results, [bundleOf(files)], { maxLineLength: 100_000 });
  return [...out[0]!.evidence];
}

const lines = (n: number): string => Array.from({ length: n }, (_, i) => `line ${i + 1}\n`).join('');

describe('citeEvidence', () => {
  it('quotes the line and three lines on either side, as far as the file goes', async () => {
    const [middle, first, last] = await cite(
      { 'a.txt': lines(9) },
      item({}),
      item({ line: 1 }),
      item({ line: 9 }),
    );
    expect(middle!.content).toBe('line 5');
    expect(middle!.context!.map((l) => l.line)).toEqual([2, 3, 4, 5, 6, 7, 8]);
    expect(first!.context!.map((l) => l.text)).toEqual(['line 1', 'line 2', 'line 3', 'line 4']);
    expect(last!.context!.map((l) => l.line)).toEqual([6, 7, 8, 9]);
  });

  it('leaves the words of a log record, and adds what stands around them', async () => {
    const [e] = await cite({ 'a.txt': lines(9) }, item({ type: 'search', content: 'joined from pieces' }));
    expect([e!.content, e!.context!.length]).toEqual(['joined from pieces', 7]);
  });

  it('leaves evidence whose line or file is not there, or is not named', async () => {
    const given = [
      item({ line: 50 }),
      item({ file: 'b.txt' }),
      item({ file: null, line: null }),
      item({ line: null }),
    ];
    expect(await cite({ 'a.txt': lines(9) }, ...given)).toEqual(given);
  });

  it('quotes of a long line the object that was understood', async () => {
    const json = `{"pods": [${Array.from({ length: 60 }, (_, n) => `{"ip": "10.0.0.${n}", "name": "pod-${n}"}`).join(', ')}]}`;
    const [e] = await cite({ 'a.txt': json }, item({ line: 1, content: '"ip": "10.0.0.40"' }));
    expect(e!.content.startsWith('{"ip": "10.0.0.40", "name": "pod-40"}, {')).toBe(true);
    expect(e!.content).toHaveLength(501);
    expect(e!.context![0]!.text).toHaveLength(300);
  });

  it('bounds how many get their surroundings; all are quoted', async () => {
    const many = Array.from({ length: 200 }, (_, n) => item({ line: n * 10 + 1 }));
    const out = await cite({ 'a.txt': lines(2000) }, ...many);
    expect(out.filter((e) => e.context !== undefined)).toHaveLength(150);
    expect(out[199]!.content).toBe('line 1991');
  });
});
