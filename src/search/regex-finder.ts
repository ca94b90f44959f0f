/** Finds the lines of a block that an expression can match: quickly where there may be one, then byte by byte. */
import { isAscii } from 'node:buffer';
import type { LazyDfa } from './lazy-dfa.js';
import type { LineFinder } from './line-finder.js';

/** What finds places in text in Latin-1, as its bytes stand. */
export interface Places {
  /** In ASCII text, and in any. */
  readonly ascii: RegExp;
  readonly any: RegExp;
  /** A match of the expression begins at such a place, the first one of its line; else the place is within it. */
  readonly begin: boolean;
}

export class RegexFinder implements LineFinder {
  private text: Buffer | null = null;
  private latin = '';
  private expression: RegExp | null = null;

  /** `places`: in each line that matches there is one; null where nothing is known of them. */
  constructor(
    private readonly dfa: LazyDfa,
    private readonly places: Places | null,
  ) {}

  /** Where the first match ends in `text`, whole lines, from `from` on, the start of a line; -1 when there is none. */
  find(text: Buffer, from: number): number {
    const { dfa, places } = this;
    if (places === null) return dfa.find(text, from);
    if (this.text !== text) {
      this.text = text;
      this.latin = text.toString('latin1');
      this.expression = isAscii(text) ? places.ascii : places.any;
    }
    const { latin } = this;
    const expression = this.expression!;
    for (let at = from; ;) {
      expression.lastIndex = at;
      const place = expression.exec(latin)?.index ?? -1;
      if (place < 0) return -1;
      const newline = latin.indexOf('\n', place);
      const end = newline < 0 ? text.length : newline;
      const match = dfa.find(text, places.begin ? place : latin.lastIndexOf('\n', place) + 1, end);
      if (match >= 0) return match;
      at = end + 1;
    }
  }
}
