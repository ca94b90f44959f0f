/**
 * A reader of RE2 syntax that keeps only what the prefilter needs: which characters must stand where. Anything it
 * does not know throws `Unsupported`, and the pattern is then checked against every line.
 */
export type Node =
  /** One character that must be there as it is (letter case aside). */
  | { readonly kind: 'char'; readonly char: string }
  /** One of a few characters. */
  | { readonly kind: 'set'; readonly chars: readonly string[] }
  /** Some text of which nothing is known; may be empty. */
  | { readonly kind: 'any' }
  /** Anchors and word boundaries: no text. */
  | { readonly kind: 'empty' }
  | { readonly kind: 'concat'; readonly parts: readonly Node[] }
  | { readonly kind: 'either'; readonly branches: readonly Node[] }
  /** `body` at least once (`min` > 0) or possibly not at all. */
  | { readonly kind: 'repeat'; readonly body: Node; readonly min: number; readonly max: number };

export class Unsupported extends Error {}

const ANY: Node = { kind: 'any' };
const EMPTY: Node = { kind: 'empty' };
const MAX_DEPTH = 100;
const MAX_SET = 4;

export interface ReadPattern {
  readonly root: Node;
  /** Somewhere in the pattern letter case does not count. */
  readonly ignoresCase: boolean;
}

export function readPattern(pattern: string): ReadPattern {
  const reader = new Reader(pattern);
  const root = reader.alternatives(0);
  if (!reader.atEnd()) throw new Unsupported('unbalanced )');
  return { root, ignoresCase: reader.ignoresCase };
}

class Reader {
  ignoresCase = false;
  private at = 0;

  constructor(private readonly text: string) {}

  atEnd(): boolean {
    return this.at >= this.text.length;
  }

  alternatives(depth: number): Node {
    if (depth > MAX_DEPTH) throw new Unsupported('nested too deep');
    const branches: Node[] = [];
    let parts: Node[] = [];
    while (!this.atEnd() && this.text[this.at] !== ')') {
      if (this.text[this.at] === '|') {
        this.at++;
        branches.push({ kind: 'concat', parts });
        parts = [];
      } else if (this.text.startsWith('\\Q', this.at)) {
        parts.push(...this.quoted());
      } else {
        parts.push(this.repeated(depth));
      }
    }
    const last: Node = { kind: 'concat', parts };
    return branches.length === 0 ? last : { kind: 'either', branches: [...branches, last] };
  }

  private quoted(): Node[] {
    const end = this.text.indexOf('\\E', this.at);
    const inner = this.text.slice(this.at + 2, end < 0 ? undefined : end);
    this.at = end < 0 ? this.text.length : end + 2;
    if (/^[*+?{]/.test(this.text.slice(this.at))) throw new Unsupported('repeat after \\E');
    return [...inner].map((char) => ({ kind: 'char', char }));
  }

  private repeated(depth: number): Node {
    let body = this.atom(depth);
    for (;;) {
      const rest = this.text.slice(this.at, this.at + 16);
      const match = /^(?:([*+?])|\{(\d+)(?:(,)(\d*))?\})\??/.exec(rest);
      if (match === null) return body;
      this.at += match[0].length;
      const min = match[1] === undefined ? Number(match[2]) : match[1] === '+' ? 1 : 0;
      const open = match[1] === '*' || match[1] === '+' || (match[3] !== undefined && match[4] === '');
      const max = match[1] === '?' ? 1 : open ? Infinity : Number(match[4] || match[2]);
      body = { kind: 'repeat', body, min, max };
    }
  }

  private atom(depth: number): Node {
    const char = String.fromCodePoint(this.text.codePointAt(this.at)!);
    this.at += char.length;
    switch (char) {
      case '(':
        return this.group(depth);
      case '[':
        return this.charClass();
      case '\\':
        return this.escape();
      case '.':
        return ANY;
      case '^':
      case '$':
        return EMPTY;
      case '*':
      case '+':
      case '?':
        throw new Unsupported('nothing to repeat');
      default:
        return { kind: 'char', char };
    }
  }

  private group(depth: number): Node {
    if (this.text[this.at] === '?') {
      const head = /^\?(?:P?<[A-Za-z_]\w*>|([imsU]*(?:-[imsU]+)?)([:)]))/.exec(this.text.slice(this.at));
      if (head === null) throw new Unsupported('group');
      this.at += head[0].length;
      if (/^[^-]*i/.test(head[1] ?? '')) this.ignoresCase = true;
      if (head[2] === ')') return EMPTY;
    }
    const inner = this.alternatives(depth + 1);
    if (this.text[this.at] !== ')') throw new Unsupported('unbalanced (');
    this.at++;
    return inner;
  }

  private escape(): Node {
    const char = this.text[this.at++];
    if (char === undefined) throw new Unsupported('trailing backslash');
    if (/[bBAz]/.test(char)) return EMPTY;
    if (/[dDwWsS]/.test(char)) return ANY;
    // Control characters never stand in a literal one can rely on.
    if (/[afnrtv]/.test(char)) return ANY;
    if (/[^A-Za-z0-9]/.test(char) && char.charCodeAt(0) < 128) return { kind: 'char', char };
    throw new Unsupported(`\\${char}`);
  }

  /** Only sets of a few plain characters such as `[Pp]` are kept; ranges, classes and negations are any text. */
  private charClass(): Node {
    const match = /^(\^?)(\]?(?:\\[^]|\[:\^?\w+:\]|[^\]\\])*)\]/.exec(this.text.slice(this.at));
    if (match === null) throw new Unsupported('class');
    this.at += match[0].length;
    const inner = match[2]!;
    if (match[1] !== '' || !/^[A-Za-z0-9 _./:]+$/.test(inner) || inner.length > MAX_SET) return ANY;
    return { kind: 'set', chars: [...inner] };
  }
}
