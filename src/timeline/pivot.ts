/** Where in time a timeline looks: around the matches of a query, or around a time. */
import type { SearchIndex } from '../index-store/search-index.js';
import type { HitLine } from '../search/line-text.js';
import { firstLines } from '../search/lines.js';
import type { QuerySource } from '../search/parse.js';
import type { TimeWindow } from '../search/scan-block.js';
import { search } from '../search/search.js';

/** Matches that are looked at to find the windows. */
const MAX_MATCHES = 2000;
/** Windows that are shown; later matches are counted. */
const MAX_WINDOWS = 3;

/** Milliseconds since the epoch, both inclusive. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

export interface Pivot {
  /** Lines that match, with and without a time. */
  readonly matches: number;
  /** The matches within the windows. */
  readonly lines: readonly HitLine[];
  /** The first match of each window. */
  readonly times: readonly number[];
  readonly windows: readonly Span[];
  /** Matches without a usable time. */
  readonly untimed: number;
  /** More windows than are shown. */
  readonly cut: boolean;
}

/** `within`: matches outside do not count. */
export async function findPivot(
  index: SearchIndex,
  source: QuerySource,
  half: number,
  within: TimeWindow,
): Promise<Pivot> {
  const { hits, count } = await search(index, source, within);
  const logs = hits.filter(({ file }) => file.index.source !== null);
  // Copies of a log and files without times say nothing of when.
  const lines = firstLines(index, logs.length > 0 ? logs : hits, MAX_MATCHES);
  const timed = lines.filter(({ time }) => time !== null);
  const { times, windows, cut } = windowsAround(
    timed.map(({ time }) => time!),
    half,
  );
  return {
    matches: count,
    lines: timed.filter(({ time }) => windows.some((span) => isWithin(time!, span))),
    times,
    windows,
    untimed: lines.length - timed.length,
    cut: cut || (count > MAX_MATCHES && windows.length > 0),
  };
}

/** A time as pivot. */
export function pivotAt(time: number, half: number): Pivot {
  const { times, windows } = windowsAround([time], half);
  return { matches: 0, lines: [], times, windows, untimed: 0, cut: false };
}

/** Windows around sorted times; those that touch are one, up to four halves long. */
export function windowsAround(
  times: readonly number[],
  half: number,
): { times: number[]; windows: Span[]; cut: boolean } {
  const windows: { from: number; to: number }[] = [];
  const starts: number[] = [];
  for (const time of times) {
    const last = windows.at(-1);
    if (last !== undefined && time <= last.to) {
      last.to = Math.min(Math.max(last.to, time + half), last.from + half * 4);
      continue;
    }
    if (windows.length === MAX_WINDOWS) return { times: starts, windows, cut: true };
    windows.push({
      from: last === undefined ? time - half : Math.max(time - half, last.to + 1),
      to: time + half,
    });
    starts.push(time);
  }
  return { times: starts, windows, cut: false };
}

export function isWithin(time: number, { from, to }: Span): boolean {
  return time >= from && time <= to;
}
