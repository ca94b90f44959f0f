/** What the filters of a block tell. */
import { mayHold } from '../index-store/filter.js';
import { mayHoldGram } from '../index-store/grams.js';
import { PAIRS_SIZE } from '../index-store/pairs.js';
import type { FileIndex } from '../index-store/types.js';
import type { FileView } from './line-view.js';

/** Of each answer, only a no is sure. */
export interface BlockView {
  readonly file: FileView;
  /** Whether a line holds the word of this hash: see `units.ts`. */
  hasWord(hash: number): boolean;
  /** Whether a line whose pattern ends in a tail holds the string of this key: see `grams.ts`. */
  hasGram(key: number): boolean;
  /** The pairs of bytes of such lines: see `pairs.ts`. Null when there is no such line. */
  readonly pairs: Uint8Array | null;
}

/** The blocks of a file, one after another: `row` is the one that is asked. */
export class FileBlocks implements BlockView {
  row = 0;

  constructor(readonly file: FileIndex) {}

  hasWord(hash: number): boolean {
    const { blocks, filters } = this.file.columns;
    const probes = blocks.probes[this.row]!;
    if (probes === 0) return true;
    return mayHold({ probes, bytes: this.slice(filters, blocks.filterEnd) }, hash);
  }

  hasGram(key: number): boolean {
    const { blocks, tails } = this.file.columns;
    const rate = blocks.tailRate[this.row]!;
    return rate !== 0 && mayHoldGram({ rate, bits: this.slice(tails, blocks.tailEnd) }, key);
  }

  get pairs(): Uint8Array | null {
    const { blocks, pairs } = this.file.columns;
    if (blocks.tailRate[this.row] === 0) return null;
    const at = blocks.tailGroup[this.row]! * PAIRS_SIZE;
    return pairs.subarray(at, at + PAIRS_SIZE);
  }

  private slice(bytes: Uint8Array, ends: Uint32Array): Uint8Array {
    const { row } = this;
    return bytes.subarray(row === 0 ? 0 : ends[row - 1]!, ends[row]!);
  }
}
