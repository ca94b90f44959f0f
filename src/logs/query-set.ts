/** All queries of one log source, compiled to one prefilter and one expression each. */
import { RE2JS } from 're2js';
import type { LogLevel, LogQuery, LogSource } from '../model/logs.js';
import { buildAutomaton, type Automaton, type Needle } from './prefilter/automaton.js';
import { requiredLiterals } from './prefilter/literals.js';
import { sureTexts, type SureTexts } from './prefilter/sure-texts.js';

/** Ids of needles that are no query: what makes a line worth a look for another reason. */
export const MARKS = {
  /** An escape that can hide any character: the message must be decoded before it is filtered. */
  escape: 0,
  /** `ſ` and the Kelvin sign, which are an s and a k where letter case does not count. */
  caseVariant: 1,
  /** A piece of a container log record (CRI tag P). */
  partial: 2,
  dumpBegin: 3,
  dumpEnd: 4,
  rules: 5,
  verdict: 6,
  trouble: 7,
} as const;
const FIRST_QUERY = 8;

const MARK_NEEDLES: readonly Needle[] = [
  { text: '\\u', id: MARKS.escape },
  { text: '\\x', id: MARKS.escape },
  { text: '\\/', id: MARKS.escape },
  { text: '\u017f', id: MARKS.caseVariant },
  { text: '\u212a', id: MARKS.caseVariant },
  { text: 'stdout p', id: MARKS.partial },
  { text: 'stderr p', id: MARKS.partial },
  { text: '=== begin goroutine stack dump ===', id: MARKS.dumpBegin },
  { text: '=== end goroutine stack dump ===', id: MARKS.dumpEnd },
  { text: 'rules:', id: MARKS.rules },
];
const VERDICT_NEEDLES: readonly Needle[] = [
  { text: 'flow info', id: MARKS.verdict },
  { text: 'policyverdict', id: MARKS.verdict },
];

export class CompiledQuery {
  private expression: RE2JS | null = null;
  private sure: SureTexts | null = null;
  readonly literals: readonly string[] | null;
  readonly ignoresCase: boolean;
  /** Levels asked for, or null for all. */
  readonly levels: ReadonlySet<LogLevel> | null;

  constructor(readonly query: LogQuery) {
    const { anyOf, ignoresCase } = requiredLiterals(query.pattern);
    this.literals = anyOf;
    this.ignoresCase = ignoresCase;
    this.levels = query.levels === undefined ? null : new Set(query.levels);
  }

  matches(message: string): boolean {
    this.sure ??= sureTexts(this.query.pattern);
    for (const text of this.sure.texts) if (message.includes(text)) return true;
    return !this.sure.complete && this.compiled().test(message);
  }

  /** Named groups of the first match that took part in it. */
  groups(message: string): [string, string][] {
    const names = Object.keys(this.compiled().namedGroups());
    if (names.length === 0) return [];
    const matcher = this.compiled().matcher(message);
    if (!matcher.find()) return [];
    return names.flatMap((name) => {
      const value = matcher.group(name);
      return value === null ? [] : [[name, value]];
    });
  }

  private compiled(): RE2JS {
    return (this.expression ??= RE2JS.compile(this.query.pattern));
  }
}

export interface QuerySet {
  readonly queries: readonly CompiledQuery[];
  readonly automaton: Automaton;
  /** Indexes of queries without a literal to rely on: asked of every line. */
  readonly always: readonly number[];
  /** Indexes of queries for which the other letters that fold to k and s count. */
  readonly caseless: readonly number[];
}

export interface QuerySetOptions {
  /** Look for policy verdicts too. */
  readonly verdicts: boolean;
  /** Texts of lines of trouble; none when absent. */
  readonly trouble?: readonly string[];
  /** False: every query is asked of every line. For tests of the prefilter. */
  readonly prefilter: boolean;
}

/** Needles that are no query's. */
function marksOf({ verdicts, trouble }: QuerySetOptions): Needle[] {
  return [
    ...MARK_NEEDLES,
    ...(verdicts ? VERDICT_NEEDLES : []),
    ...(trouble ?? []).map((text) => ({ text, id: MARKS.trouble })),
  ];
}

/** The strings of which each line holds one that is looked at, letter case aside; null when all lines are. */
export function needlesOf(queries: readonly LogQuery[], options: QuerySetOptions): string[] | null {
  const texts = new Set(marksOf(options).map(({ text }) => text));
  for (const { pattern } of queries) {
    const { anyOf } = requiredLiterals(pattern);
    if (anyOf === null) return null;
    for (const text of anyOf) texts.add(text);
  }
  return [...texts];
}

export function buildQuerySet(all: readonly LogQuery[], options: QuerySetOptions): QuerySet {
  const queries = all.map((query) => new CompiledQuery(query));
  const needles = marksOf(options);
  const always: number[] = [];
  const caseless: number[] = [];
  for (const [index, query] of queries.entries()) {
    if (query.literals === null || !options.prefilter) always.push(index);
    else for (const text of query.literals) needles.push({ text, id: FIRST_QUERY + index });
    if (query.ignoresCase) caseless.push(index);
  }
  return { queries, automaton: buildAutomaton(needles), always, caseless };
}

/** Index of the query a needle id stands for, or -1 for a mark. */
export function queryIndex(id: number): number {
  return id - FIRST_QUERY < 0 ? -1 : id - FIRST_QUERY;
}

/** The queries that concern one of the sources, in their order. */
export function queriesFor(sources: readonly LogSource[], queries: readonly LogQuery[]): LogQuery[] {
  return queries.filter((query) => sources.some((source) => query.sources.includes(source)));
}

/** Ids present in `text`, as the scanner would find them in a line's bytes. */
export function idsIn(automaton: Automaton, text: string): Set<number> {
  const { table, classOf, classes, outputs } = automaton;
  const found = new Set<number>();
  let state = automaton.newline;
  for (const byte of Buffer.from(text, 'utf8')) {
    state = table[state + classOf[byte]!]!;
    if (state > automaton.newline) for (const id of outputs[state / classes]!) found.add(id);
  }
  return found;
}
