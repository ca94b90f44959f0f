import { RE2JS } from 're2js';
import { foldCase } from '../index-store/classes.js';
import { gramsIn } from '../index-store/grams.js';
import { MARKS } from '../index-store/marks.js';
import { Sought } from '../index-store/sought.js';
import type { BlockView } from './block-view.js';
import type { Leaf, PatternView } from './leaf.js';
import type { LineView } from './line-view.js';
import { QueryError } from './tokens.js';
import { MAYBE, NO, YES, type Tri } from './tri.js';

/** What a wildcard stands for: anything but blanks, quotes, brackets and the like. */
const INSIDE = `[^\\s"'\`(){}<>;=|\\[\\]]`;
const NO_WORD = '[^0-9A-Za-z_\\x{80}-\\x{10ffff}]';
const WORD_CHAR = /[0-9a-z_?\x80-\uffff]/;

/** A word with `*` (any run of characters within a token) and `?` (one of them): `eni-*`, `10.0.1.*`, `cart-?`. */
export class WildcardLeaf implements Leaf {
  readonly needs: readonly string[] | null;
  readonly words: readonly string[];
  private readonly expression: RE2JS;
  private readonly literals: readonly Sought[];
  private readonly grams: readonly number[];
  /** With `?`, what stands behind a mark of unknown length decides. */
  private readonly certain: boolean;

  /** `at`: where it stands in the query. Throws QueryError. */
  constructor(text: string, at: number) {
    if (!/[^*?]/.test(text)) throw new QueryError('a wildcard needs a letter or a digit beside it', at);
    const word = foldCase(text);
    const body = [...word]
      .map((char) => (char === '*' ? `${INSIDE}*` : char === '?' ? INSIDE : RE2JS.quote(char)))
      .join('');
    const start = WORD_CHAR.test(word[0]!) ? `(?:^|${NO_WORD})` : '';
    const end = WORD_CHAR.test(word.at(-1)!) ? `(?:$|${NO_WORD})` : '';
    this.expression = RE2JS.compile(start + body + end);
    const literals = word.split(/[*?]+/).filter((part) => part !== '' && !/[^\0-\x7f]/.test(part));
    this.literals = literals.map((literal) => new Sought([literal]));
    this.grams = literals.flatMap((literal) => gramsIn(literal, false, false));
    const longest = [...literals].sort((a, b) => b.length - a.length)[0];
    this.needs = longest === undefined ? null : [longest];
    this.words = [word];
    this.certain = !word.includes('?');
  }

  pattern({ pattern, folded }: PatternView): Tri {
    if (!this.literals.every((literal) => literal.couldBeIn(folded, pattern))) return NO;
    if (!this.certain || folded.endsWith(MARKS.tail)) return MAYBE;
    return this.expression.test(folded) ? YES : MAYBE;
  }

  block(): boolean {
    return true;
  }

  tail(block: BlockView): boolean {
    return this.grams.every((gram) => block.hasGram(gram));
  }

  line(line: LineView): boolean {
    return this.expression.test(line.folded);
  }
}
