/** What the index of a log tells those who look for strings in it: which of its blocks need not be read. */
import type { KnownBlocks } from '../logs/known-scan.js';
import { markLines } from './line-bits.js';
import { foldedTemplate, mayHoldCaseVariant, Sought } from './sought.js';
import { BLOCK_SIZE, type FileIndex } from './types.js';

/** Blocks below which reading the file takes less than asking its patterns. */
const FEWEST = 8;
/** Patterns that are asked; of a file with more, reading it takes less. */
const MAX_PATTERNS = 2000;
/** Share of a file from which on it is read as a whole, by all workers. */
const MOST = 0.5;

/**
 * The blocks that can hold one of the strings, letter case aside. Null where the index rules out too little, or lines
 * have more than `maxLine` bytes and must be counted. `needles`: see `needlesIn`.
 */
export function knownBlocks(
  index: FileIndex,
  needles: readonly string[],
  maxLine: number,
): KnownBlocks | null {
  const { patterns, lines, profile, longest } = index;
  if (longest > maxLine || patterns.length > MAX_PATTERNS || index.bytes < FEWEST * BLOCK_SIZE) return null;
  // Those beyond ASCII are the letters that fold to s and k.
  const sought = new Sought(needles.filter((needle) => !/[^\0-\x7f]/.test(needle)));
  const held = patterns.filter(
    (one) => mayHoldCaseVariant(one) || sought.couldBeIn(foldedTemplate(one), one),
  );
  const { blocks, postings } = index.columns;
  const rows = blocks.line.length;
  const wanted = new Uint8Array(rows);
  for (const { from, length } of held)
    markLines(index, postings.subarray(from, from + length), (row) => {
      wanted[row] = 1;
      return null;
    });
  const at = new Float64Array(rows + 1);
  let bytes = 0;
  for (let row = 0; row < rows; row++) {
    const size = blocks.size[row]!;
    at[row + 1] = at[row]! + size;
    if (wanted[row] === 1) bytes += size;
  }
  if (bytes > at[rows]! * MOST) return null;
  const { line, turns, monthDay } = blocks;
  return { lines, profile, line, at, turns, monthDay, wanted };
}
