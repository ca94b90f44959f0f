/** lunr over what the index holds: patterns, files, names of things and rule titles. It ranks; it never decides what matches. */
import { createRequire } from 'node:module';
import type lunrModule from 'lunr';
import { logWords } from './log-words.js';
import { shownTemplate } from './marks.js';
import { mostNamed } from './names.js';
import type { FileIndex } from './types.js';

let loaded: typeof lunrModule | null = null;

/** Loaded when it is needed. An import of CommonJS would look for names in all of it first, which takes longer than a search. */
const lunr = (): typeof lunrModule =>
  (loaded ??= createRequire(import.meta.url)('lunr') as typeof lunrModule);

/** Documents of each kind: the words are read again in each search of a kept index. */
const MAX_PATTERNS = 1000;
const MAX_NAMES = 300;
const MAX_FILES = 1000;
const MAX_TEXT = 300;
/** The one field of all documents. */
const FIELD = 'text';
/** Lines that are sought one by one in less time than all lines are parted. */
const FEW = 8;

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

/**
 * The same as text: a search needs few lines of it, and reading all of it into values takes longer than the rest of the
 * search. Every line has a line end before and behind it.
 */
interface PackedIndex {
  /** What else lunr writes. */
  readonly head: object;
  /** A line for each document: its name, a tab, its scores parted by spaces. */
  readonly vectors: string;
  /** A line for each term: the term, a tab, its number, a tab, its documents parted by spaces. */
  readonly terms: string;
}

/** The serialised index, with the names its references stand for. */
export interface StoredWords {
  readonly lunr: PackedIndex;
  /** Parted by line ends. */
  readonly templates: string;
  readonly files: readonly string[];
  /** Of things, see `names.ts`. */
  readonly names: readonly string[];
  readonly rules: readonly RuleTitle[];
}

function tokenizer(value: string | null | undefined): lunrModule.Token[] {
  const { Token } = lunr();
  return logWords(String(value ?? '')).map((word, index) => new Token(word, { index }));
}

export function buildWords(files: readonly FileIndex[], rules: readonly RuleTitle[]): StoredWords {
  const builder = new (lunr().Builder)();
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
  const names = mostNamed(files, MAX_NAMES);
  for (const [i, name] of names.entries()) builder.add({ id: `n${i}`, [FIELD]: name });
  for (const [i, rule] of rules.entries()) builder.add({ id: `r${i}`, [FIELD]: `${rule.id} ${rule.title}` });
  return {
    lunr: packed(builder.build().toJSON()),
    templates: templates.join('\n'),
    files: paths,
    names,
    rules,
  };
}

/** With scores to four digits: the index is a third as large. */
function packed(index: object): PackedIndex {
  const { fieldVectors, invertedIndex, ...head } = JSON.parse(JSON.stringify(index)) as SerializedIndex;
  const short = (score: number): number => Math.round(score * 1e4) / 1e4;
  return {
    head,
    vectors: lines(
      fieldVectors.map(([ref, vector]) => [ref.slice(FIELD.length + 1), vector.map(short).join(' ')]),
    ),
    terms: lines(
      invertedIndex.map(([term, posting]) => [
        term,
        String(posting._index),
        Object.keys(posting[FIELD]).join(' '),
      ]),
    ),
  };
}

const lines = (rows: readonly (readonly string[])[]): string =>
  `\n${rows.map((row) => `${row.join('\t')}\n`).join('')}`;

/** The cells of each line that begins with `start`. */
function linesFrom(text: string, start: string): string[][] {
  const found: string[][] = [];
  for (let at = text.indexOf(`\n${start}`); at >= 0; at = text.indexOf(`\n${start}`, at + 1))
    found.push(text.slice(at + 1, text.indexOf('\n', at + 1)).split('\t'));
  return found;
}

/** The line of each document. */
function rowsOf(vectors: string, documents: ReadonlySet<string>): string[][] {
  if (documents.size < FEW) return [...documents].flatMap((name) => linesFrom(vectors, `${name}\t`));
  return vectors
    .split('\n')
    .filter((line) => documents.has(line.slice(0, line.indexOf('\t'))))
    .map((line) => line.split('\t'));
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
  /** Of things, as they are kept. */
  readonly names: readonly string[];
  readonly rules: readonly RuleTitle[];
}

/**
 * What any of the words stands in, best first. `*` at the end of a word stands for any continuation. Parts of a word
 * (`10` of `10.0.2.7`) rank patterns; files, names and rules are those that it stands in as a whole.
 */
export function findWords(stored: StoredWords, words: readonly string[]): WordHits {
  const terms = words.flatMap((word) => {
    const open = word.endsWith('*');
    return [...new Set(logWords(word.replace(/\*/g, ' ')))].map((term) => ({ term, open }));
  });
  const whole = terms.filter(({ term }) => !terms.some((other) => isPart(term, other.term)));
  const isNamed = (text: string): boolean =>
    logWords(text).some((own) =>
      whole.some(({ term, open }) => (open ? own.startsWith(term) : own === term)),
    );
  // Without a term lunr would answer every document.
  if (terms.length === 0) return { patterns: new Map(), files: [], names: [], rules: [] };
  const { TRAILING, NONE } = lunr().Query.wildcard;
  const hits = lunr()
    .Index.load(partFor(stored.lunr, terms))
    .query((query) => {
      for (const { term, open } of terms)
        query.term(term, { wildcard: open ? TRAILING : NONE, usePipeline: false });
    });
  const templates = stored.templates.split('\n');
  const best = hits[0]?.score ?? 1;
  const patterns = new Map<string, number>();
  const found = { files: [] as string[], names: [] as string[], rules: [] as RuleTitle[] };
  for (const { ref, score } of hits) {
    const i = Number(ref.slice(1));
    if (ref[0] === 'p') patterns.set(templates[i]!, score / best);
    else if (ref[0] === 'f') found.files.push(stored.files[i]!);
    else if (ref[0] === 'n') found.names.push(stored.names[i]!);
    else found.rules.push(stored.rules[i]!);
  }
  return {
    patterns,
    files: found.files.filter(isNamed),
    names: found.names.filter(isNamed),
    rules: found.rules.filter(({ id, title }) => isNamed(`${id} ${title}`)),
  };
}

function isPart(term: string, of: string): boolean {
  return term.length < of.length && logWords(of).includes(term);
}

interface Term {
  readonly term: string;
  /** It stands for any continuation. */
  readonly open: boolean;
}

/** The terms asked for with their documents. Loading the rest takes many times longer than the query and changes nothing. */
function partFor({ head, terms, vectors }: PackedIndex, asked: readonly Term[]): SerializedIndex {
  const hits = asked.flatMap(({ term, open }) => linesFrom(terms, open ? term : `${term}\t`));
  // In the order of terms, as lunr wants them, and each once.
  const found = [
    ...new Map(hits.map(([term, index, list]) => [term!, { index: Number(index), list: list! }])),
  ]
    .map(([term, { index, list }]) => ({ term, index, documents: list.split(' ') }))
    .sort((a, b) => (a.term < b.term ? -1 : 1));
  const documents = new Set(found.flatMap((one) => one.documents));
  const rows = rowsOf(vectors, documents);
  return {
    ...head,
    invertedIndex: found.map((one) => [
      one.term,
      { _index: one.index, [FIELD]: Object.fromEntries(one.documents.map((name) => [name, {}])) },
    ]),
    fieldVectors: rows.map(([document, vector]): [string, number[]] => [
      `${FIELD}/${document!}`,
      vector!.split(' ').map(Number),
    ]),
  };
}
