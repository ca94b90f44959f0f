import { describe, expect, it } from 'vitest';
import { mergePatterns, mostTelling } from '../../src/logs/most-telling.js';
import type { LogPatternCount, TroubleLevel } from '../../src/model/logs.js';

function pattern(
  text: string,
  level: TroubleLevel,
  count: number,
  more: Partial<LogPatternCount> = {},
): LogPatternCount {
  const example = { node: 'a', file: 'x.log', line: 1, text };
  return { pattern: text, level, count, first: null, last: null, nodes: ['a'], example, ...more };
}

const names = (all: readonly LogPatternCount[]): string[] => all.map((p) => p.pattern);

describe('mostTelling', () => {
  it('puts the worst level first, then the most frequent', () => {
    const all = [
      pattern('w', 'warn', 99),
      pattern('n', null, 500),
      pattern('e', 'error', 1),
      pattern('f', 'error', 7),
    ];
    expect(names(mostTelling(all, 9).kept)).toEqual(['f', 'e', 'w', 'n']);
  });

  it('keeps the rarest beside the most frequent where not all fit', () => {
    const all = [1, 2, 3, 4, 5, 6].map((n) => pattern(`e${n}`, 'error', n));
    const { kept, left } = mostTelling([...all, pattern('w', 'warn', 9)], 4);
    expect(names(kept)).toEqual(['e6', 'e5', 'e2', 'e1']);
    expect(names(left)).toEqual(['e4', 'e3', 'w']);
  });
});

describe('mergePatterns', () => {
  it('joins the same message of several files and nodes; the example is the earliest line', () => {
    const late = pattern('x', 'error', 2, { first: 20, last: 30 });
    const example = { node: 'b', file: 'y.log', line: 3, text: 'early' };
    const early = pattern('x', 'error', 3, { first: 10, last: null, nodes: ['b'], example });
    const other = pattern('x', 'warn', 1);
    const { patterns, patternsLeftOut, linesLeftOut } = mergePatterns(
      [
        { patterns: [late], patternsLeftOut: 1, linesLeftOut: 4 },
        { patterns: [early, other], patternsLeftOut: 0, linesLeftOut: 2 },
      ],
      1,
    );
    expect(patterns).toEqual([{ ...early, count: 5, first: 10, last: 30, nodes: ['a', 'b'] }]);
    expect([patternsLeftOut, linesLeftOut]).toEqual([2, 7]);
  });
});
