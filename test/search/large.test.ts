/** Texts beyond the bounds: several blocks, more patterns than are kept, long lines; and windows of time. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SearchIndex } from '../../src/index-store/search-index.js';
import { coverageOf } from '../../src/search/coverage.js';
import { hitLines } from '../../src/search/file-hits.js';
import { firstLines } from '../../src/search/lines.js';
import { search } from '../../src/search/search.js';
import { indexTexts } from '../index-store/support.js';
import { linesOf, plainScan, regexTest, wordTest } from './plain-scan.js';

let seed = 7;
const random = (below: number): number => {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return Math.floor((seed / 2 ** 32) * below);
};
const letters = (count: number): string =>
  Array.from({ length: count }, () => 'abcdefghijklmnopqrstuvwxyz'[random(26)]).join('');

const START = Date.UTC(2024, 4, 17, 9, 0, 0);
const at = (second: number): string => new Date(START + second * 1000).toISOString();

const TEXTS = {
  // Every line has words of its own.
  'distinct.log': Array.from(
    { length: 9000 },
    (_, i) =>
      `${at(i)} stdout F ${letters(5)} ${letters(7)} ${letters(6)} node ${letters(4)} ${letters(4)} ip 10.1.${i >> 8}.${i & 255} ${letters(9)}`,
  ).join('\n'),
  'usual.log': Array.from(
    { length: 6000 },
    (_, i) =>
      `{"level":"${i % 900 === 0 ? 'error' : 'info'}","ts":"${at(i)}","msg":"assigned 10.0.${i >> 8}.${i & 255} to eni-0${i.toString(16).padStart(16, '0')}"}`,
  ).join('\n'),
  'long.txt': `${'x'.repeat(300_000)} tail word 10.9.9.9\nshort\n${'1234 '.repeat(30_000)}end eni-0abcdefabcdef1234`,
  'plain.txt': 'no time here\nconnection refused\n',
};

describe('search in large texts', () => {
  let index: SearchIndex;
  beforeAll(async () => {
    ({ index } = await indexTexts(TEXTS));
  });
  afterAll(() => index.close());

  const find = async (
    text: string,
    regex: boolean,
    window = { since: null as number | null, until: null as number | null },
  ): Promise<object[]> => {
    const { hits } = await search(index, { text, regex, ignoreCase: false }, window);
    return hits.flatMap((of) => [...hitLines(of)].map((line) => ({ file: of.file.index.path, line })));
  };

  it('says which lines were collapsed, and finds them all the same', async () => {
    const { collapsed } = coverageOf(index);
    expect(collapsed.map(({ file }) => file)).toEqual(['distinct.log']);
    expect(collapsed[0]!.lines).toBeGreaterThan(4000);
    for (const word of ['node', linesOf(TEXTS['distinct.log'])[8000]!.split(' ')[4]!, '10.1.31.64', 'stdout'])
      expect(await find(`"${word}"`, false)).toEqual(plainScan(TEXTS, wordTest(word)));
  });

  it.each([
    '10\\.0\\.2\\.',
    'abc',
    'assigned.*eni-0',
    'error',
    '[xyz]{4}',
    '^\\{',
    'tail word',
    '1234 end',
    'ef1234$',
    'qq|zz|node',
  ])('finds what a plain scan finds for /%s/', async (source) => {
    expect(await find(source, true)).toEqual(plainScan(TEXTS, regexTest(source)));
  });

  it.each(['10.9.9.9', 'eni-0abcdefabcdef1234', 'eni-00000000000000fff', '10.0.3.7', 'refused'])(
    'finds the word %s',
    async (word) => {
      const expected = plainScan(TEXTS, wordTest(word));
      expect(expected.length).toBeGreaterThan(0);
      expect(await find(word, false)).toEqual(expected);
    },
  );

  it('reads little text for a word that is rare', async () => {
    const result = await search(
      index,
      { text: '10.0.3.7', regex: false, ignoreCase: false },
      { since: null, until: null },
    );
    expect(result.bytesRead).toBeLessThan(700_000);
    const fixed = await search(
      index,
      { text: 'assigned', regex: false, ignoreCase: false },
      { since: null, until: null },
    );
    expect(fixed.count).toBe(6000);
  });

  it('keeps to a window of time; lines without a time count as inside', async () => {
    const window = { since: START + 100_000, until: START + 200_000 };
    const inside = (line: string): boolean => {
      const time = /(\d{4}-\d\d-\d\dT[\d:.]+Z)/.exec(line)?.[1];
      return time === undefined || (Date.parse(time) >= window.since && Date.parse(time) <= window.until);
    };
    for (const source of ['10\\.', 'refused', 'error'])
      expect(await find(source, true, window)).toEqual(
        plainScan(TEXTS, (line) => inside(line) && regexTest(source)(line)),
      );
  });

  it('gives the first lines in the order of time over all files, those without a time last', async () => {
    const { hits, count } = await search(
      index,
      { text: 'level:error OR refused OR ip:10.1.0.0/29', regex: false, ignoreCase: false },
      { since: null, until: null },
    );
    expect(count).toBe(7 + 1 + 8);
    const lines = firstLines(index, hits, 100);
    const expected = [
      ...linesOf(TEXTS['distinct.log']).slice(0, 8),
      ...linesOf(TEXTS['usual.log']).filter((l) => l.includes('error')),
    ];
    const time = (text: string): number => Date.parse(/2024[^ "]+/.exec(text)![0]);
    expected.sort((a, b) => time(a) - time(b));
    expect(lines.map(({ text }) => text)).toEqual([...expected, 'connection refused']);
    expect(firstLines(index, hits, 3).map(({ text }) => text)).toEqual(expected.slice(0, 3));
    expect(lines.at(-1)).toEqual({
      node: 'node-a',
      file: 'plain.txt',
      line: 2,
      time: null,
      text: 'connection refused',
    });
  });
});
