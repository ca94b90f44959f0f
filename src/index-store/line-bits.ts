/** From line numbers to blocks. */
import { eachPosting } from './postings.js';
import type { FileIndex } from './types.js';

/**
 * Goes through postings and sets the bit of each line within its block: in what `bitsOf` gives for the block, asked
 * once for each that holds such a line; null where they are not wanted. `lines`: of the block.
 */
export function markLines(
  file: FileIndex,
  postings: Uint8Array,
  bitsOf: (row: number, lines: number) => Uint8Array | null,
): void {
  const { line: starts } = file.columns.blocks;
  let row = -1;
  let start = 0;
  let end = 0;
  let bits: Uint8Array | null = null;
  eachPosting(postings, (line) => {
    if (line >= end) {
      do end = ++row + 1 < starts.length ? starts[row + 1]! : file.lines + 1;
      while (line >= end);
      start = starts[row]!;
      bits = bitsOf(row, end - start);
    }
    if (bits === null) return;
    const at = line - start;
    bits[at >> 3]! |= 1 << (at & 7);
  });
}

/** Lines of a file, as bits per block; blocks without one are left out. */
export type LineBits = Map<number, Uint8Array>;

/** Adds the lines in blocks that `isWanted`. */
export function addLines(
  to: LineBits,
  file: FileIndex,
  postings: Uint8Array,
  isWanted: (row: number) => boolean,
): void {
  markLines(file, postings, (row, lines) => {
    if (!isWanted(row)) return null;
    let bits = to.get(row);
    if (bits === undefined) to.set(row, (bits = new Uint8Array((lines + 7) >> 3)));
    return bits;
  });
}

/** The lines that are in both. */
export function bothLines(some: LineBits, others: LineBits): LineBits {
  const both: LineBits = new Map();
  for (const [row, bits] of some) {
    const other = others.get(row);
    if (other === undefined) continue;
    const common = bits.map((byte, i) => byte & other[i]!);
    if (common.some((byte) => byte !== 0)) both.set(row, common);
  }
  return both;
}
