import lunr from 'lunr';
import { describe, expect, it } from 'vitest';
import { buildWords, findWords, logWords, type StoredWords } from '../../src/index-store/words-index.js';
import { indexTexts } from './support.js';

const TEXT = [
  'level=info msg="Reconciling ENI eni-0abc1234def567890"',
  'level=error msg="connection refused by 10.0.9.7"',
  'level=error msg="connect: no route to host"',
  'level=info msg="connector started"',
].join('\n');

const RULES = [
  { id: 'cni.refused', title: 'Connections are refused' },
  { id: 'eni.limit', title: 'No ENI is left' },
];

async function words(): Promise<StoredWords> {
  const { result, index } = await indexTexts({ 'var_log/ipamd.log': TEXT, 'var_log/connect.log': TEXT });
  await index.close();
  return buildWords(result.files, RULES);
}

/** Ids of all documents that lunr gives for terms with the whole index loaded, best first. */
function byWholeIndex(stored: StoredWords, ...terms: string[]): string[] {
  return lunr.Index.load(stored.lunr)
    .query((query) => {
      for (const term of terms) query.term(term, { usePipeline: false });
    })
    .map(({ ref }) => ref);
}

function asRefs(stored: StoredWords, asked: readonly string[]): string[] {
  const { patterns, files, entities, rules } = findWords(stored, asked);
  return [
    ...[...patterns.keys()].map((template) => `p${stored.templates.indexOf(template)}`),
    ...files.map((path) => `f${stored.files.indexOf(path)}`),
    ...entities.map((entity) => `e${stored.entities.indexOf(entity)}`),
    ...rules.map((rule) => `r${stored.rules.indexOf(rule)}`),
  ].sort();
}

describe('findWords', () => {
  it('finds for each term of the index what lunr finds with the whole index', async () => {
    const stored = await words();
    const terms = stored.lunr.invertedIndex.map(([term]) => term);
    expect(terms.length).toBeGreaterThan(15);
    for (const term of terms)
      expect(asRefs(stored, [term]), term).toEqual(byWholeIndex(stored, ...new Set(logWords(term))).sort());
  });

  it('takes any continuation of a word with a star, and the word itself', async () => {
    const stored = await words();
    const refs = asRefs(stored, ['connect*']);
    expect(refs).toEqual(byWholeIndex(stored, 'connect*').sort());
    expect(refs.length).toBeGreaterThan(asRefs(stored, ['connect']).length);
  });

  it('gives the best pattern the score 1', async () => {
    const { patterns } = findWords(await words(), ['connection', 'refused']);
    expect([...patterns.values()][0]).toBe(1);
    expect([...patterns.keys()][0]).toContain('connection refused');
  });

  it('names nothing for words without a letter or digit', async () => {
    const { patterns, files, entities, rules } = findWords(await words(), ['--', '***']);
    expect([patterns.size, files, entities, rules]).toEqual([0, [], [], []]);
  });
});
