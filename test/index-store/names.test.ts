import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EntityTable } from '../../src/index-store/entities.js';
import { isNameOfLines } from '../../src/index-store/entity-kinds.js';
import { nameIn, namesFrom, type FileName } from '../../src/index-store/names.js';
import { eachPosting } from '../../src/index-store/postings.js';
import type { FileIndex } from '../../src/index-store/types.js';
import { search } from '../../src/search/search.js';
import { hitLines } from '../../src/search/file-hits.js';
import { linesOf, plainScan, wordTest } from '../search/plain-scan.js';
import { indexTexts } from './support.js';

const ALWAYS = { since: null, until: null };

/** Names, in each letter case, and what is almost one. */
const NAMES = [
  '10.0.2.7',
  '10.0.2.70',
  '110.0.2.7',
  'eni-0abc12de34f567890',
  'ENI-0ABC12DE34F567890',
  'eni-2b4c5d6f',
  'eni-2b4c5d6f-xk2lp',
  'i-0a1b2c3d4e5f67890',
  'i-2b4c5d6f',
  'I-2B4C5D6F-xk2lp',
  'eni18582a65b10',
  'veth1a2b3c4d',
  'Cali1a2b3c4d5e6',
  'eniabcdefabcde',
  '3f'.repeat(32),
  'cart-5d78c9869d-xk2lp',
];
const name = fc.oneof(
  fc.constantFrom(...NAMES),
  fc.tuple(fc.nat(3), fc.nat(30)).map(([a, b]) => `10.0.${a}.${b}`),
  fc.constantFrom(...NAMES, 'x86_64', 'k8s', 'a', 'é', '1.2.3', ''),
);
const textWith = (...between: string[]): fc.Arbitrary<string> =>
  fc
    .array(fc.array(fc.tuple(name, fc.constantFrom(' ', ' ', ...between)), { maxLength: 6 }), {
      minLength: 1,
      maxLength: 30,
    })
    .map((lines) => lines.map((parts) => parts.flat().join('')).join('\n'));
const odd = textWith(':443 ', '-', '=', '.', ',', '/', '_', '');
/** No name goes on over a point or a dash. */
const usual = textWith(':443 ', '=', ', ', '/', '"');

function postings({ places }: FileName): number[] {
  const lines: number[] = [];
  eachPosting(places!, (one) => lines.push(one));
  return lines;
}

const scanned = (all: string, word: string): number[] =>
  linesOf(all).flatMap((one, i) => (wordTest(word)(one) ? [i + 1] : []));

async function indexed(all: string): Promise<FileIndex> {
  const { result, index } = await indexTexts({ 'a.log': all });
  await index.close();
  return result.files[0]!.file;
}

describe('the names of a file', () => {
  it('are kept with every line in which they stand as a word', async () => {
    let met = 0;
    await fc.assert(
      fc.asyncProperty(odd, async (all) => {
        const { columns, moreNames } = await indexed(all);
        expect(moreNames).toBe(0);
        const kept = namesFrom(columns, '');
        expect(kept.map((one) => one.name)).toEqual(kept.map((one) => one.name).sort());
        for (const one of kept) {
          const lines = postings(one);
          expect([one.count, one.line]).toEqual([lines.length, lines[0]]);
          expect(nameIn(columns, one.name)).toEqual(one);
          // `ipv4.10.0.2.7` names an address which is no word there.
          if (isNameOfLines(one.name)) expect(lines).toEqual(expect.arrayContaining(scanned(all, one.name)));
        }
        const words = all.toLowerCase().match(/[a-z0-9.-]+[a-z0-9]/g) ?? [];
        for (const word of words.filter((one) => isNameOfLines(one) && scanned(all, one).length > 0)) {
          met++;
          expect(kept.map((one) => one.name)).toContain(word);
        }
      }),
      { numRuns: 300 },
    );
    expect(met).toBeGreaterThan(300);
  });

  it('are kept with no other line, where they stand for themselves', async () => {
    let met = 0;
    await fc.assert(
      fc.asyncProperty(usual, async (all) => {
        const kept = namesFrom((await indexed(all)).columns, '').filter((one) => isNameOfLines(one.name));
        met += kept.length;
        for (const one of kept) expect([one.name, postings(one)]).toEqual([one.name, scanned(all, one.name)]);
      }),
      { numRuns: 200 },
    );
    expect(met).toBeGreaterThan(200);
  });

  it('stand in their order, those with a common beginning beside each other', async () => {
    const { columns } = await indexed(
      '10.0.2.7 10.0.27.1 eni-0abc12de34f567890 10.0.2.70 10.1.0.1\n10.0.2.7',
    );
    expect(namesFrom(columns, '10.0.2').map((one) => one.name)).toEqual([
      '10.0.2.7',
      '10.0.2.70',
      '10.0.27.1',
    ]);
    expect(namesFrom(columns, '10.0.2.').map(({ count }) => count)).toEqual([2, 1]);
    for (const none of ['10.0.2', '0.0.2.7', '', '10.0.2.7\t0', '\n', 'é'])
      expect(nameIn(columns, none)).toBeNull();
    expect(namesFrom((await indexed('nothing here')).columns, '')).toEqual([]);
  });

  it('are kept without lines, or not at all, where there are too many, and are found all the same', async () => {
    // Numbers that look random, and the same in each run.
    let state = 1;
    const random = (below: number): number => (state = (state * 48271) % 2147483647) % below;
    const often = (): string => `10.0.0.${random(40)}`;
    const lines = Array.from({ length: 3000 }, (_, i) =>
      [`10.1.${(i % 1200) >> 8}.${(i % 1200) & 255} x`, ...Array.from({ length: 8 }, often), '10.9.9.9'].join(
        ' ',
      ),
    );
    const files = { 'a.log': lines.join('\n') };
    const { result, index } = await indexTexts(files);
    const { columns, moreNames } = result.files[0]!.file;
    const of = (beginning: string): FileName[] => namesFrom(columns, beginning);
    expect(moreNames).toBeGreaterThan(1000);
    expect(of('10.0.').map(({ places }) => places === null)).toEqual(expect.arrayContaining([true, false]));
    expect(of('10.9.9.9')[0]!.count).toBe(3000);
    // Of what is kept nothing is missing.
    for (const { name: one, count } of of('10.1.'))
      expect([one, count]).toEqual([one, scanned(files['a.log'], one).length]);
    const size = columns.names.length + columns.places.length;
    expect(size).toBeLessThan(2 * 8192 + 0.02 * files['a.log'].length);
    for (const query of ['10.0.0.7', '10.0.0.39', '10.9.9.9', '10.1.0.3', '10.1.4.3', '10.7.7.7']) {
      const { hits } = await search(index, { text: query, regex: false, ignoreCase: false }, ALWAYS);
      const found = hits.flatMap((one) => [...hitLines(one)].map((n) => ({ file: 'a.log', line: n })));
      expect(found, query).toEqual(plainScan(files, wordTest(query)));
    }
    await index.close();
  });

  it('lack no line of those that are kept, whatever was left out before', () => {
    const words = fc.nat(150).map((n) => (n % 2 === 0 ? `10.0.0.${n}` : n.toString(16).padStart(64, 'a1')));
    fc.assert(
      fc.property(fc.array(words, { minLength: 200, maxLength: 400 }), fc.nat(3000), (all, used) => {
        const table = new EntityTable(0);
        // Some of the room is taken.
        for (let i = 0; i * 40 < 5000 + used; i++)
          table.see(Buffer.from(`10.9.${i}.1`), 0, `10.9.${i}.1`.length, 1, NaN);
        for (const [i, word] of all.entries()) table.see(Buffer.from(word), 0, word.length, i + 2, NaN);
        expect(table.leftOut).toBeGreaterThan(0);
        for (const { name: one, count } of table.list().filter((kept) => !kept.name.startsWith('10.9.')))
          expect([one, count]).toEqual([one, all.filter((word) => word === one).length]);
      }),
    );
  });

  it('tell a search which blocks to read', async () => {
    const lines = Array.from(
      { length: 20000 },
      (_, i) => `${i} of many: ${i % 5000 === 0 ? '10.0.0.7' : 'none'} for eth0`,
    );
    const { index } = await indexTexts({ 'a.log': lines.join('\n') });
    const size = index.files[0]!.index.columns.blocks.size;
    const read = async (query: string): Promise<[number, number]> => {
      const source = { text: query, regex: false, ignoreCase: false };
      const { count, bytesRead } = await search(index, source, ALWAYS);
      return [count, bytesRead];
    };
    expect(await read('10.0.0.8')).toEqual([0, 0]);
    expect(await read('ip:10.0.9.0/24')).toEqual([0, 0]);
    expect(await read('10.0.0.8 OR eni-0abc12de34f567890')).toEqual([0, 0]);
    const [count, bytes] = await read('ip:10.0.0.0/24');
    expect([count, bytes]).toEqual(await read('many 10.0.0.7'));
    expect(count).toBe(4);
    expect(bytes).toBeLessThanOrEqual(4 * Math.max(...size));
    // Nothing is known of lines without a name.
    expect((await read('NOT 10.0.0.7'))[0]).toBe(19996);
    await index.close();
  });
});
