/** Cuts a query into its tokens. */

export interface Token {
  readonly kind: 'word' | 'phrase' | '(' | ')' | 'AND' | 'OR' | 'NOT';
  /** Of words and phrases: what stands in the query, quotes removed. */
  readonly text: string;
  /** The field before the colon, if it is a known one. */
  readonly field: string | null;
  /** Where it starts in the query, from 0. */
  readonly at: number;
}

export const FIELDS: ReadonlySet<string> = new Set(['file', 'node', 'level', 'pod', 'ip', 'eni']);

/** What is wrong with a query, and where: `at` counts characters from 0. */
export class QueryError extends Error {
  override readonly name = 'QueryError';
  constructor(
    message: string,
    readonly at: number | null,
  ) {
    super(message);
  }
}

const OPERATORS: ReadonlySet<string> = new Set(['AND', 'OR', 'NOT']);

export function tokens(query: string): Token[] {
  const found: Token[] = [];
  let at = 0;
  while (at < query.length) {
    const char = query[at]!;
    if (/\s/.test(char)) {
      at++;
    } else if (char === '(' || char === ')') {
      found.push({ kind: char, text: char, field: null, at });
      at++;
    } else if (char === '|') {
      found.push({ kind: 'OR', text: char, field: null, at });
      at += query[at + 1] === '|' ? 2 : 1;
    } else {
      const start = at;
      const field = /^([a-z]+):(?=[^\s|()])/.exec(query.slice(at, at + 32))?.[1] ?? null;
      const known = field !== null && FIELDS.has(field) ? field : null;
      if (known !== null) at += known.length + 1;
      const { kind, text, end } = query[at] === '"' ? phrase(query, at) : word(query, at);
      at = end;
      if (kind === 'word' && known === null && OPERATORS.has(text))
        found.push({ kind: text as 'AND', text, field: null, at: start });
      else found.push({ kind, text, field: known, at: start });
    }
  }
  return found;
}

interface Piece {
  readonly kind: 'word' | 'phrase';
  readonly text: string;
  readonly end: number;
}

/** `"…"`; a quote or backslash in it is written with a backslash before. */
function phrase(query: string, at: number): Piece {
  let text = '';
  for (let i = at + 1; i < query.length; i++) {
    const char = query[i]!;
    if (char === '"') {
      if (text.trim() === '') throw new QueryError('the phrase is empty', at);
      return { kind: 'phrase', text, end: i + 1 };
    }
    text += char === '\\' && /["\\]/.test(query[i + 1] ?? '') ? query[++i]! : char;
  }
  throw new QueryError('the quote is not closed', at);
}

function word(query: string, at: number): Piece {
  let end = at;
  while (end < query.length && !/[\s()|"]/.test(query[end]!)) end++;
  return { kind: 'word', text: query.slice(at, end), end };
}
