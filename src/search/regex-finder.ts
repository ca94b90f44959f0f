/** Finds the lines of a block that an expression can match: quickly where a match may begin, then byte by byte. */
import { isAscii } from 'node:buffer';
import type { LazyDfa } from './lazy-dfa.js';
import type { Skeleton } from './skeleton.js';

export class RegexFinder {
  private text: Buffer | null = null;
  /** The text as it stands in bytes, and what finds beginnings in it. */
  private latin = '';
  private beginnings: RegExp | null = null;

  constructor(
    private readonly dfa: LazyDfa,
    private readonly skeleton: Skeleton | null,
  ) {}

  /** Where the first match ends in `text`, whole lines, from `from` on, the start of a line; -1 when there is none. */
  find(text: Buffer, from: number): number {
    const { dfa, skeleton } = this;
    if (skeleton === null) return dfa.find(text, from);
    if (this.text !== text) {
      this.text = text;
      this.latin = text.toString('latin1');
      this.beginnings = isAscii(text) ? skeleton.ascii : skeleton.any;
    }
    const { latin, beginnings } = this;
    for (let at = from; ;) {
      beginnings!.lastIndex = at;
      const begin = beginnings!.exec(latin)?.index ?? -1;
      if (begin < 0) return -1;
      const newline = latin.indexOf('\n', begin);
      const end = newline < 0 ? text.length : newline;
      const match = dfa.find(text, begin, end);
      if (match >= 0) return match;
      at = end + 1;
    }
  }
}
