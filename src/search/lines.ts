/** The answer in lines: in the order of time over all files and nodes. */
import type { IndexedFile, SearchIndex } from '../index-store/search-index.js';
import { hitLines, type FileHits } from './file-hits.js';
import { blockOf, lineBounds, shownText, type HitLine } from './line-text.js';
import { clockOf, lineTimes } from './line-times.js';

/** A block with its lines and their times. */
export class OpenBlock {
  readonly times: Float64Array;
  readonly first: number;
  readonly count: number;
  private readonly text: Buffer;
  private readonly bounds: number[];

  constructor(
    index: SearchIndex,
    private readonly file: IndexedFile,
    row: number,
    /** Lines beyond this one are not asked for. */
    last = Infinity,
  ) {
    this.text = index.read(file, row);
    this.bounds = lineBounds(this.text);
    this.count = this.bounds.length / 2;
    this.first = file.index.columns.blocks.line[row]!;
    const clock = clockOf(file.index, file.index.columns.blocks, row);
    this.times = lineTimes(clock, this.text, this.bounds, Math.min(this.count - 1, last - this.first));
  }

  line(number: number): HitLine {
    const i = number - this.first;
    const start = this.bounds[i * 2]!;
    const end = this.bounds[i * 2 + 1]!;
    const time = this.times[i]!;
    const { node, path } = this.file.index;
    const text = shownText(this.text, start, end);
    return { node, file: path, line: number, time: time === time ? time : null, text };
  }
}

interface Candidate {
  readonly time: number;
  /** Position of the file in the index, then the line: the order of lines of one time. */
  readonly order: number;
  readonly file: IndexedFile;
  readonly line: number;
}

/** Lines without a time stand behind all others. */
const inOrder = (a: Candidate, b: Candidate): number =>
  (a.time === b.time ? 0 : a.time - b.time) || a.order - b.order || a.line - b.line;

/** The first `limit` lines in the order of time. Blocks that begin later than the last of them are not read. */
export function firstLines(index: SearchIndex, hits: readonly FileHits[], limit: number): HitLine[] {
  const rows = hits
    .flatMap((of, order) => rowsOf(of).map((row) => ({ ...row, file: of.file, order })))
    .sort((a, b) => (a.min === b.min ? 0 : a.min - b.min) || a.order - b.order);
  let best: Candidate[] = [];
  for (const { row, lines, min, file, order } of rows) {
    const worst = best.length >= limit ? best[limit - 1]!.time : Infinity;
    if (best.length >= limit && min > worst) break;
    const block = new OpenBlock(index, file, row);
    for (const line of lines) {
      const time = block.times[line - block.first]!;
      best.push({ time: time === time ? time : Infinity, order, file, line });
    }
    best = best.sort(inOrder).slice(0, limit);
  }
  return texts(index, best);
}

/** Blocks with hits: the earliest time that one of its lines can have, and the hits. */
function rowsOf(of: FileHits): { row: number; min: number; lines: Float64Array }[] {
  const { index } = of.file;
  const { blocks } = index.columns;
  const all = hitLines(of);
  const rows: { row: number; min: number; lines: Float64Array }[] = [];
  for (let at = 0; at < all.length;) {
    const row = blockOf(index, all[at]!);
    const end = row + 1 < blocks.line.length ? blocks.line[row + 1]! : Infinity;
    let to = at;
    while (to < all.length && all[to]! < end) to++;
    const min = blocks.min[row]!;
    rows.push({ row, min: min === min ? min : Infinity, lines: all.subarray(at, to) });
    at = to;
  }
  return rows;
}

/** Reads the lines, each block once. */
function texts(index: SearchIndex, wanted: readonly Candidate[]): HitLine[] {
  const blocks = new Map<string, OpenBlock>();
  return wanted.map(({ file, order, line }) => {
    const row = blockOf(file.index, line);
    const key = `${order}:${row}`;
    let block = blocks.get(key);
    if (block === undefined) {
      // Neighbours are often of one block; blocks of huge lines must not add up.
      if (blocks.size >= 64) blocks.clear();
      blocks.set(key, (block = new OpenBlock(index, file, row)));
    }
    return block.line(line);
  });
}

/** A line with the lines around it. */
export interface LineWithContext extends HitLine {
  readonly before: readonly HitLine[];
  readonly after: readonly HitLine[];
}

export function withContext(index: SearchIndex, lines: readonly HitLine[], count: number): LineWithContext[] {
  const files = new Map(index.files.map((file) => [`${file.index.node}\n${file.index.path}`, file]));
  const open = new Map<string, OpenBlock>();
  const read = (file: IndexedFile, line: number): HitLine => {
    const key = `${file.index.node}\n${file.index.path}\n${blockOf(file.index, line)}`;
    let block = open.get(key);
    if (block === undefined) {
      if (open.size >= 64) open.clear();
      open.set(key, (block = new OpenBlock(index, file, blockOf(file.index, line))));
    }
    return block.line(line);
  };
  return lines.map((hit) => {
    const file = files.get(`${hit.node}\n${hit.file}`)!;
    const range = (from: number, to: number): HitLine[] => {
      const found: HitLine[] = [];
      for (let line = Math.max(1, from); line <= Math.min(to, file.index.lines); line++)
        found.push(read(file, line));
      return found;
    };
    return {
      ...hit,
      before: range(hit.line - count, hit.line - 1),
      after: range(hit.line + 1, hit.line + count),
    };
  });
}
