import { describe, expect, it } from 'vitest';
import { logWords } from '../../src/index-store/log-words.js';
import { namesFrom } from '../../src/index-store/names.js';
import { buildWords, findWords, type StoredWords } from '../../src/index-store/words-index.js';
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
  return buildWords(
    result.files.map(({ file }) => file),
    RULES,
  );
}

/** The terms of the index with their documents. */
function termsOf({ lunr }: StoredWords): { term: string; documents: string[] }[] {
  return lunr.terms
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split('\t'))
    .map(([term, , documents]) => ({ term: term!, documents: documents!.split(' ') }));
}

/** Ids of the documents of terms that `wanted` takes. */
function documentsOf(stored: StoredWords, wanted: (term: string) => boolean): string[] {
  const lists = termsOf(stored).filter(({ term }) => wanted(term));
  return [...new Set(lists.flatMap(({ documents }) => documents))].sort();
}

function asRefs(stored: StoredWords, asked: readonly string[]): string[] {
  const { patterns, files, names, rules } = findWords(stored, asked);
  return [
    ...[...patterns.keys()].map((template) => `p${stored.templates.split('\n').indexOf(template)}`),
    ...files.map((path) => `f${stored.files.indexOf(path)}`),
    ...names.map((name) => `n${stored.names.indexOf(name)}`),
    ...rules.map((rule) => `r${stored.rules.indexOf(rule)}`),
  ].sort();
}

describe('findWords', () => {
  it('finds for each term of the index all its documents', async () => {
    const stored = await words();
    const terms = termsOf(stored).map(({ term }) => term);
    expect(terms.length).toBeGreaterThan(15);
    for (const term of terms) {
      const whole = documentsOf(stored, (one) => one === term);
      // Parts of a word rank patterns, and name nothing.
      const parts = documentsOf(stored, (one) => logWords(term).includes(one));
      const wanted = [...new Set([...whole, ...parts.filter((id) => id.startsWith('p'))])].sort();
      expect(asRefs(stored, [term]), term).toEqual(wanted);
    }
  });

  it('takes any continuation of a word with a star, and the word itself', async () => {
    const stored = await words();
    const refs = asRefs(stored, ['connect*']);
    expect(refs).toEqual(documentsOf(stored, (term) => term.startsWith('connect')));
    expect(refs.length).toBeGreaterThan(asRefs(stored, ['connect']).length);
  });

  it('names the addresses asked for, and none that share a part with them', async () => {
    const text = ['10.0.2.7', '10.0.1.10', '10.0.27.100', '10.0.2.7'].map((ip) => `to ${ip}:443`).join('\n');
    const { result, index } = await indexTexts({ 'a.log': text });
    await index.close();
    const stored = buildWords([result.files[0]!.file], RULES);
    const named = (word: string): readonly string[] => findWords(stored, [word]).names;
    expect(stored.names).toEqual(['10.0.2.7', '10.0.1.10', '10.0.27.100']);
    expect(named('10.0.2.7')).toEqual(['10.0.2.7']);
    expect([...named('10.0.2*')].sort()).toEqual(['10.0.2.7', '10.0.27.100']);
    expect(named('100')).toEqual(['10.0.27.100']);
  });

  it('names pods of Deployments by what Kubernetes makes of their names', async () => {
    const text = [
      'pod="shop/cart-5d78c9869d-xk2lp" and /var/log/pods/shop_cart-5d78c9869d-xk2lp_0a1b/app',
      '"shop/big-cart-7c6bd8f5c4-kllpz"',
      // Too long behind, hashes with vowels, no name before, and the names of other things.
      'cart-5d78c9869d-xk2lp9 cart-5a78c9869d-xk2lp -5d78c9869d-xk2lp cart-5d78c9869d-xk2lp-0',
      'eni-0a1b2c3d4e5f67890 i-0a1b2c3d4e5f67890 3f2a9b1c-abcd-4f00-beef-0123456789ab',
      'x cart-5d78c9869d-xk2lp',
    ].join('\n');
    const { result, index } = await indexTexts({ 'a.log': text });
    await index.close();
    const all = namesFrom(result.files[0]!.file.columns, '');
    const named = all.map(({ kind, name, count }) => `${kind} ${name} ${count}`);
    expect(named.sort()).toEqual([
      'eni eni-0a1b2c3d4e5f67890 1',
      'instance i-0a1b2c3d4e5f67890 1',
      'pod big-cart-7c6bd8f5c4-kllpz 1',
      'pod cart-5d78c9869d-xk2lp 2',
    ]);
  });

  it('gives the best pattern the score 1', async () => {
    const { patterns } = findWords(await words(), ['connection', 'refused']);
    expect([...patterns.values()][0]).toBe(1);
    expect([...patterns.keys()][0]).toContain('connection refused');
  });

  it('names nothing for words without a letter or digit', async () => {
    const { patterns, files, names, rules } = findWords(await words(), ['--', '***']);
    expect([patterns.size, files, names, rules]).toEqual([0, [], [], []]);
  });
});
