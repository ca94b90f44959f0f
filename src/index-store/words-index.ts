/** lunr over what the index names: patterns, files, entities and rule titles. It ranks; it never decides what matches. */
import lunr from 'lunr';
import { logWords } from './log-words.js';
import { shownTemplate } from './template.js';
import type { Entity, FileIndex } from './types.js';

/** Documents of each kind: loading lunr's index takes longer than anything else in a search of a kept index. */
const MAX_PATTERNS = 1000;
const MAX_ENTITIES = 300;
const MAX_FILES = 1000;
const MAX_TEXT = 300;

export interface RuleTitle {
  readonly id: string;
  readonly title: string;
}

/** The serialised index, with the names its references stand for. */
export interface StoredWords {
  readonly lunr: object;
  readonly templates: readonly string[];
  readonly files: readonly string[];
  readonly entities: readonly Entity[];
  readonly rules: readonly RuleTitle[];
}

function tokenizer(value: string | null | undefined): lunr.Token[] {
  return logWords(String(value ?? '')).map((word, index) => new lunr.Token(word, { index }));
}

export function buildWords(files: readonly FileIndex[], rules: readonly RuleTitle[]): StoredWords {
  const builder = new lunr.Builder();
  // The types know only lunr's own function with its separator.
  builder.tokenizer = tokenizer as unknown as typeof builder.tokenizer;
  builder.ref('id');
  builder.field('text');
  const templates = mostOften(files)
    .slice(0, MAX_PATTERNS)
    .map(([template]) => template);
  for (const [i, template] of templates.entries())
    builder.add({ id: `p${i}`, text: shownTemplate(template).slice(0, MAX_TEXT) });
  const paths = [...new Set(files.map(({ path }) => path))].slice(0, MAX_FILES);
  for (const [i, path] of paths.entries()) builder.add({ id: `f${i}`, text: path });
  const entities = mergeEntities(files).slice(0, MAX_ENTITIES);
  for (const [i, entity] of entities.entries()) builder.add({ id: `e${i}`, text: entity.name });
  for (const [i, rule] of rules.entries()) builder.add({ id: `r${i}`, text: `${rule.id} ${rule.title}` });
  return { lunr: rounded(builder.build().toJSON()), templates, files: paths, entities, rules };
}

/** Scores to four digits: the index is a third as large. */
function rounded(index: object): object {
  const short = (_: string, value: unknown): unknown =>
    typeof value === 'number' ? Math.round(value * 1e4) / 1e4 : value;
  return JSON.parse(JSON.stringify(index, short)) as object;
}

function mostOften(files: readonly FileIndex[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const { patterns } of files)
    for (const { template, count } of patterns) counts.set(template, (counts.get(template) ?? 0) + count);
  return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
}

/** Entities of all files, the most named first. */
export function mergeEntities(files: readonly FileIndex[]): Entity[] {
  const merged = new Map<string, Entity>();
  for (const { entities } of files) {
    for (const entity of entities) {
      const known = merged.get(entity.name);
      merged.set(
        entity.name,
        known === undefined
          ? entity
          : {
              ...known,
              count: known.count + entity.count,
              first: least(known.first, entity.first, Math.min),
              last: least(known.last, entity.last, Math.max),
            },
      );
    }
  }
  return [...merged.values()].sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1));
}

function least(a: number | null, b: number | null, pick: (a: number, b: number) => number): number | null {
  return a === null || b === null ? (a ?? b) : pick(a, b);
}

export interface WordHits {
  /** Score by template, highest 1. */
  readonly patterns: ReadonlyMap<string, number>;
  /** Paths in their bundles. */
  readonly files: readonly string[];
  readonly entities: readonly Entity[];
  readonly rules: readonly RuleTitle[];
}

/** What any of the words stands in, best first. `*` at the end of a word stands for any continuation. */
export function findWords(stored: StoredWords, words: readonly string[]): WordHits {
  const index = lunr.Index.load(stored.lunr);
  const hits = index.query((query) => {
    for (const word of words) {
      const trailing = word.endsWith('*') ? lunr.Query.wildcard.TRAILING : lunr.Query.wildcard.NONE;
      for (const term of new Set(logWords(word.replace(/\*/g, ' '))))
        query.term(term, { wildcard: trailing, usePipeline: false });
    }
  });
  const best = hits[0]?.score ?? 1;
  const patterns = new Map<string, number>();
  const found = { files: [] as string[], entities: [] as Entity[], rules: [] as RuleTitle[] };
  for (const { ref, score } of hits) {
    const i = Number(ref.slice(1));
    if (ref[0] === 'p') patterns.set(stored.templates[i]!, score / best);
    else if (ref[0] === 'f') found.files.push(stored.files[i]!);
    else if (ref[0] === 'e') found.entities.push(stored.entities[i]!);
    else found.rules.push(stored.rules[i]!);
  }
  return { patterns, ...found };
}
