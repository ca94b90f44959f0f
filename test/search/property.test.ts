import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SearchIndex } from '../../src/index-store/search-index.js';
import { hitLines } from '../../src/search/file-hits.js';
import { search } from '../../src/search/search.js';
import { indexTexts } from '../index-store/support.js';
import { cidrTest, plainScan, regexTest, wordTest, type Found } from './plain-scan.js';

const ALWAYS = { since: null, until: null };

async function found(index: SearchIndex, text: string, regex: boolean, ignoreCase = false): Promise<Found[]> {
  const { hits, count } = await search(index, { text, regex, ignoreCase }, ALWAYS);
  const lines = hits.flatMap((of) => [...hitLines(of)].map((line) => ({ file: of.file.index.path, line })));
  expect(lines).toHaveLength(count);
  expect(hits.flatMap(({ patterns }) => patterns).reduce((sum, hit) => sum + hit.count, 0)).toBe(count);
  return lines;
}

/** Pieces of the kinds that indexing treats in different ways. */
const piece = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      'error',
      'refused',
      'connection refused',
      'veth',
      'eni',
      'ipamd',
      'failed',
      'bad',
      'dead',
      'Verdict DENY',
      'k8s',
      'ipv4',
      'eth0',
      'no route to host',
      'ſend',
      'K',
    ),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(fc.nat(12), fc.nat(3), fc.nat(30)).map(([a, b, c]) => `10.${a}.${b}.${c}`),
  },
  fc.constantFrom(
    '10.0.1.9',
    '10.0.1.9:443',
    '10.0.1.0/28',
    '1.10.0.1.9',
    '10.0.1.90',
    'v1.2',
    '50051',
    '2024',
    '1.5s',
    '12',
  ),
  fc.constantFrom(
    'eni-0abc12de34f567890',
    'eni18582a65b10',
    'i-0a1b2c3d4e5f67890',
    'cart-0',
    'cart-5d78c9869d-xk2lp',
    'cart-5d78c9869d-xkllp',
  ),
  fc.constantFrom(
    '3f2a9b1c-abcd-4f00-beef-0123456789ab',
    '0a:58:a9:fe:00:dd',
    'fe80::1',
    'I0517',
    'E0517',
    'F0517',
    'x1bad',
    'ab12cd',
    '0xfeed',
  ),
  fc.stringMatching(/^[a-f0-9]{1,12}$/),
  fc.stringMatching(/^[a-z0-9]{1,9}$/),
  fc.stringMatching(/^[ -~]{0,8}$/),
  fc.constantFrom(
    'é',
    '日本',
    '\u0000',
    '\t',
    '"',
    '\\"',
    '…',
    '\ufffd',
    '\ue000',
    'x'.repeat(200),
    '1'.repeat(300),
  ),
);
const line = fc
  .array(fc.tuple(piece, fc.constantFrom(' ', '-', '=', '.', ':', '/', '"', '', ',')), { maxLength: 9 })
  .map((parts) => parts.flat().join(''));
const stamped = fc
  .tuple(
    fc.constantFrom(
      '',
      '2024-05-17T09:31:22.123Z stderr F ',
      'May 17 09:31:22 host kubelet[12]: ',
      '{"level":"error","ts":"2024-05-17T09:31:22.123Z","msg":"',
    ),
    line,
  )
  .map((parts) => parts.join('').replaceAll('\n', ' '));
/** Lines come many times and in many blocks, some with CR, the last with and without a line end. */
const text = fc
  .tuple(
    fc.array(stamped, { minLength: 1, maxLength: 12 }),
    fc.integer({ min: 1, max: 60 }),
    fc.constantFrom('\n', '\r\n'),
    fc.boolean(),
  )
  .map(
    ([lines, times, end, last]) =>
      Array.from({ length: times }, () => lines)
        .flat()
        .join(end) + (last ? end : ''),
  );
const texts = fc.tuple(text, text).map(([a, b]) => ({ 'var_log/a.log': a, 'b.txt': b }));

const word = fc.oneof(
  piece,
  fc.tuple(piece, fc.constantFrom(' ', '-', ':', '.'), piece).map((parts) => parts.join('')),
);
const plainPart = word.map((w) => w.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&'));
/** Without a string to rely on: classes, repeats and places, one after another. */
const atom = fc
  .tuple(
    fc.constantFrom(
      '[a-f]',
      '[0-9a-f]',
      '[A-Z]',
      '[^a-z]',
      '[xyz]',
      '[.:]',
      '[é日]',
      '[ -~]',
      '\\d',
      '\\D',
      '\\w',
      '\\W',
      '\\s',
      '\\S',
      '\\pL',
      '\\x{fffd}',
      '.',
      'e',
      '-',
      '\\.',
      '(?:\\d+\\.)',
      '(?:a|\\d\\d|[k-s])',
      '(?i:k)',
    ),
    fc.constantFrom('', '', '', '+', '*', '?', '{2}', '{3,}', '{1,4}', '+?'),
  )
  .map((parts) => parts.join(''));
const vague = fc
  .tuple(
    fc.constantFrom('', '', '', '^', '\\b', '(?i)'),
    fc.array(atom, { minLength: 1, maxLength: 4 }),
    fc.constantFrom('', '', '', '$', '\\b', '\\B'),
  )
  .map(([start, atoms, end]) => start + atoms.join('') + end);
const regex = fc.oneof(
  plainPart,
  vague,
  fc.tuple(vague, vague).map((parts) => parts.join('|')),
  fc.array(plainPart, { minLength: 2, maxLength: 4 }).map((parts) => parts.join('|')),
  fc
    .tuple(plainPart, fc.constantFrom('.*', '.+', '\\d+', '[a-f]', '\\s', '.?', '[^ ]*', '\\W'), plainPart)
    .map((parts) => parts.join('')),
  fc.constantFrom(
    'eni.*error',
    '^10\\.',
    'refused$',
    '\\bbad\\b',
    '(?i)ERROR|Bad',
    '[0-9a-f]{6}',
    'a',
    '.',
    '\\d\\.\\d',
    '/28',
    'error"',
    '(?:veth|eni)\\d',
  ),
);

describe('search equals a plain scan', () => {
  it('finds the lines of regular expressions', async () => {
    await fc.assert(
      fc.asyncProperty(
        texts,
        fc.array(regex, { minLength: 1, maxLength: 6 }),
        fc.boolean(),
        async (files, sources, ignoreCase) => {
          const { index } = await indexTexts(files);
          try {
            for (const source of sources) {
              if (source === '' || source.trim() === '') continue;
              expect(await found(index, source, true, ignoreCase)).toEqual(
                plainScan(files, regexTest(source, ignoreCase)),
              );
            }
          } finally {
            await index.close();
          }
        },
      ),
      { numRuns: 80 },
    );
  });

  it('finds the lines of words, phrases and their combinations', async () => {
    const quoted = (w: string): string => `"${w.replace(/["\\]/g, '\\$&')}"`;
    await fc.assert(
      fc.asyncProperty(
        texts,
        fc.array(
          word.filter((w) => w.trim() !== ''),
          { minLength: 2, maxLength: 4 },
        ),
        async (files, words) => {
          const { index } = await indexTexts(files);
          try {
            const tests = words.map(wordTest);
            for (const [i, w] of words.entries())
              expect(await found(index, quoted(w), false)).toEqual(plainScan(files, tests[i]!));
            const [a, b] = words as [string, string];
            const [isA, isB] = tests as [(l: string) => boolean, (l: string) => boolean];
            const mixed = `${quoted(a)} AND NOT ${quoted(b)} OR (${quoted(b)} NOT ${quoted(a)})`;
            expect(await found(index, mixed, false)).toEqual(plainScan(files, (l) => isA(l) !== isB(l)));
            expect(await found(index, `${quoted(a)} ${quoted(b)}`, false)).toEqual(
              plainScan(files, (l) => isA(l) && isB(l)),
            );
          } finally {
            await index.close();
          }
        },
      ),
      { numRuns: 80 },
    );
  });

  it('finds the lines with addresses of a block', async () => {
    const octet = fc.oneof(fc.constantFrom(0, 1, 10, 100, 255), fc.nat(255));
    const address = fc.tuple(fc.constantFrom(10, 10, 10, 1), fc.nat(3), fc.nat(3), fc.nat(30));
    const odd = fc.tuple(octet, octet, octet, octet).map((parts) => parts.join('.'));
    const near = fc
      .tuple(
        address,
        fc.constantFrom('', ':443', '/24', '.5', 'x', ',', '0'),
        fc.constantFrom('', 'v', '1.', '=', '-'),
      )
      .map(([parts, after, before]) => before + parts.join('.') + after);
    const lines = fc.array(fc.oneof(near, near, odd, stamped, fc.constant('10.01.2.3 010.0.1.2')), {
      minLength: 1,
      maxLength: 40,
    });
    await fc.assert(
      fc.asyncProperty(
        fc.tuple(lines, lines).map(([a, b]) => ({ 'a.log': a.join(' x\n'), 'b.txt': b.join('\n') })),
        fc.array(fc.tuple(address, fc.nat(32)), { minLength: 1, maxLength: 6 }),
        async (files, blocks) => {
          const { index } = await indexTexts(files);
          try {
            for (const [parts, bits] of blocks) {
              const query = `ip:${parts.join('.')}/${bits}`;
              expect(await found(index, query, false)).toEqual(plainScan(files, cidrTest(parts, bits)));
            }
          } finally {
            await index.close();
          }
        },
      ),
      { numRuns: 80 },
    );
  });
});
