/** How many lines there are when, and where there are far more than usual. */
import type { Span } from './pivot.js';
import type { WindowFile } from './records.js';

export interface Bucket {
  /** Milliseconds since the epoch. */
  readonly from: number;
  readonly lines: number;
  /** Lines at levels error and fatal. */
  readonly errors: number;
}

export interface Burst {
  readonly node: string;
  readonly file: string;
  readonly from: number;
  readonly to: number;
  readonly lines: number;
  /** Lines that the whole file has in a time as long, on average. */
  readonly usual: number;
}

const STEPS = [
  100, 200, 500, 1000, 2000, 5000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000, 1_800_000,
  3_600_000, 7_200_000, 21_600_000, 86_400_000,
];
const BUCKETS = 60;

/** A round length such that the windows have about 60 buckets together. */
export function bucketLength(windows: readonly Span[]): number {
  const total = windows.reduce((sum, { from, to }) => sum + to - from, 0);
  return (
    STEPS.find((step) => total / step <= BUCKETS) ?? Math.ceil(total / BUCKETS / 86_400_000) * 86_400_000
  );
}

/** One bucket per step of each window, empty ones too. */
export function density(files: readonly WindowFile[], windows: readonly Span[], length: number): Bucket[] {
  const buckets = new Map<number, { lines: number; errors: number }>();
  for (const { from, to } of windows)
    for (let at = start(from, length); at <= to; at += length) buckets.set(at, { lines: 0, errors: 0 });
  for (const { lines } of files) {
    for (const { time, pattern } of lines) {
      const bucket = buckets.get(start(time, length));
      if (bucket === undefined) continue;
      bucket.lines++;
      if (pattern.level === 'error' || pattern.level === 'fatal') bucket.errors++;
    }
  }
  return [...buckets].sort((a, b) => a[0] - b[0]).map(([from, counts]) => ({ from, ...counts }));
}

export const start = (time: number, length: number): number => Math.floor(time / length) * length;

/** A burst has at least this many lines, and this many times the usual number. */
const LEAST_LINES = 20;
const TIMES_USUAL = 5;
const MAX_BURSTS = 20;

export function bursts(files: readonly WindowFile[], length: number): Burst[] {
  const found = files.flatMap(({ file: { index }, lines }) => {
    const span = Math.max(length, (index.last ?? 0) - (index.first ?? 0));
    const usual = (index.lines / span) * length;
    const counts = new Map<number, number>();
    for (const { time } of lines) counts.set(start(time, length), (counts.get(start(time, length)) ?? 0) + 1);
    const high = [...counts]
      .filter(([, count]) => count >= LEAST_LINES && count >= usual * TIMES_USUAL)
      .sort((a, b) => a[0] - b[0]);
    const runs: { from: number; to: number; lines: number }[] = [];
    for (const [from, count] of high) {
      const last = runs.at(-1);
      if (last !== undefined && last.to === from) {
        last.to += length;
        last.lines += count;
      } else runs.push({ from, to: from + length, lines: count });
    }
    return runs.map((run): Burst => {
      const expected = (usual * (run.to - run.from)) / length;
      return { node: index.node, file: index.path, ...run, usual: Math.round(expected * 10) / 10 };
    });
  });
  return found
    .sort((a, b) => b.lines - a.lines || a.from - b.from)
    .slice(0, MAX_BURSTS)
    .sort((a, b) => a.from - b.from || (a.file < b.file ? -1 : 1));
}
