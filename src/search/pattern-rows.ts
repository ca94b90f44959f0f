/** The answer in patterns: merged over files and nodes, ranked. */
import type { SearchIndex } from '../index-store/search-index.js';
import { shownTemplate } from '../index-store/marks.js';
import type { WordHits } from '../index-store/words-index.js';
import type { LogLevel } from '../model/logs.js';
import type { FileHits, PatternHits } from './file-hits.js';
import { readLine, type HitLine } from './line-text.js';
import type { SearchResult } from './search.js';
import { thingsNamed, type Thing } from './things.js';

export interface PatternRow {
  readonly pattern: string;
  readonly count: number;
  readonly first: number | null;
  readonly last: number | null;
  /** Null when its lines have none, or differ. */
  readonly level: LogLevel;
  readonly nodes: readonly string[];
  readonly files: readonly { readonly node: string; readonly file: string; readonly count: number }[];
  /** Its first line that was hit. */
  readonly example: HitLine;
}

/** What else the words of the query name. */
export interface Related {
  readonly files: readonly string[];
  readonly things: readonly Thing[];
  readonly rules: WordHits['rules'];
}

export interface PatternAnswer {
  /** The best ones. */
  readonly rows: readonly PatternRow[];
  /** All patterns with hits. */
  readonly patterns: number;
  readonly related: Related;
}

interface Merged {
  readonly template: string;
  readonly hits: { readonly of: FileHits; readonly hit: PatternHits }[];
  count: number;
  level: LogLevel;
}

/** Weights of levels beside the score of the words, which is at most 1. */
const WEIGHT: Readonly<Record<string, number>> = {
  fatal: 0.6,
  error: 0.5,
  warn: 0.3,
  info: 0.1,
  trace: -0.1,
};
const MAX_RELATED = 8;

export async function patternRows(
  index: SearchIndex,
  result: SearchResult,
  limit: number,
): Promise<PatternAnswer> {
  const merged = mergeByTemplate(result.hits);
  const found = await rank(index, result.query.words);
  const weight = ({ template, level }: Merged): number =>
    (found.patterns.get(template) ?? 0) + (level === null ? 0 : (WEIGHT[level] ?? 0));
  const ranked = merged
    .map((row) => ({ row, weight: Math.round(weight(row) * 100) }))
    .sort(
      (a, b) =>
        b.weight - a.weight || b.row.count - a.row.count || (a.row.template < b.row.template ? -1 : 1),
    );
  return {
    rows: ranked.slice(0, limit).map(({ row }) => toRow(index, row)),
    patterns: merged.length,
    related: found,
  };
}

function mergeByTemplate(hits: readonly FileHits[]): Merged[] {
  const merged = new Map<string, Merged>();
  for (const of of hits) {
    for (const hit of of.patterns) {
      const { template, level } = hit.pattern;
      const known = merged.get(template);
      if (known === undefined) {
        merged.set(template, { template, hits: [{ of, hit }], count: hit.count, level: level ?? null });
        continue;
      }
      known.hits.push({ of, hit });
      known.count += hit.count;
      if (known.level !== (level ?? null)) known.level = null;
    }
  }
  return [...merged.values()];
}

/** Scores and related names by lunr, one index per input; scores are relative to the best hit of each. */
async function rank(
  index: SearchIndex,
  words: readonly string[],
): Promise<Related & Pick<WordHits, 'patterns'>> {
  if (words.length === 0) return { patterns: new Map(), files: [], things: [], rules: [] };
  const { findWords } = await import('../index-store/words-index.js');
  const all = index.words().map((stored) => findWords(stored, words));
  const patterns = new Map<string, number>();
  for (const hits of all)
    for (const [template, score] of hits.patterns)
      patterns.set(template, Math.max(score, patterns.get(template) ?? 0));
  return {
    patterns,
    files: [...new Set(all.flatMap(({ files }) => files))].slice(0, MAX_RELATED),
    things: thingsNamed(index, [...words, ...all.flatMap(({ names }) => names)], MAX_RELATED),
    rules: uniqueBy(
      all.flatMap(({ rules }) => rules),
      ({ id }) => id,
    ).slice(0, MAX_RELATED),
  };
}

function uniqueBy<T>(items: readonly T[], key: (item: T) => string): T[] {
  return [...new Map(items.map((item) => [key(item), item])).values()];
}

function toRow(index: SearchIndex, { template, hits, count, level }: Merged): PatternRow {
  const times = hits.flatMap(({ hit: { first, last } }) =>
    first === null || last === null ? [] : [{ first, last }],
  );
  const earliest = [...hits].sort((a, b) => (a.hit.first ?? Infinity) - (b.hit.first ?? Infinity) || 0)[0]!;
  return {
    pattern: shownTemplate(template),
    count,
    first: times.length === 0 ? null : Math.min(...times.map(({ first }) => first)),
    last: times.length === 0 ? null : Math.max(...times.map(({ last }) => last)),
    level,
    nodes: [...new Set(hits.map(({ of }) => of.file.index.node))],
    files: hits.map(({ of: { file }, hit }) => ({
      node: file.index.node,
      file: file.index.path,
      count: hit.count,
    })),
    example: readLine(index, earliest.of.file, earliest.hit.line, earliest.hit.time),
  };
}
