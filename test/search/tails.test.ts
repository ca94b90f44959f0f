/** Lines whose patterns tell only their beginning: filters of their blocks rule out much, and never a line that passes. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SearchIndex } from '../../src/index-store/search-index.js';
import { hitLines } from '../../src/search/file-hits.js';
import { search } from '../../src/search/search.js';
import { indexTexts } from '../index-store/support.js';
import { plainScan, regexTest, wordTest, type Found } from './plain-scan.js';

const ALWAYS = { since: null, until: null };

async function find(
  index: SearchIndex,
  text: string,
  regex: boolean,
  ignoreCase = false,
): Promise<{ lines: Found[]; bytesRead: number }> {
  const { hits, bytesRead } = await search(index, { text, regex, ignoreCase }, ALWAYS);
  const lines = hits.flatMap((of) => [...hitLines(of)].map((line) => ({ file: of.file.index.path, line })));
  return { lines, bytesRead };
}

const quoted = (word: string): string => `"${word.replace(/["\\]/g, '\\$&')}"`;

/** Words that differ in a letter, a border, a case, or in what stands for a letter. */
const WORDS = [
  'refused',
  'Refused',
  'refuse',
  'unrefused',
  'refused_by',
  'refu\u017fed',
  'rEFUSED',
  'disk',
  'dis\u212a',
  'eni',
  'not',
  'no',
  'route_to',
  'ipv4.1.2.3',
  '10.0.9.7',
  '10.0.9.71',
  '110.0.9.7',
  '10.0.90.7',
  '1.10.0.9.7',
  'eth0.0.9.7',
  'v1.2.3.4.5.6',
  'abcde42z',
  'abcde42Z',
  '123ms',
  '12ms',
  '1..2.3',
  '\u00e9t\u00e9refused',
  'refused\u00e9',
  '\ufffd',
  '\ue004',
];
const JOINS = [' ', ' ', ' ', '', '-', '=', '.', '"', ', ', '\t'];

const line = fc
  .array(fc.tuple(fc.constantFrom(...WORDS), fc.constantFrom(...JOINS)), { minLength: 1, maxLength: 6 })
  .map((parts) => parts.flat().join(''));

/** Lines of letters alone, no two alike, so that the file has no room for more patterns. */
function distinct(count: number, seed: number): string[] {
  let state = seed;
  const random = (below: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const word = (): string =>
    Array.from({ length: 3 + random(8) }, () => 'abcdefghijklmnopqrstuvwxyz'[random(26)]).join('');
  return Array.from({ length: count }, () => Array.from({ length: 12 }, word).join(' '));
}

/** What no text holds as UTF-8, put between the lines. */
const BROKEN = [Buffer.from([0xff]), Buffer.from([0xc5]), Buffer.from([0xe2, 0x84]), Buffer.from([0x80])];

/** A file in which lines are collapsed, with some lines put in at some places, and broken bytes beside them. */
const hostile = fc
  .tuple(
    fc.array(fc.tuple(line, fc.nat(1999), fc.option(fc.constantFrom(...BROKEN))), {
      minLength: 1,
      maxLength: 12,
    }),
    fc.nat(),
    fc.constantFrom('\n', '\r\n'),
  )
  .map(([put, seed, end]) => {
    const lines = distinct(2000, seed).map((text) => Buffer.from(text));
    for (const [text, at, broken] of put)
      lines[500 + (at % 1500)] = Buffer.concat([Buffer.from(text), ...(broken === null ? [] : [broken])]);
    return Buffer.concat(lines.flatMap((text) => [text, Buffer.from(end)]));
  });

const EXPRESSIONS = [
  'connection refused|no route to host',
  'refused',
  '(?i)REFUSED',
  '(?i)disk',
  'fuse',
  'sed_',
  'd di',
  '10\\.0\\.9\\.7',
  '0\\.0\\.9\\.7',
  '\\.9\\.7',
  '1\\.2\\.3\\.4\\.5',
  'v4\\.1\\.2\\.3',
  '[a-f]{5}\\d+z',
  'e.r.o.r',
  '\\d{3}ms',
  '(\\d+\\.){3}\\d',
  '(\\d+\\.){4}\\d',
  '\\d\\.\\.\\d',
  '^refused',
  'refused$',
  '\\brefused\\b',
  '[^ -~]refused',
  '\\x{fffd}',
  'é.*refused',
];

describe('search in lines that patterns do not tell', () => {
  it('equals a plain scan', async () => {
    await fc.assert(
      fc.asyncProperty(
        hostile,
        fc.array(fc.constantFrom(...WORDS, 'connection', 'refused disk', 'to'), {
          minLength: 2,
          maxLength: 4,
        }),
        fc.array(fc.constantFrom(...EXPRESSIONS), { minLength: 2, maxLength: 4 }),
        fc.boolean(),
        async (bytes, words, sources, ignoreCase) => {
          const texts = { 'var_log/a.log': bytes.toString('utf8') };
          const { index } = await indexTexts({ 'var_log/a.log': bytes });
          try {
            expect(index.files[0]!.index.collapsed).toBeGreaterThan(1000);
            for (const word of words)
              expect((await find(index, quoted(word), false)).lines).toEqual(
                plainScan(texts, wordTest(word)),
              );
            const [a, b] = words as [string, string];
            expect((await find(index, `${quoted(a)} OR NOT ${quoted(b)}`, false)).lines).toEqual(
              plainScan(texts, (text) => wordTest(a)(text) || !wordTest(b)(text)),
            );
            for (const source of sources)
              expect((await find(index, source, true, ignoreCase)).lines).toEqual(
                plainScan(texts, regexTest(source, ignoreCase)),
              );
          } finally {
            await index.close();
          }
        },
      ),
      { numRuns: 25 },
    );
  });

  describe('of 2 MB', () => {
    const lines = distinct(24_000, 11);
    lines[9_000] = 'Connection Refused by 10.0.9.71:443 abcde42z after 123ms';
    lines[20_000] = 'unrefused refusedly dis\u212a_';
    const texts = { 'a.log': lines.join('\n') };
    let index: SearchIndex;
    beforeAll(async () => {
      ({ index } = await indexTexts(texts));
    });
    afterAll(() => index.close());

    it.each([
      'reconciling',
      '"connection refused"',
      'reconcil*',
      'NOT refused "no route to host"',
      '10.0.9.71',
    ])('reads little for %s', async (query) => {
      const { bytesRead } = await find(index, query, false);
      expect(bytesRead).toBeLessThan(texts['a.log'].length / 2);
    });

    it.each([
      ['(?i)connection refused|no route to host', [9_001]],
      ['10\\.0\\.9\\.7', [9_001]],
      ['10\\.0\\.9\\.8', []],
      ['(\\d+\\.){3}\\d+:\\d+', [9_001]],
      ['(\\d+\\.){4}\\d+', []],
      ['[a-f]{5}\\d+z', [9_001]],
      ['[a-f]{5}\\d+y', []],
      ['\\d{3}ms', [9_001]],
      ['(?i)unrefused', [20_001]],
    ])('reads little for /%s/', async (source, expected) => {
      const found = await find(index, source, true);
      expect(found.lines.map((hit) => hit.line)).toEqual(expected);
      // One set of pairs is of a megabyte.
      expect(found.bytesRead).toBeLessThan(texts['a.log'].length * 0.9);
    });
  });

  it('finds lines that begin like a shorter one', async () => {
    // Lines of six words, then the same with a seventh; there is no room for patterns of their own.
    const six = distinct(100, 21).map((text) => text.split(' ').slice(0, 6).join(' '));
    const filler = distinct(1500, 9).map((text) => text.split(' ').slice(0, 5).join(' '));
    const texts = {
      'a.log': [...filler, ...six, ...six.map((text) => `${text} seventh`)].join('\n'),
    };
    const { index } = await indexTexts(texts);
    try {
      expect((await find(index, 'seventh', false)).lines).toEqual(plainScan(texts, wordTest('seventh')));
      expect((await find(index, 'seventh', true)).lines).toHaveLength(100);
      const last = six.at(-1)!;
      expect((await find(index, `${last}$`, true)).lines).toEqual([{ file: 'a.log', line: 1600 }]);
      expect((await find(index, quoted(last), false)).lines.map((hit) => hit.line)).toEqual([1600, 1700]);
    } finally {
      await index.close();
    }
  });

  it('takes letters beyond ASCII that fold to s and k for those', async () => {
    const texts = { 'a.log': [...distinct(1500, 5), 'unrefu\u017fed dis\u212a'].join('\n') };
    const { index } = await indexTexts(texts);
    try {
      for (const source of ['(?i)refused', '(?i)disk$', '(?i)Refused Disk'])
        expect((await find(index, source, true)).lines).toEqual([{ file: 'a.log', line: 1501 }]);
      expect((await find(index, 'refused', true)).lines).toEqual([]);
    } finally {
      await index.close();
    }
  });

  it('holds for lines of megabytes, with words at and beyond the borders of what patterns tell', async () => {
    const filler = distinct(1, 3)[0]!.repeat(100);
    const long = `${filler.slice(0, 4090)} refused ${filler.repeat(300)} Refused_x 10.0.9.71 ${'z'.repeat(300)}refused`;
    const texts = {
      'long.log': [long, 'refused', filler.repeat(200), `${'y'.repeat(4093)}refused`].join('\n'),
    };
    expect(long.length).toBeGreaterThan(2_000_000);
    const { index } = await indexTexts(texts);
    try {
      for (const word of ['refused', 'refused_x', '10.0.9.71', 'refuse'])
        expect((await find(index, word, false)).lines).toEqual(plainScan(texts, wordTest(word)));
      for (const source of ['refused', '10\\.0\\.9\\.7', 'zrefused', 'yrefused$', '\\drefused'])
        expect((await find(index, source, true)).lines).toEqual(plainScan(texts, regexTest(source)));
    } finally {
      await index.close();
    }
  });
});
