/** Finds the lines of a block that an expression can match: quickly where a match may begin, then byte by byte. */
import { isAscii } from 'node:buffer';
import type { LazyDfa } from './lazy-dfa.js';

export class RegexFinder {
  private text: Buffer | null = null;
  /** The text as a string; null where `skeleton` does not hold for it. */
  private ascii: string | null = null;

  /** `skeleton`: see `skeleton.ts`. */
  constructor(
    private readonly dfa: LazyDfa,
    private readonly skeleton: RegExp | null,
  ) {}

  /** Where the first match ends in `text`, whole lines, from `from` on, the start of a line; -1 when there is none. */
  find(text: Buffer, from: number): number {
    const { dfa, skeleton } = this;
    if (this.text !== text) {
      this.text = text;
      this.ascii = skeleton !== null && isAscii(text) ? text.toString('latin1') : null;
    }
    const { ascii } = this;
    if (skeleton === null || ascii === null) return dfa.find(text, from);
    for (let at = from; ;) {
      skeleton.lastIndex = at;
      const begin = skeleton.exec(ascii)?.index ?? -1;
      if (begin < 0) return -1;
      const newline = ascii.indexOf('\n', begin);
      const end = newline < 0 ? text.length : newline;
      const match = dfa.find(text, begin, end);
      if (match >= 0) return match;
      at = end + 1;
    }
  }
}
