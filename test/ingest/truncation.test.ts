import { randomBytes } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Bundle } from '../../src/model/source.js';
import { entriesOf, tarOf } from './support/archives.js';
import { codesOf, contentOf, Workspace } from './support/workspace.js';

const space = new Workspace();

/** Sizes around the block length, text and noise. */
const FILES: Readonly<Record<string, Buffer>> = {
  'networking/iprule.txt': Buffer.from('0:\tfrom all lookup local\n'),
  'networking/empty.txt': Buffer.alloc(0),
  'networking/block.txt': randomBytes(512),
  'networking/odd.txt': randomBytes(513),
  'var_log/messages': randomBytes(150_000),
  'var_log/zeros': Buffer.alloc(3000),
  'var_log/last': Buffer.from('the end'),
};

/** Where each entry's data ends in the tar. */
function endsOf(tar: Buffer): Map<string, number> {
  const ends = new Map<string, number>();
  let at = 0;
  for (const [name, data] of Object.entries(FILES)) {
    expect(tar.toString('latin1', at, at + name.length)).toBe(name);
    ends.set(name, at + 512 + data.length);
    at += 512 + Math.ceil(data.length / 512) * 512;
  }
  return ends;
}

/** Every entry that lies before `available` is there and right; the next may be there as a marked beginning. */
function expectPrefix(bundle: Bundle | undefined, ends: Map<string, number>, available: number): void {
  for (const [name, end] of ends) {
    const file = bundle?.files.get(name);
    const data = FILES[name]!;
    if (end <= available && data.length > 0) expect(file, name).toBeDefined();
    if (file === undefined) continue;
    const content = Buffer.from(contentOf(file), 'latin1');
    expect(content.equals(data.subarray(0, content.length)), name).toBe(true);
    expect(file.truncated, name).toBe(content.length < data.length);
    if (end <= available) expect(file.truncated, name).toBe(false);
  }
}

describe('archives that end early', () => {
  it('a tar cut at any byte gives all complete entries and the beginning of the next', async () => {
    const tar = await tarOf(entriesOf(FILES));
    const ends = endsOf(tar);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 512, max: tar.length }), async (length) => {
        const result = await space.ingest([space.write('x.tar', tar.subarray(0, length))]);
        expectPrefix(result.bundles[0], ends, length);
        const whole = length >= tar.length - 512;
        expect(codesOf(result).filter((c) => c !== 'E_UNKNOWN_FORMAT')).toEqual(
          whole ? [] : ['E_ARCHIVE_CORRUPT'],
        );
      }),
      {
        numRuns: 120,
        // 2904 and 3071 lie within a header, behind an entry that is still being read.
        examples: [
          [512],
          [1024],
          [1025],
          [2904],
          [3071],
          [tar.length - 513],
          [tar.length - 512],
          [tar.length],
        ],
      },
    );
  });

  it('a tar.gz cut at any byte gives all entries whose bytes came through', async () => {
    const tar = await tarOf(entriesOf(FILES));
    const ends = endsOf(tar);
    const packed = gzipSync(tar);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: packed.length - 1 }), async (length) => {
        const cut = packed.subarray(0, length);
        const result = await space.ingest([space.write('x.tgz', cut)]);
        const available = length < 20 ? 0 : gunzipSync(cut, { finishFlush: 2 }).length;
        expectPrefix(result.bundles[0], ends, available);
        expect(result.bundles.length + result.problems.length).toBeGreaterThan(0);
      }),
      { numRuns: 120 },
    );
  });

  it('random damage never throws and never hangs, and what is not marked is right', async () => {
    const packed = gzipSync(await tarOf(entriesOf(FILES)));
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 10, max: packed.length - 1 }),
        fc.integer({ min: 1, max: 255 }),
        async (at, x) => {
          const bad = Buffer.from(packed);
          bad[at]! ^= x;
          const result = await space.ingest([space.write('x.tgz', bad)]);
          expect(result.bundles.length + result.problems.length).toBeGreaterThan(0);
        },
      ),
      { numRuns: 80 },
    );
  });

  it('a nested archive that is cut', async () => {
    const inner = gzipSync(await tarOf(entriesOf(FILES)));
    const outer = await tarOf([{ name: 'a/inner.tgz', data: inner }]);
    const result = await space.ingest([space.write('x.tar', outer.subarray(0, 60_000))]);
    expect(result.bundles[0]!.files.get('networking/odd.txt')!.truncated).toBe(false);
    expect(result.bundles[0]!.files.get('var_log/messages')!.truncated).toBe(true);
    expect(result.problems.map((p) => [p.code, p.subject])).toEqual([['E_ARCHIVE_CORRUPT', 'x.tar']]);
  });
});
