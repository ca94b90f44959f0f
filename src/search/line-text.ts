/** The text of lines, as it stands in blocks. */
import type { IndexedFile, SearchIndex } from '../index-store/search-index.js';
import type { FileIndex } from '../index-store/types.js';

const NEWLINE = 10;
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
  let start = 0;
  // Of short lines, a search for each line end takes longer than a look at all bytes.
  for (let at = 0; at < text.length; at++) {
    if (text[at] !== NEWLINE) continue;
    bounds.push(start, at > start && text[at - 1] === RETURN ? at - 1 : at);
    start = at + 1;
  }
  if (start < text.length)
    bounds.push(start, text[text.length - 1] === RETURN ? text.length - 1 : text.length);
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
