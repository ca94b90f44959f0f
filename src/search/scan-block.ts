/** Finds the lines of one block that pass a query. */
import { lineBounds } from './line-text.js';
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

/** Finds candidates by the strings that every matching line holds. */
export function needle(query: Query): RegExp | null {
  if (query.needs === null) return null;
  const literals = query.needs.map((text) => text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&'));
  // In Latin-1, as the bytes stand: the letters beyond ASCII that fold to s and k.
  const variants =
    query.caseVariants && /[sk]/.test(query.needs.join('')) ? ['\\xc5\\xbf', '\\xe2\\x84\\xaa'] : [];
  return new RegExp([...literals, ...variants].join('|'), 'gi');
}

/** Indexes within the block of the lines that pass, and the bounds of lines where there are any. `wanted`: lines to look at; all when null. */
export function matchingLines(
  text: Buffer,
  file: FileView,
  query: Query,
  search: RegExp | null,
  wanted: ((index: number) => boolean) | null,
): { bounds: readonly number[]; found: number[] } {
  const found: number[] = [];
  const latin = search === null ? '' : text.toString('latin1');
  if (search !== null) search.lastIndex = 0;
  let match = search?.exec(latin) ?? null;
  // Most blocks hold nothing: their lines need not be told apart.
  if (search !== null && match === null) return { bounds: [], found };
  const bounds = lineBounds(text);
  const test = (i: number): void => {
    if (query.line(new LineView(text, bounds[i * 2]!, bounds[i * 2 + 1]!, file))) found.push(i);
  };
  const count = bounds.length / 2;
  if (search === null) {
    for (let i = 0; i < count; i++) if (wanted === null || wanted(i)) test(i);
    return { bounds, found };
  }
  let i = 0;
  for (; match !== null; match = search.exec(latin)) {
    while (i + 1 < count && bounds[(i + 1) * 2]! <= match.index) i++;
    if (wanted === null || wanted(i)) test(i);
    if (++i >= count) break;
    search.lastIndex = bounds[i * 2]!;
  }
  return { bounds, found };
}
