/** Finds the lines of a block that may pass a query, quicker than testing them. */
import type { Query } from './query.js';

/** Finds lines that may pass: where in a block the next of them is met, from a place on; -1 when there is none. */
export interface LineFinder {
  find(text: Buffer, from: number): number;
}

/** By the bytes of an expression, or by the strings of which every line holds one that passes; null when all lines are to be tested. */
export function finderOf(query: Query): LineFinder | null {
  const { needs, finder, caseVariants } = query;
  if (needs?.length === 1 && !/[a-z]/.test(needs[0]!)) return new Caseless(needs[0]!);
  return finder ?? (needs === null ? null : new Needle(needleExpression(needs, caseVariants)));
}

/** One string without letters: bytes are compared with bytes. */
class Caseless implements LineFinder {
  private readonly bytes: Buffer;

  constructor(text: string) {
    this.bytes = Buffer.from(text, 'latin1');
  }

  find(text: Buffer, from: number): number {
    return text.indexOf(this.bytes, from);
  }
}

/** Finds the strings, letter case aside, in text in Latin-1 as its bytes stand. `caseVariants`: see `Leaf`. */
export function needleExpression(needs: readonly string[], caseVariants: boolean): RegExp {
  const literals = needs.map((text) => text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&'));
  // The letters beyond ASCII that fold to s and k.
  const variants = caseVariants && /[sk]/.test(needs.join('')) ? ['\\xc5\\xbf', '\\xe2\\x84\\xaa'] : [];
  return new RegExp([...literals, ...variants].join('|'), 'gi');
}

class Needle implements LineFinder {
  private text: Buffer | null = null;
  private latin = '';

  constructor(private readonly expression: RegExp) {}

  find(text: Buffer, from: number): number {
    if (this.text !== text) {
      this.text = text;
      this.latin = text.toString('latin1');
    }
    this.expression.lastIndex = from;
    return this.expression.exec(this.latin)?.index ?? -1;
  }
}
