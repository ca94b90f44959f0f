/** What the filters of a block must hold of a string, whatever stands beside it. */
import { wordHash } from '../index-store/classes.js';
import { gramsIn } from '../index-store/grams.js';
import { coresIn } from '../index-store/units.js';
import type { BlockView } from './block-view.js';

export class Trace {
  private readonly words: readonly number[];
  private readonly grams: readonly number[];

  /** `caseVariants`: other letters may stand for s and k. */
  constructor(text: string, caseVariants: boolean) {
    this.words = coresIn(text).map(({ core }) => wordHash(core));
    this.grams = gramsIn(text, false, false, caseVariants ? 'sk' : '');
  }

  /** False when surely no line of the block holds the string. */
  inBlock(block: BlockView): boolean {
    return this.words.every((word) => block.hasWord(word));
  }

  /** False when surely none of those lines holds it whose patterns end in a tail. */
  inTails(block: BlockView): boolean {
    return this.grams.every((gram) => block.hasGram(gram));
  }
}
