/** The worker's side of a search: some blocks of one file in, the lines that pass out. */
import { openPart } from '../index-store/search-index.js';
import { DamagedIndex } from '../index-store/text-part.js';
import type { Blocks } from '../index-store/types.js';
import { parseQuery, type QuerySource } from './parse.js';
import type { Query } from './query.js';
import type { FileView } from './line-view.js';
import type { ClockedFile } from './line-times.js';
import { finderOf, type LineFinder } from './line-finder.js';
import { isInside, matchingLines, type TimeWindow } from './scan-block.js';

export interface SearchTask {
  readonly query: QuerySource;
  readonly file: FileView & ClockedFile;
  readonly textPath: string;
  readonly blocks: Blocks;
  /** Rows of `blocks` to look at. */
  readonly rows: readonly number[];
  /** Per row, one bit per line of the block that is to be looked at; null for all. */
  readonly wanted: readonly (Uint8Array | null)[];
  readonly window: TimeWindow;
}

export interface SearchHits {
  /** Line numbers in order, and their times (NaN where there is none). */
  readonly lines: Float64Array;
  readonly times: Float64Array;
  /** The stored text is damaged. */
  readonly damaged?: string;
}

/** Shape of Piscina's handler. */
export default async function search(task: SearchTask): Promise<SearchHits> {
  try {
    const part = openPart(task.textPath);
    try {
      return await scanRows(task, (row) => part.readOnce(task.blocks, row));
    } finally {
      part.close();
    }
  } catch (error) {
    const none = { lines: new Float64Array(), times: new Float64Array() };
    if (error instanceof DamagedIndex) return { ...none, damaged: error.message };
    throw error;
  }
}

let last: { readonly query: Query; readonly finder: LineFinder | null } | null = null;

/** Tasks of one search follow each other: its finder is kept. */
function finderFor(query: Query): LineFinder | null {
  if (last?.query !== query) last = { query, finder: finderOf(query) };
  return last.finder;
}

/** `read`: gives the text of a block, which is used before the next one is read. */
export async function scanRows(task: SearchTask, read: (row: number) => Buffer): Promise<SearchHits> {
  const { file, blocks, window } = task;
  const query = await parseQuery(task.query);
  const finder = finderFor(query);
  const lines: number[] = [];
  const times: number[] = [];
  for (const [i, row] of task.rows.entries()) {
    const text = read(row);
    const bits = task.wanted[i] ?? null;
    const wanted = bits === null ? null : (n: number): boolean => (bits[n >> 3]! & (1 << (n & 7))) !== 0;
    const { bounds, found } = matchingLines(text, file, query, finder, wanted);
    if (found.length === 0) continue;
    // Clocks bring all forms of times with them: most blocks that are read hold nothing.
    const { clockOf, lineTimes } = await import('./line-times.js');
    const at = lineTimes(clockOf(file, blocks, row), text, bounds, found.at(-1)!);
    for (const index of found) {
      if (!isInside(at[index]!, window)) continue;
      lines.push(blocks.line[row]! + index);
      times.push(at[index]!);
    }
  }
  return { lines: Float64Array.from(lines), times: Float64Array.from(times) };
}
