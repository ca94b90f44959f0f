/** What a query finds in one file: by its patterns where they decide, else by its lines. */
import { eachPosting } from '../index-store/postings.js';
import type { IndexedFile } from '../index-store/search-index.js';
import type { FileIndex, Pattern } from '../index-store/types.js';
import type { FilePlan } from './plan-file.js';
import type { SearchHits } from './task.js';

/** Hits of one pattern in one file. */
export interface PatternHits {
  readonly pattern: Pattern;
  readonly count: number;
  /** Milliseconds since the epoch; null when no hit has a time. */
  readonly first: number | null;
  readonly last: number | null;
  /** The first line that was hit, and its time. */
  readonly line: number;
  readonly time: number | null;
}

/** All hits of a file. */
export interface FileHits {
  readonly file: IndexedFile;
  readonly patterns: readonly PatternHits[];
  readonly count: number;
  readonly decided: readonly Pattern[];
  /** Lines of undecided patterns that passed, in order. */
  readonly found: Float64Array;
}

export function fileHits(plan: FilePlan, results: readonly SearchHits[]): FileHits {
  const { file, decided, undecided } = plan;
  const hits: PatternHits[] = decided.map((pattern) => {
    const { count, first, last, line, at: time } = pattern;
    return { pattern, count, first, last, line, time };
  });
  const total = results.reduce((sum, { lines }) => sum + lines.length, 0);
  const found = new Float64Array(total);
  const times = new Float64Array(total);
  let at = 0;
  for (const result of results) {
    found.set(result.lines, at);
    times.set(result.times, at);
    at += result.lines.length;
  }
  if (total > 0) hits.push(...byPattern(file.index, undecided, found, times));
  const count = hits.reduce((sum, hit) => sum + hit.count, 0);
  return { file, patterns: hits, count, decided, found };
}

/** Sorts lines that were found under their patterns, one of `undecided` each. */
function byPattern(
  index: FileIndex,
  undecided: readonly Pattern[],
  found: Float64Array,
  times: Float64Array,
): PatternHits[] {
  const from = found[0]!;
  const to = found.at(-1)!;
  const numbers = new Int32Array(to - from + 1);
  for (const [number, pattern] of undecided.entries()) {
    // Of the first one, the number stands there already.
    if (number === 0) continue;
    eachPosting(index.columns.postings.subarray(pattern.from, pattern.from + pattern.length), (line) => {
      if (line >= from && line <= to) numbers[line - from] = number;
    });
  }
  const hits = new Map<number, { count: number; first: number; last: number; line: number; time: number }>();
  for (const [i, line] of found.entries()) {
    const number = numbers[line - from]!;
    const time = times[i]!;
    const hit = hits.get(number);
    if (hit === undefined) hits.set(number, { count: 1, first: time, last: time, line, time });
    else {
      hit.count++;
      if (!(hit.first <= time)) hit.first = time === time ? time : hit.first;
      if (!(hit.last >= time)) hit.last = time === time ? time : hit.last;
    }
  }
  const known = (time: number): number | null => (Number.isNaN(time) ? null : time);
  return [...hits].map(([number, { count, line, ...times }]) => ({
    pattern: undecided[number]!,
    count,
    first: known(times.first),
    last: known(times.last),
    line,
    time: known(times.time),
  }));
}

/** The lines of all hits, in order. */
export function hitLines({ file: { index }, decided, found }: FileHits): Float64Array {
  const total = decided.reduce((sum, { count }) => sum + count, found.length);
  const lines = new Float64Array(total);
  let at = 0;
  for (const { from, length } of decided)
    eachPosting(index.columns.postings.subarray(from, from + length), (line) => {
      lines[at++] = line;
    });
  lines.set(found, at);
  return lines.sort();
}
