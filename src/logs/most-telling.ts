import type { LogPatternCount, LogPatterns } from '../model/logs.js';
import { TROUBLE_LEVELS } from './trouble.js';

/**
 * The worst levels first; of one level that does not fit, the most frequent and the rarest patterns by turns: a flood
 * of either must not hide the other. In the answer the more frequent ones of a level stand first.
 */
export function mostTelling(
  all: readonly LogPatternCount[],
  max: number,
): { readonly kept: LogPatternCount[]; readonly left: LogPatternCount[] } {
  const sorted = [...all].sort(byWeight);
  if (sorted.length <= max) return { kept: sorted, left: [] };
  const kept = new Set<LogPatternCount>();
  for (const level of TROUBLE_LEVELS) {
    const own = sorted.filter((p) => p.level === level);
    for (let n = 0; n < own.length && kept.size < max; n++)
      kept.add(n % 2 === 0 ? own[n / 2]! : own[own.length - 1 - (n - 1) / 2]!);
  }
  return { kept: sorted.filter((p) => kept.has(p)), left: sorted.filter((p) => !kept.has(p)) };
}

function byWeight(a: LogPatternCount, b: LogPatternCount): number {
  return (
    TROUBLE_LEVELS.indexOf(a.level) - TROUBLE_LEVELS.indexOf(b.level) ||
    b.count - a.count ||
    (a.pattern === b.pattern ? 0 : a.pattern < b.pattern ? -1 : 1)
  );
}

/** The patterns of many files as one list: the same message is one pattern, its example the earliest line. */
export function mergePatterns(
  files: readonly {
    readonly patterns: readonly LogPatternCount[];
    readonly patternsLeftOut: number;
    readonly linesLeftOut: number;
  }[],
  max: number,
): LogPatterns {
  const merged = new Map<string, LogPatternCount>();
  for (const pattern of files.flatMap((file) => file.patterns)) {
    const id = `${pattern.level ?? ''}\n${pattern.pattern}`;
    const known = merged.get(id);
    merged.set(id, known === undefined ? pattern : joined(known, pattern));
  }
  const { kept, left } = mostTelling([...merged.values()], max);
  const sum = (of: (file: (typeof files)[number]) => number): number => files.reduce((n, f) => n + of(f), 0);
  return {
    patterns: kept,
    patternsLeftOut: left.length + sum((f) => f.patternsLeftOut),
    linesLeftOut: left.reduce((n, { count }) => n + count, 0) + sum((f) => f.linesLeftOut),
  };
}

function joined(a: LogPatternCount, b: LogPatternCount): LogPatternCount {
  const earlier = (b.first ?? Infinity) < (a.first ?? Infinity) ? b : a;
  return {
    ...earlier,
    count: a.count + b.count,
    first: extreme(Math.min, a.first, b.first),
    last: extreme(Math.max, a.last, b.last),
    nodes: [...new Set([...a.nodes, ...b.nodes])],
  };
}

function extreme(pick: (a: number, b: number) => number, a: number | null, b: number | null): number | null {
  return a === null ? b : b === null ? a : pick(a, b);
}
