/** The log lines of a window, by file and pattern. */
import { eachPosting } from '../index-store/postings.js';
import type { IndexedFile, SearchIndex } from '../index-store/search-index.js';
import type { FileIndex, Pattern } from '../index-store/types.js';
import { lineBounds } from '../search/line-text.js';
import { clockOf, lineTimes } from '../search/line-times.js';
import { isWithin, type Span } from './pivot.js';

/** Text that is read for one timeline. */
const MAX_BYTES = 192 * 1024 * 1024;

export interface WindowLine {
  readonly time: number;
  readonly line: number;
  readonly pattern: Pattern;
}

export interface WindowFile {
  readonly file: IndexedFile;
  /** In the order of the file. */
  readonly lines: readonly WindowLine[];
}

export interface WindowRecords {
  readonly files: readonly WindowFile[];
  /** Bytes of text that were not read, because the window holds too much. */
  readonly unread: number;
}

/** Lines with a time, of logs; copies of logs, and files that are no logs, do not count. */
export function readWindows(index: SearchIndex, windows: readonly Span[]): WindowRecords {
  let room = MAX_BYTES;
  let unread = 0;
  const files: WindowFile[] = [];
  for (const file of index.files) {
    if (file.index.source === null || file.index.timedLines === 0) continue;
    const rows: number[] = [];
    for (const row of rowsIn(file.index, windows)) {
      const size = file.index.columns.blocks.size[row]!;
      if (size > room) unread += size;
      else {
        room -= size;
        rows.push(row);
      }
    }
    files.push({ file, lines: rows.length === 0 ? [] : linesIn(index, file, rows, windows) });
  }
  return { files, unread };
}

function rowsIn({ columns: { blocks } }: FileIndex, windows: readonly Span[]): number[] {
  const rows: number[] = [];
  for (let row = 0; row < blocks.line.length; row++)
    if (windows.some(({ from, to }) => blocks.min[row]! <= to && blocks.max[row]! >= from)) rows.push(row);
  return rows;
}

function linesIn(
  index: SearchIndex,
  file: IndexedFile,
  rows: readonly number[],
  windows: readonly Span[],
): WindowLine[] {
  const { blocks } = file.index.columns;
  const patternOf = patternsOf(file.index, rows);
  const lines: WindowLine[] = [];
  for (const row of rows) {
    const text = index.read(file, row);
    const bounds = lineBounds(text);
    const times = lineTimes(clockOf(file.index, blocks, row), text, bounds, bounds.length / 2 - 1);
    for (const [i, time] of times.entries()) {
      if (!windows.some((span) => isWithin(time, span))) continue;
      const line = blocks.line[row]! + i;
      lines.push({ time, line, pattern: patternOf(line) });
    }
  }
  return lines;
}

/** The pattern of each line between the first and the last of some blocks. */
function patternsOf(file: FileIndex, rows: readonly number[]): (line: number) => Pattern {
  const { patterns } = file;
  const { blocks, postings } = file.columns;
  const first = blocks.line[rows[0]!]!;
  const after = rows.at(-1)! + 1;
  const end = after < blocks.line.length ? blocks.line[after]! : file.lines + 1;
  const numbers = new Int32Array(end - first);
  for (const [number, { from, length }] of patterns.entries()) {
    eachPosting(postings.subarray(from, from + length), (line) => {
      if (line >= first && line < end) numbers[line - first] = number;
    });
  }
  return (line) => patterns[numbers[line - first]!]!;
}
