/** One test of a query. */
import type { FileName } from '../index-store/names.js';
import type { FileIndex, Pattern } from '../index-store/types.js';
import type { BlockView } from './block-view.js';
import type { LineFinder } from './line-finder.js';
import type { FileView, LineView } from './line-view.js';
import type { Tri } from './tri.js';

/** A pattern as tests look at it. */
export interface PatternView {
  readonly pattern: Pattern;
  /** Its template in lower case. */
  readonly folded: string;
}

export interface Leaf {
  /** What holds for all lines of a pattern. */
  pattern(view: PatternView, file: FileView & Pick<FileIndex, 'path'>): Tri;
  /** False when surely no line of the block passes. */
  block(block: BlockView): boolean;
  /** False when surely none of those lines passes whose patterns end in a tail; absent when that is never sure. */
  tail?(block: BlockView): boolean;
  line(line: LineView): boolean;
  /**
   * Names of the file of which every line that passes holds one, with their lines; null when that is not known, or
   * the lines of one are not. Absent when it never is.
   */
  names?(file: FileIndex): readonly FileName[] | null;
  /** Strings in lower case of which every line that passes holds at least one, case aside; null when none is known. */
  readonly needs: readonly string[] | null;
  /** True when letters beyond ASCII that fold to s or k count as those: then `needs` may be met by them. */
  readonly caseVariants?: boolean;
  /** Where in some bytes, whole lines, the next match may end; null or absent when it cannot be told. */
  readonly finder?: LineFinder | null;
  /** The words it looks for, to rank by. */
  readonly words: readonly string[];
}
