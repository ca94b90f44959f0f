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

/** Finds lines that may pass: where in a block the next of them is met, from a place on; -1 when there is none. */
export interface LineFinder {
  find(text: Buffer, from: number): number;
}

/** By the strings that every line holds that passes, else by the bytes of an expression; null when all lines are to be tested. */
export function finderOf(query: Query): LineFinder | null {
  const { needs } = query;
  if (needs === null) return query.finder;
  const [only] = needs;
  return needs.length === 1 && !/[a-z]/.test(only!)
    ? new Caseless(only!)
    : new Needle(needs, query.caseVariants);
}

/** One string without letters: bytes are compared with bytes. */
class Caseless implements LineFinder {
  private readonly bytes: Buffer;

  constructor(text: string) {
    this.bytes = Buffer.from(text, 'latin1');
  }

  find(text: Buffer, from: number): number {
    return text.indexOf(this.bytes, from);
  }
}

class Needle implements LineFinder {
  private readonly expression: RegExp;
  private text: Buffer | null = null;
  private latin = '';

  constructor(needs: readonly string[], caseVariants: boolean) {
    const literals = needs.map((text) => text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&'));
    // In Latin-1, as the bytes stand: the letters beyond ASCII that fold to s and k.
    const variants = caseVariants && /[sk]/.test(needs.join('')) ? ['\\xc5\\xbf', '\\xe2\\x84\\xaa'] : [];
    this.expression = new RegExp([...literals, ...variants].join('|'), 'gi');
  }

  find(text: Buffer, from: number): number {
    if (this.text !== text) {
      this.text = text;
      this.latin = text.toString('latin1');
    }
    this.expression.lastIndex = from;
    return this.expression.exec(this.latin)?.index ?? -1;
  }
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
