/** lunr over what the index names: patterns, files, entities and rule titles. It ranks; it never decides what matches. */
import lunr from 'lunr';
import { logWords } from './log-words.js';
import { shownTemplate } from './marks.js';
import type { Entity, FileIndex } from './types.js';

/** Documents of each kind: the words are read again in each search of a kept index. */
const MAX_PATTERNS = 1000;
const MAX_ENTITIES = 300;
const MAX_FILES = 1000;
const MAX_TEXT = 300;
/** The one field of all documents. */
const FIELD = 'text';

export interface RuleTitle {
  readonly id: string;
  readonly title: string;
}

/** What lunr writes: scores by field and document, and postings by term. */
interface SerializedIndex {
  readonly fieldVectors: readonly (readonly [ref: string, vector: readonly number[]])[];
  readonly invertedIndex: readonly (readonly [
    term: string,
    posting: { readonly _index: number; readonly [FIELD]: Readonly<Record<string, object>> },
  ])[];
}

/** The same with lists as text, parted by spaces: few of them are ever needed, and reading them all takes long. */
interface PackedIndex {
  /** What else lunr writes. */
  readonly head: object;
  readonly vectors: readonly (readonly [document: string, vector: string])[];
  readonly terms: readonly (readonly [term: string, index: number, documents: string])[];
}

/** The serialised index, with the names its references stand for. */
export interface StoredWords {
  readonly lunr: PackedIndex;
  readonly templates: readonly string[];
  readonly files: readonly string[];
  readonly entities: readonly Entity[];
  readonly rules: readonly RuleTitle[];
}

function tokenizer(value: string | null | undefined): lunr.Token[] {
  return logWords(String(value ?? '')).map((word, index) => new lunr.Token(word, { index }));
}

/** `all`: what the files name, the most named first. */
export function buildWords(
  files: readonly FileIndex[],
  all: readonly Entity[],
  rules: readonly RuleTitle[],
): StoredWords {
  const builder = new lunr.Builder();
  // The types know only lunr's own function with its separator.
  builder.tokenizer = tokenizer as unknown as typeof builder.tokenizer;
  builder.ref('id');
  builder.field(FIELD);
  const templates = mostOften(files)
    .slice(0, MAX_PATTERNS)
    .map(([template]) => template);
  for (const [i, template] of templates.entries())
    builder.add({ id: `p${i}`, [FIELD]: shownTemplate(template).slice(0, MAX_TEXT) });
  const paths = [...new Set(files.map(({ path }) => path))].slice(0, MAX_FILES);
  for (const [i, path] of paths.entries()) builder.add({ id: `f${i}`, [FIELD]: path });
  const entities = all.slice(0, MAX_ENTITIES);
  for (const [i, entity] of entities.entries()) builder.add({ id: `e${i}`, [FIELD]: entity.name });
  for (const [i, rule] of rules.entries()) builder.add({ id: `r${i}`, [FIELD]: `${rule.id} ${rule.title}` });
  return { lunr: packed(builder.build().toJSON()), templates, files: paths, entities, rules };
}

/** With scores to four digits: the index is a third as large. */
function packed(index: object): PackedIndex {
  const { fieldVectors, invertedIndex, ...head } = JSON.parse(JSON.stringify(index)) as SerializedIndex;
  const short = (score: number): number => Math.round(score * 1e4) / 1e4;
  return {
    head,
    vectors: fieldVectors.map(([ref, vector]) => [ref.slice(FIELD.length + 1), vector.map(short).join(' ')]),
    terms: invertedIndex.map(([term, posting]) => [
      term,
      posting._index,
      Object.keys(posting[FIELD]).join(' '),
    ]),
  };
}

function mostOften(files: readonly FileIndex[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const { patterns } of files)
    for (const { template, count } of patterns) counts.set(template, (counts.get(template) ?? 0) + count);
  return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
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
  const terms = words.flatMap((word) => {
    const open = word.endsWith('*');
    return [...new Set(logWords(word.replace(/\*/g, ' ')))].map((term) => ({ term, open }));
  });
  // Without a term lunr would answer every document.
  if (terms.length === 0) return { patterns: new Map(), files: [], entities: [], rules: [] };
  const { TRAILING, NONE } = lunr.Query.wildcard;
  const hits = lunr.Index.load(partFor(stored.lunr, terms)).query((query) => {
    for (const { term, open } of terms)
      query.term(term, { wildcard: open ? TRAILING : NONE, usePipeline: false });
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

interface Term {
  readonly term: string;
  /** It stands for any continuation. */
  readonly open: boolean;
}

/** The terms asked for with their documents. Loading the rest takes many times longer than the query and changes nothing. */
function partFor({ head, terms, vectors }: PackedIndex, asked: readonly Term[]): SerializedIndex {
  const whole = new Set(asked.map(({ term }) => term));
  const starts = asked.filter(({ open }) => open).map(({ term }) => term);
  const found = terms
    .filter(([term]) => whole.has(term) || starts.some((start) => term.startsWith(start)))
    .map(([term, index, list]) => ({ term, index, documents: list.split(' ') }));
  const documents = new Set(found.flatMap((one) => one.documents));
  return {
    ...head,
    invertedIndex: found.map((one) => [
      one.term,
      { _index: one.index, [FIELD]: Object.fromEntries(one.documents.map((name) => [name, {}])) },
    ]),
    fieldVectors: vectors
      .filter(([document]) => documents.has(document))
      .map(([document, vector]) => [`${FIELD}/${document}`, vector.split(' ').map(Number)]),
  };
}
