/** From the text of a query to its tests. */
import ipaddr from 'ipaddr.js';
import { CidrLeaf, FileLeaf, LevelLeaf, PodLeaf } from './field-leaves.js';
import type { Leaf } from './leaf.js';
import { Query, type QueryNode } from './query.js';
import { RegexLeaf } from './regex-leaf.js';
import { QueryError, tokens, type Token } from './tokens.js';
import { WildcardLeaf } from './wildcard-leaf.js';
import { WordLeaf } from './word-leaf.js';

export interface QuerySource {
  readonly text: string;
  /** The whole text is one regular expression. */
  readonly regex: boolean;
  /** Of a regular expression; words never mind it. */
  readonly ignoreCase: boolean;
}

const MAX_LENGTH = 4000;
const MAX_TERMS = 256;
const MAX_DEPTH = 64;

/** Throws QueryError. */
export function parseQuery({ text, regex, ignoreCase }: QuerySource): Query {
  if (text.trim() === '') throw new QueryError('the query is empty', 0);
  if (text.length > MAX_LENGTH)
    throw new QueryError(`the query is longer than ${MAX_LENGTH} characters`, MAX_LENGTH);
  if (regex) return new Query({ kind: 'leaf', leaf: regexLeaf(text, ignoreCase) });
  const all = tokens(text);
  if (all.length > MAX_TERMS)
    throw new QueryError(`the query has more than ${MAX_TERMS} terms`, all[MAX_TERMS]!.at);
  return new Query(new Parser(all, text.length).query());
}

function regexLeaf(text: string, ignoreCase: boolean): Leaf {
  try {
    return new RegexLeaf(text, ignoreCase);
  } catch (error) {
    const { error: what, input } = error as { error?: unknown; input?: unknown };
    if (typeof what !== 'string') throw new QueryError((error as Error).message, null);
    const piece = typeof input === 'string' ? input : '';
    // Of a missing parenthesis the engine names the whole expression.
    if (piece === text)
      throw new QueryError(what, what === 'missing closing )' ? openParenthesis(text) : null);
    const at = piece === '' ? -1 : text.lastIndexOf(piece);
    throw new QueryError(piece === '' ? what : `${what}: ${piece}`, at < 0 ? null : at);
  }
}

/** Where the last ( stands that has no ); null when it cannot be told. */
function openParenthesis(text: string): number | null {
  const open: number[] = [];
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '(') open.push(at);
    else if (text[at] === ')') open.pop();
  }
  return open.at(-1) ?? null;
}

/** `or := and (OR and)*`, `and := not (AND? not)*`, `not := NOT not | ( or ) | term`. */
class Parser {
  private at = 0;
  private depth = 0;

  constructor(
    private readonly all: readonly Token[],
    private readonly length: number,
  ) {}

  query(): QueryNode {
    const node = this.or();
    const rest = this.all[this.at];
    if (rest !== undefined) throw new QueryError('there is no ( for this )', rest.at);
    return node;
  }

  private or(): QueryNode {
    const parts = [this.and()];
    while (this.all[this.at]?.kind === 'OR') {
      this.at++;
      parts.push(this.and());
    }
    return parts.length === 1 ? parts[0]! : { kind: 'or', parts };
  }

  private and(): QueryNode {
    const parts = [this.not()];
    for (;;) {
      const next = this.all[this.at]?.kind;
      if (next === undefined || next === 'OR' || next === ')') break;
      if (next === 'AND') this.at++;
      parts.push(this.not());
    }
    return parts.length === 1 ? parts[0]! : { kind: 'and', parts };
  }

  private not(): QueryNode {
    const token = this.all[this.at];
    if (token === undefined) throw new QueryError('a term is missing at the end', this.length);
    if (++this.depth > MAX_DEPTH) throw new QueryError('it is nested too deep', token.at);
    this.at++;
    try {
      if (token.kind === 'NOT') return { kind: 'not', part: this.not() };
      if (token.kind === '(') return this.group(token);
      if (token.kind === 'word' || token.kind === 'phrase') return { kind: 'leaf', leaf: leafOf(token) };
      throw new QueryError(`a term is missing before ${token.text}`, token.at);
    } finally {
      this.depth--;
    }
  }

  private group(open: Token): QueryNode {
    const inner = this.or();
    if (this.all[this.at]?.kind !== ')') throw new QueryError('the ( is not closed', open.at);
    this.at++;
    return inner;
  }
}

function leafOf(token: Token): Leaf {
  const { field, text, at, kind } = token;
  switch (field) {
    case 'file':
      return new FileLeaf((file) => file.path, text);
    case 'node':
      return new FileLeaf((file) => file.node, text);
    case 'level': {
      const leaf = LevelLeaf.parse(text);
      if (leaf === null)
        throw new QueryError('levels are trace, debug, info, warn, error, fatal and none', at);
      return leaf;
    }
    case 'ip':
      return addressLeaf(text, at);
    case 'pod':
      return /[*?]/.test(text) ? new WildcardLeaf(text) : new PodLeaf(text);
    default:
      return kind === 'word' && /[*?]/.test(text) ? wildcard(text, at) : new WordLeaf(text);
  }
}

function wildcard(text: string, at: number): Leaf {
  if (!/[^*?]/.test(text)) throw new QueryError('a wildcard needs a letter or a digit beside it', at);
  return new WildcardLeaf(text);
}

function addressLeaf(text: string, at: number): Leaf {
  if (text.includes('*')) return wildcard(text, at);
  if (text.includes('/')) {
    if (!ipaddr.isValidCIDR(text)) throw new QueryError(`${text} is no block of addresses`, at);
    const [address, bits] = ipaddr.parseCIDR(text);
    if (address.kind() !== 'ipv4') throw new QueryError('only IPv4 blocks can be searched', at);
    return new CidrLeaf([address as ipaddr.IPv4, bits]);
  }
  if (!ipaddr.IPv4.isValidFourPartDecimal(text) && !ipaddr.IPv6.isValid(text))
    throw new QueryError(`${text} is no address`, at);
  return new WordLeaf(text);
}
