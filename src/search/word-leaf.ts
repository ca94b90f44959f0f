import { CLASS, foldCase, isDigitAt, isWordAt, SEPARATOR } from '../index-store/classes.js';
import { isNameOfLines } from '../index-store/entity-kinds.js';
import { gramsIn } from '../index-store/grams.js';
import { MARKS } from '../index-store/marks.js';
import { nameIn, type FileName } from '../index-store/names.js';
import { endsWord, startsWord, unitsOf } from '../index-store/units.js';
import { Sought } from '../index-store/sought.js';
import type { FileIndex } from '../index-store/types.js';
import type { BlockView } from './block-view.js';
import type { Leaf, PatternView } from './leaf.js';
import type { LineView } from './line-view.js';
import { MAYBE, NO, YES, type Tri } from './tri.js';

/**
 * A word or a phrase: the text as it stands, letter case (of ASCII) aside, with no word going on at either end.
 * `refused` is in `connection refused,` and not in `unrefused`; `10.0.1.9` is in `10.0.1.9:443` and not in `10.0.1.90`.
 */
export class WordLeaf implements Leaf {
  readonly needs: readonly string[] | null;
  readonly words: readonly string[];
  private readonly word: string;
  private readonly units: readonly number[];
  private readonly grams: readonly number[];
  private readonly hasDigit: boolean;
  private readonly hasLetters: boolean;
  private readonly ascii: boolean;
  private readonly sought: Sought;
  private readonly isName: boolean;

  constructor(text: string) {
    this.word = foldCase(text);
    this.units = unitsOf(this.word);
    this.grams = gramsIn(this.word, isWordAt(this.word, 0), isWordAt(this.word, this.word.length - 1));
    this.hasDigit = /\d/.test(this.word);
    this.hasLetters = [...this.word].some((_, at) => CLASS[this.word.charCodeAt(at)] !== SEPARATOR);
    this.ascii = !/[^\0-\x7f]/.test(this.word);
    this.needs = this.ascii ? [this.word] : null;
    this.words = [this.word];
    this.sought = new Sought([this.word]);
    this.isName = isNameOfLines(this.word);
  }

  pattern({ pattern, folded }: PatternView): Tri {
    if (!this.ascii) return MAYBE;
    const found = this.inTemplate(folded);
    if (found !== NO) return found;
    if (folded.endsWith(MARKS.tail)) return MAYBE;
    // Every word behind a mask has a digit, but for the special ones.
    if (!this.hasDigit && this.hasLetters && !pattern.special) return NO;
    return this.sought.couldBeIn(folded, pattern) ? MAYBE : NO;
  }

  block(block: BlockView): boolean {
    return this.units.every((unit) => block.hasWord(unit));
  }

  tail(block: BlockView): boolean {
    return this.grams.every((gram) => block.hasGram(gram));
  }

  line(line: LineView): boolean {
    return findWord(line.folded, this.word, 0) >= 0;
  }

  names(file: FileIndex): readonly FileName[] | null {
    if (!this.isName) return null;
    const name = nameIn(file.columns, this.word);
    if (name === null) return file.moreNames === 0 ? [] : null;
    return name.places === null ? null : [name];
  }

  private inTemplate(folded: string): Tri {
    const { word } = this;
    for (let at = findWord(folded, word, 0); at >= 0; at = findWord(folded, word, at + 1)) {
      // What stands behind a mark beside a point decides whether the number goes on.
      const before = isDigitAt(word, 0) && folded[at - 1] === '.';
      const after = isDigitAt(word, word.length - 1) && folded[at + word.length] === '.';
      if (!before && !after) return YES;
    }
    return NO;
  }
}

/** Where `word` stands in `text` from `from` on with nothing of a word beside it, or -1. Both in lower case. */
export function findWord(text: string, word: string, from: number): number {
  const first = CLASS[word.charCodeAt(0)] !== SEPARATOR;
  const last = CLASS[word.charCodeAt(word.length - 1)] !== SEPARATOR;
  for (let at = text.indexOf(word, from); at >= 0; at = text.indexOf(word, at + 1)) {
    if (first && !startsWord(text, at)) continue;
    if (last && !endsWord(text, at + word.length)) continue;
    return at;
  }
  return -1;
}
