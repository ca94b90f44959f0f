/** What the filters of a block tell. */
import { mayHold } from '../index-store/filter.js';
import { mayHoldGram } from '../index-store/grams.js';
import { PAIRS_SIZE } from '../index-store/pairs.js';
import type { Blocks, FileIndex } from '../index-store/types.js';
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
  private readonly blocks: Blocks;

  constructor(readonly file: FileIndex) {
    this.blocks = file.columns.blocks;
  }

  hasWord(hash: number): boolean {
    const { probes, filterEnd } = this.blocks;
    const ofRow = probes[this.row]!;
    if (ofRow === 0) return true;
    return mayHold({ probes: ofRow, bytes: this.slice(this.file.columns.filters, filterEnd) }, hash);
  }

  hasGram(key: number): boolean {
    const { tailRate, tailEnd } = this.blocks;
    const rate = tailRate[this.row]!;
    return rate !== 0 && mayHoldGram({ rate, bits: this.slice(this.file.columns.tails, tailEnd) }, key);
  }

  get pairs(): Uint8Array | null {
    const { tailRate, tailGroup } = this.blocks;
    if (tailRate[this.row] === 0) return null;
    const at = tailGroup[this.row]! * PAIRS_SIZE;
    return this.file.columns.pairs.subarray(at, at + PAIRS_SIZE);
  }

  private slice(bytes: Uint8Array, ends: Uint32Array): Uint8Array {
    const { row } = this;
    return bytes.subarray(row === 0 ? 0 : ends[row - 1]!, ends[row]!);
  }
}
