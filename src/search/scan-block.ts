/** Finds the lines of one block that pass a query. */
import { lineBounds } from './line-text.js';
import type { LineFinder } from './line-finder.js';
import { LineView, type FileView } from './line-view.js';
import type { Query } from './query.js';

/** Records known to lie outside do not count; milliseconds since the epoch, both inclusive. */
export interface TimeWindow {
  readonly since: number | null;
  readonly until: number | null;
}

export function isInside(time: number, { since, until }: TimeWindow): boolean {
  if (time !== time) return true;
  return (since === null || time >= since) && (until === null || time <= until);
}

/** Indexes within the block of the lines that pass, and the bounds of lines where there are any. `wanted`: lines to look at; all when null. */
export function matchingLines(
  text: Buffer,
  file: FileView,
  query: Query,
  finder: LineFinder | null,
  wanted: ((index: number) => boolean) | null,
): { bounds: readonly number[]; found: number[] } {
  const found: number[] = [];
  let match = finder?.find(text, 0) ?? 0;
  // Most blocks hold nothing: their lines need not be told apart.
  if (match < 0) return { bounds: [], found };
  const bounds = lineBounds(text);
  const count = bounds.length / 2;
  const test = (i: number): void => {
    if (wanted !== null && !wanted(i)) return;
    if (query.line(new LineView(text, bounds[i * 2]!, bounds[i * 2 + 1]!, file))) found.push(i);
  };
  if (finder === null) {
    for (let i = 0; i < count; i++) test(i);
    return { bounds, found };
  }
  for (let i = 0; i < count && match >= 0;) {
    while (i + 1 < count && bounds[(i + 1) * 2]! <= match) i++;
    test(i);
    if (++i < count) match = finder.find(text, bounds[i * 2]!);
  }
  return { bounds, found };
}
