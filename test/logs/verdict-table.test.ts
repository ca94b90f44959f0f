import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { VerdictLine } from '../../src/logs/policy-verdict.js';
import { VerdictTable } from '../../src/logs/verdict-table.js';
import type { VerdictPlace } from '../../src/logs/verdict-tuple.js';

const base: VerdictLine = {
  src: '10.0.1.9',
  sport: 43211,
  dst: '10.0.2.7',
  dport: 5432,
  protocol: 'TCP',
  verdict: 'DENY',
  direction: 'egress',
  tier: null,
};

const at = (line: number): VerdictPlace => ({
  source: 'network-policy-agent',
  file: 'a.log',
  line,
  time: 1000 * line,
  timeNotes: [],
});

function tableOf(lines: readonly Partial<VerdictLine>[], maxTuples?: number): VerdictTable {
  const table = new VerdictTable([], maxTuples);
  for (const [index, line] of lines.entries()) table.add({ ...base, ...line }, at(index + 1));
  return table;
}

const shown = (table: VerdictTable): unknown[] =>
  table
    .result()
    .map((t) => [t.line.verdict, t.returnTraffic, t.line.sport, t.line.dport, t.count, t.sports, t.dports]);

describe('VerdictTable', () => {
  it('sums up lines of one tuple, whatever the source port', () => {
    const table = tableOf([
      {},
      { sport: 43212 },
      { sport: 43212 },
      { verdict: 'ACCEPT' },
      { dport: 53, protocol: 'UDP' },
    ]);
    const [deny] = table.result();
    expect(deny).toMatchObject({ count: 3, first: 1000, last: 3000, sports: [43211, 43212], dports: [5432] });
    expect([deny!.firstSeen.line, deny!.lastSeen.line]).toEqual([1, 3]);
    expect(table.result().map((tuple) => [tuple.line.verdict, tuple.line.dport, tuple.count])).toEqual([
      ['DENY', 5432, 3],
      ['DENY', 53, 1],
      ['ACCEPT', 5432, 1],
    ]);
  });

  it('keeps tiers and directions apart', () => {
    expect(tableOf([{}, { tier: 'DEFAULT' }, { direction: 'ingress' }]).result()).toHaveLength(3);
  });

  it('sums up answers of a server by its port, over all ports of clients', () => {
    const answer = { src: '10.0.2.7', dst: '10.0.1.9', sport: 5432 };
    const lines = [45182, 45183, 45182, 50000].map((dport) => ({ ...answer, dport }));
    expect(shown(tableOf(lines))).toEqual([['DENY', true, 5432, 45182, 4, [5432], [45182, 45183, 50000]]]);
  });

  it('takes many low source ports to one high port for requests after all', () => {
    const lines = [1025, 2049, 30_001, 40_000].map((sport) => ({ sport, dport: 50_051 }));
    expect(shown(tableOf(lines))).toEqual([
      ['DENY', false, 40_000, 50_051, 4, [40_000, 1025, 2049, 30_001], [50_051]],
    ]);
  });

  it('keeps at most 64 ports and counts on', () => {
    const [tuple] = tableOf(Array.from({ length: 500 }, (_, n) => ({ sport: 40_000 + n }))).result();
    expect([tuple!.count, tuple!.sports.length]).toEqual([500, 64]);
  });

  it('drops ACCEPT before DENY, small before large, and says how much', () => {
    const accepts = Array.from({ length: 30 }, (_, n) => ({ verdict: 'ACCEPT' as const, dport: 1000 + n }));
    const table = tableOf(
      [{}, {}, { dport: 1 }, { verdict: 'ACCEPT', dport: 2 }, { verdict: 'ACCEPT', dport: 2 }, ...accepts],
      8,
    );
    const kept = table.result().map((tuple) => tuple.line.dport);
    expect(kept.slice(0, 3)).toEqual([5432, 1, 2]);
    expect(kept.length).toBeLessThanOrEqual(8);
    expect(kept.length + table.droppedTuples).toBe(33);
    expect(table.droppedLines).toBe(table.droppedTuples);
  });

  it('gives the same whether files are read together or merged', () => {
    const line = fc.record({
      sport: fc.constantFrom(80, 1025, 5432, 40_000, 50_000),
      dport: fc.constantFrom(53, 5432, 40_000, 50_000),
      verdict: fc.constantFrom('DENY' as const, 'ACCEPT' as const),
    });
    const summary = (table: VerdictTable): unknown =>
      table
        .result()
        .map((t) => [
          t.line.verdict,
          t.line.dport,
          t.count,
          t.first,
          t.last,
          t.firstSeen.line,
          t.lastSeen.line,
        ]);
    fc.assert(
      fc.property(fc.array(line, { maxLength: 40 }), fc.nat(40), (lines, cut) => {
        const merged = new VerdictTable([]);
        const parts = [new VerdictTable([]), new VerdictTable([])];
        for (const [index, one] of lines.entries())
          parts[index < cut ? 0 : 1]!.add({ ...base, ...one }, at(index + 1));
        for (const part of parts) for (const tuple of part.raw(new Map())) merged.merge(tuple);
        expect(summary(merged)).toEqual(summary(tableOf(lines)));
      }),
    );
  });
});
