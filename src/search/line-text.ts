/** The text of lines, as it stands in blocks. */
import type { IndexedFile, SearchIndex } from '../index-store/search-index.js';
import type { FileIndex } from '../index-store/types.js';

const RETURN = 13;

export interface HitLine {
  readonly node: string;
  readonly file: string;
  readonly line: number;
  /** Milliseconds since the epoch, of the line or of the nearest one above that has a time; null when there is none. */
  readonly time: number | null;
  readonly text: string;
}

/** Bytes of a line that are shown. */
const MAX_SHOWN = 16 * 1024;

export function shownText(text: Buffer, start: number, end: number): string {
  const cut = end - start > MAX_SHOWN ? '…' : '';
  return text.toString('utf8', start, Math.min(end, start + MAX_SHOWN)) + cut;
}

/** The block that holds a line. */
export function blockOf({ columns: { blocks } }: FileIndex, line: number): number {
  let low = 0;
  let high = blocks.line.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (blocks.line[middle]! <= line) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Starts and ends of the lines of a block, without line ends; two numbers per line. */
export function lineBounds(text: Buffer): number[] {
  const bounds: number[] = [];
  // Many line ends are found faster in a string than in bytes.
  const latin = text.toString('latin1');
  for (let start = 0; start < latin.length;) {
    let newline = latin.indexOf('\n', start);
    if (newline < 0) newline = latin.length;
    bounds.push(start, newline > start && text[newline - 1] === RETURN ? newline - 1 : newline);
    start = newline + 1;
  }
  return bounds;
}

/** One line; `time`: what is known of its time. */
export function readLine(index: SearchIndex, file: IndexedFile, line: number, time: number | null): HitLine {
  const { node, path, columns } = file.index;
  const row = blockOf(file.index, line);
  const text = index.read(file, row);
  const bounds = lineBounds(text);
  const at = (line - columns.blocks.line[row]!) * 2;
  return { node, file: path, line, time, text: shownText(text, bounds[at]!, bounds[at + 1]!) };
}
