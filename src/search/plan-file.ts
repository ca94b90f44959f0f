/** What of a file is decided by its patterns, and what is to be read for the others. */
import { addLines, bothLines, type LineBits } from '../index-store/line-bits.js';
import { MARKS } from '../index-store/marks.js';
import type { FileName } from '../index-store/names.js';
import type { IndexedFile } from '../index-store/search-index.js';
import { foldedTemplate } from '../index-store/sought.js';
import type { Blocks, FileIndex, Pattern } from '../index-store/types.js';
import { FileBlocks } from './block-view.js';
import type { QuerySource } from './parse.js';
import type { Query } from './query.js';
import type { TimeWindow } from './scan-block.js';
import type { SearchTask } from './task.js';
import { MAYBE, NO, YES, type Tri } from './tri.js';

/** Which patterns are decided, and what is to be read for the others. */
export interface FilePlan {
  readonly file: IndexedFile;
  readonly decided: readonly Pattern[];
  readonly undecided: readonly Pattern[];
  /** Lines of undecided patterns are looked for by these tasks. */
  readonly tasks: readonly SearchTask[];
  /** Bytes of text that the tasks read. */
  readonly bytes: number;
}

/** Text of one task: enough to be worth a worker's while. */
const TASK_BYTES = 8 * 1024 * 1024;

export function planFile(file: IndexedFile, query: Query, source: QuerySource, window: TimeWindow): FilePlan {
  const { index } = file;
  const decided: Pattern[] = [];
  const undecided: Pattern[] = [];
  for (const pattern of index.patterns) {
    const tri = both(
      query.pattern({ pattern, folded: foldedTemplate(pattern) }, index),
      timeOf(pattern, window),
    );
    if (tri === YES) decided.push(pattern);
    else if (tri === MAYBE) undecided.push(pattern);
  }
  const { rows, wanted } = toRead(index, decided, undecided, query, window);
  const tasks: (SearchTask & { rows: number[]; wanted: (Uint8Array | null)[] })[] = [];
  let bytes = 0;
  let room = 0;
  for (const row of rows) {
    const bits = wanted?.get(row);
    // No candidate lies in this block.
    if (wanted !== null && bits === undefined) continue;
    if (tasks.length === 0 || room <= 0) {
      const { node, path, pod, profile, yearless } = index;
      const view = { node, path, pod, profile, yearless };
      tasks.push({
        query: source,
        file: view,
        textPath: file.textPath,
        blocks: index.columns.blocks,
        rows: [],
        wanted: [],
        window,
      });
      room = TASK_BYTES;
    }
    const task = tasks.at(-1)!;
    task.rows.push(row);
    task.wanted.push(bits ?? null);
    room -= index.columns.blocks.size[row]!;
    bytes += index.columns.blocks.size[row]!;
  }
  return { file, decided, undecided, tasks, bytes };
}

/** The blocks to read, and of these the lines that can pass; null for all. */
interface ToRead {
  readonly rows: readonly number[];
  readonly wanted: LineBits | null;
}

function toRead(
  index: FileIndex,
  decided: readonly Pattern[],
  undecided: readonly Pattern[],
  query: Query,
  window: TimeWindow,
): ToRead {
  // Of most files nothing is undecided: then nothing is read of them.
  if (undecided.length === 0) return { rows: [], wanted: null };
  const names = query.names(index);
  if (names !== null) {
    const lines = linesOfNames(index, names, window);
    const wanted =
      decided.length === 0 || lines.size === 0
        ? lines
        : bothLines(lines, candidates(index, [{ patterns: undecided, rows: [...lines.keys()] }]));
    return { rows: [...wanted.keys()].sort((a, b) => a - b), wanted };
  }
  const groups = groupsOf(index, undecided, query, window);
  const rows = [...new Set(groups.flatMap((group) => group.rows))].sort((a, b) => a - b);
  const worth = isWorthIt(index, undecided, decided, rows.length, query.findsLines);
  return { rows, wanted: worth ? candidates(index, groups) : null };
}

function linesOfNames(index: FileIndex, names: readonly FileName[], window: TimeWindow): LineBits {
  const { blocks } = index.columns;
  const lines: LineBits = new Map();
  for (const { places } of names) addLines(lines, index, places!, (row) => mayBeInside(blocks, row, window));
  return lines;
}

/** Lines that take as long to find in postings as a block that is read in vain, all of its lines tested or some found. */
const LINES_PER_BLOCK = { tested: 1024, found: 128 };

/**
 * Whether to find out first which lines of the blocks are undecided. Lines of patterns that are decided against would
 * fail the test as well, which is worth the trouble where most lines are of those; lines of patterns that are decided
 * for must not be found again.
 */
function isWorthIt(
  { lines }: FileIndex,
  undecided: readonly Pattern[],
  decided: readonly Pattern[],
  rows: number,
  findsLines: boolean,
): boolean {
  if (rows === 0) return false;
  if (decided.length > 0) return true;
  const few = rows * LINES_PER_BLOCK[findsLines ? 'found' : 'tested'];
  return undecided.reduce((sum, { count }) => sum + count, 0) < Math.min(few, lines / 2);
}

function both(a: Tri, b: Tri): Tri {
  return a < b ? a : b;
}

/** Whether the lines of a pattern lie in the window: lines without a time count as inside. */
function timeOf({ first, last, untimed }: Pattern, window: TimeWindow): Tri {
  if (first === null || last === null) return YES;
  const { since, until } = window;
  if ((since === null || first >= since) && (until === null || last <= until)) return YES;
  const outside = (since !== null && last < since) || (until !== null && first > until);
  return outside && !untimed ? NO : MAYBE;
}

/** Undecided patterns, and the blocks in which a line of theirs can pass. */
interface Group {
  readonly patterns: readonly Pattern[];
  readonly rows: readonly number[];
}

/** Of patterns that end in a tail the filters of blocks know more than of others. */
function groupsOf(
  index: FileIndex,
  undecided: readonly Pattern[],
  query: Query,
  window: TimeWindow,
): Group[] {
  const hasTail = ({ template }: Pattern): boolean => template.endsWith(MARKS.tail);
  const tails = undecided.filter(hasTail);
  const others = undecided.filter((pattern) => !hasTail(pattern));
  const blocks = new FileBlocks(index);
  return [
    { patterns: others, test: () => query.block(blocks) },
    { patterns: tails, test: () => query.tail(blocks) },
  ]
    .filter(({ patterns }) => patterns.length > 0)
    .map(({ patterns, test }) => ({ patterns, rows: rowsOf(blocks, window, test) }));
}

function mayBeInside({ untimed, min, max }: Blocks, row: number, { since, until }: TimeWindow): boolean {
  if (untimed[row] !== 0) return true;
  return (since === null || max[row]! >= since) && (until === null || min[row]! <= until);
}

function rowsOf(of: FileBlocks, window: TimeWindow, test: () => boolean): number[] {
  const { blocks } = of.file.columns;
  const rows: number[] = [];
  for (let row = 0; row < blocks.line.length; row++) {
    if (!mayBeInside(blocks, row, window)) continue;
    of.row = row;
    if (test()) rows.push(row);
  }
  return rows;
}

/** The undecided lines. */
function candidates(index: FileIndex, groups: readonly Group[]): LineBits {
  const { postings } = index.columns;
  const lines: LineBits = new Map();
  for (const { patterns, rows } of groups) {
    if (rows.length === 0) continue;
    const open = new Set(rows);
    for (const { from, length } of patterns)
      addLines(lines, index, postings.subarray(from, from + length), (row) => open.has(row));
  }
  return lines;
}
