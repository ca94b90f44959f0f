/** From the text of a query to its tests. */
import type { Leaf } from './leaf.js';
import { Query, type QueryNode } from './query.js';
import { QueryError, tokens, type Token } from './tokens.js';
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

let last: { readonly key: string; readonly query: Query } | null = null;

/** Throws QueryError. A query is asked for at several places of a search: the last one is kept. */
export async function parseQuery(source: QuerySource): Promise<Query> {
  const key = JSON.stringify(source);
  if (last?.key !== key) last = { key, query: await parsed(source) };
  return last.query;
}

async function parsed({ text, regex, ignoreCase }: QuerySource): Promise<Query> {
  if (text.trim() === '') throw new QueryError('the query is empty', 0);
  if (text.length > MAX_LENGTH)
    throw new QueryError(`the query is longer than ${MAX_LENGTH} characters`, MAX_LENGTH);
  if (regex) {
    const { regexLeaf } = await import('./regex-leaf.js');
    return new Query({ kind: 'leaf', leaf: regexLeaf(text, ignoreCase) });
  }
  const all = tokens(text);
  if (all.length > MAX_TERMS)
    throw new QueryError(`the query has more than ${MAX_TERMS} terms`, all[MAX_TERMS]!.at);
  const leaves = new Map<Token, Leaf>();
  for (const token of all) if (isTerm(token)) leaves.set(token, await leafOf(token));
  return new Query(new Parser(all, leaves, text.length).query());
}

const isTerm = ({ kind }: Token): boolean => kind === 'word' || kind === 'phrase';

/** `or := and (OR and)*`, `and := not (AND? not)*`, `not := NOT not | ( or ) | term`. */
class Parser {
  private at = 0;
  private depth = 0;

  constructor(
    private readonly all: readonly Token[],
    private readonly leaves: ReadonlyMap<Token, Leaf>,
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
      const leaf = this.leaves.get(token);
      if (leaf !== undefined) return { kind: 'leaf', leaf };
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

/** Tests that few queries need are loaded when one does. */
async function leafOf({ field, text, at, kind }: Token): Promise<Leaf> {
  const wild = /[*?]/.test(text);
  switch (field) {
    case 'file':
    case 'node':
    case 'pod': {
      if (field === 'pod' && wild) return wildcard(text, at);
      const { FileLeaf, PodLeaf } = await import('./field-leaves.js');
      if (field === 'pod') return new PodLeaf(text);
      return new FileLeaf((file) => (field === 'file' ? file.path : file.node), text);
    }
    case 'level': {
      const { LevelLeaf } = await import('./level-leaf.js');
      const leaf = LevelLeaf.parse(text);
      if (leaf === null)
        throw new QueryError('levels are trace, debug, info, warn, error, fatal and none', at);
      return leaf;
    }
    case 'ip': {
      if (text.includes('*')) return wildcard(text, at);
      const { addressLeaf } = await import('./address-leaf.js');
      return addressLeaf(text, at);
    }
    default:
      return kind === 'word' && wild ? wildcard(text, at) : new WordLeaf(text);
  }
}

async function wildcard(text: string, at: number): Promise<Leaf> {
  const { WildcardLeaf } = await import('./wildcard-leaf.js');
  return new WildcardLeaf(text, at);
}
