import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { Bundle } from '../../src/model/source.js';
import { entriesOf, tarOf, tgzOf, zipOf } from './support/archives.js';
import { codesOf, contentsOf, NODE_FILES, Workspace } from './support/workspace.js';

const space = new Workspace();
const MiB = 1024 * 1024;
const GOOD = { ...NODE_FILES, 'system/instance-id.txt': 'i-0fffffffffffffff0\n' };

/** Sizes by name, so that a failure does not print megabytes. */
function sizesOf(bundle: Bundle | undefined): Record<string, [number, boolean]> {
  return Object.fromEntries(
    [...(bundle?.files ?? [])].map(([name, { size, truncated }]) => [name, [size, truncated]]),
  );
}

async function bombed(
  name: string,
  data: Buffer,
  limits: object,
): Promise<Awaited<ReturnType<typeof space.ingest>>> {
  const good = space.write('good.tgz', await tgzOf(entriesOf(GOOD)));
  const result = await space.ingest([space.write(name, data), good], limits);
  // Whatever happened to the first input, the second is read.
  expect(contentsOf(result.bundles.at(-1))).toEqual(GOOD);
  return result;
}

describe('limits end one input, keep what was read, and go on with the others', () => {
  it('compression ratio, judged after 10 MiB: a tar.gz of 20 MiB of zeros', async () => {
    const files = { ...NODE_FILES, 'var_log/messages': Buffer.alloc(20 * MiB), 'var_log/late': 'x' };
    const result = await bombed('bomb.tgz', await tgzOf(entriesOf(files)), { maxRatio: 50 });
    expect(codesOf(result)).toEqual(['E_LIMIT_RATIO']);
    expect(result.problems[0]!.message).toContain('more than 50 times');
    const sizes = sizesOf(result.bundles[0]);
    expect(sizes['networking/iprule.txt']).toEqual([25, false]);
    expect(sizes['var_log/late']).toBeUndefined();
    const [size, truncated] = sizes['var_log/messages']!;
    expect(truncated).toBe(true);
    expect(size).toBeGreaterThan(9 * MiB);
    expect(size).toBeLessThan(13 * MiB);
  });

  it('no ratio below 10 MiB, and none on data that hardly compresses', async () => {
    const files = { ...NODE_FILES, 'var_log/messages': Buffer.alloc(9 * MiB) };
    const small = await space.ingest([space.write('a.tgz', await tgzOf(entriesOf(files)))], { maxRatio: 50 });
    expect(small.problems).toEqual([]);
    const random = { ...NODE_FILES, 'var_log/messages': randomBytes(11 * MiB) };
    const large = await space.ingest([space.write('b.tgz', await tgzOf(entriesOf(random)))], { maxRatio: 2 });
    expect(large.problems).toEqual([]);
  });

  it('ratio of a zip', async () => {
    const zip = zipOf([...entriesOf(NODE_FILES), { name: 'var_log/messages', data: Buffer.alloc(20 * MiB) }]);
    const result = await bombed('bomb.zip', zip, { maxRatio: 50 });
    expect(codesOf(result)).toEqual(['E_LIMIT_RATIO']);
    expect(sizesOf(result.bundles[0])['var_log/messages']![1]).toBe(true);
  });

  it('ratio of a gzipped log within an archive that itself is small enough', async () => {
    const inner = gzipSync(Buffer.alloc(20 * MiB));
    const result = await bombed(
      'bomb.tar',
      await tarOf(entriesOf({ ...NODE_FILES, 'kubelet/a.log.gz': inner })),
      {
        maxRatio: 50,
      },
    );
    expect(codesOf(result)).toEqual(['E_LIMIT_RATIO']);
    expect(sizesOf(result.bundles[0])['kubelet/a.log']![1]).toBe(true);
  });

  it('ratio of tar padding, where no entry grows', async () => {
    const tar = await tarOf(entriesOf(NODE_FILES));
    const result = await bombed('bomb.tgz', gzipSync(Buffer.concat([tar, Buffer.alloc(30 * MiB)])), {
      maxRatio: 50,
    });
    expect(codesOf(result)).toEqual(['E_LIMIT_RATIO']);
    expect(contentsOf(result.bundles[0])).toEqual(NODE_FILES);
  });

  it('number of entries, folders and links included', async () => {
    const data = await tgzOf([
      { name: 'networking/', type: 'directory' },
      ...entriesOf(NODE_FILES),
      { name: 'l', type: 'symlink', linkname: 'x' },
    ]);
    const result = await bombed('x.tgz', data, { maxEntries: 3 });
    expect(codesOf(result)).toEqual(['E_LIMIT_ENTRIES']);
    expect(Object.keys(sizesOf(result.bundles[0]))).toEqual([
      'networking/iprule.txt',
      'system/instance-id.txt',
    ]);
  });

  it('size of one entry', async () => {
    const files = { ...NODE_FILES, 'var_log/messages': randomBytes(3 * MiB) };
    const result = await bombed('x.tgz', await tgzOf(entriesOf(files)), { maxEntrySize: MiB });
    expect(codesOf(result)).toEqual(['E_LIMIT_ENTRY_SIZE']);
    const [size, truncated] = sizesOf(result.bundles[0])['var_log/messages']!;
    expect(truncated).toBe(true);
    expect(size).toBeGreaterThanOrEqual(MiB);
    expect(size).toBeLessThan(2 * MiB);
  });

  it('size of all entries', async () => {
    const files = { ...NODE_FILES, 'var_log/a': randomBytes(MiB), 'var_log/b': randomBytes(MiB) };
    const result = await bombed('x.tgz', await tgzOf(entriesOf(files)), { maxTotalSize: 1.5 * MiB });
    expect(codesOf(result)).toEqual(['E_LIMIT_TOTAL_SIZE']);
    expect(sizesOf(result.bundles[0])['var_log/a']).toEqual([MiB, false]);
    expect(sizesOf(result.bundles[0])['var_log/b']![1]).toBe(true);
  });

  it('archives within archives', async () => {
    let data = await tgzOf(entriesOf(NODE_FILES));
    for (let i = 0; i < 3; i++) data = await tarOf([{ name: `level${i}.tar`, data }]);
    const file = space.write('x.tar', data);
    const deep = await space.ingest([file], { maxDepth: 2 });
    expect(deep.bundles).toEqual([]);
    expect(deep.problems[0]).toMatchObject({
      code: 'E_LIMIT_DEPTH',
      subject: 'x.tar/level2.tar/level1.tar/level0.tar',
    });
    expect((await space.ingest([file], { maxDepth: 3 })).bundles).toHaveLength(1);
  });

  it('a bomb in a folder costs the folder nothing else, yet all files together count', async () => {
    const bomb = { ...NODE_FILES, 'var_log/messages': Buffer.alloc(20 * MiB) };
    space.write('in/a.tgz', await tgzOf(entriesOf(bomb)));
    space.write('in/b.tgz', await tgzOf(entriesOf(GOOD)));
    const result = await space.ingest([`${space.root}/in`], { maxRatio: 50 });
    expect(result.problems.map((p) => [p.code, p.subject])).toEqual([['E_LIMIT_RATIO', 'in/a.tgz']]);
    expect(result.bundles.map((b) => b.id)).toEqual(['i-0a1b2c3d4e5f67890', 'i-0fffffffffffffff0']);
    const total = await space.ingest([`${space.root}/in`], { maxTotalSize: 60 });
    expect(total.problems[0]!.code).toBe('E_LIMIT_TOTAL_SIZE');
    expect(total.problems[0]!.subject).toBe('in/a.tgz');
  });
});

describe('paths that could leave the archive', () => {
  const BAD = [
    '../evil.txt',
    'networking/../../evil.txt',
    '/etc/passwd',
    'C:\\evil.txt',
    'c:/evil.txt',
    '..\\evil.txt',
    'networking\\..\\..\\evil.txt',
    '\\\\host\\share',
  ];

  it.each(BAD)('leaves %j out of a tar', async (name) => {
    const result = await space.ingest([
      space.write('x.tgz', await tgzOf([{ name, data: 'evil' }, ...entriesOf(NODE_FILES)])),
    ]);
    expect(codesOf(result)).toEqual(['E_BAD_PATH']);
    expect(contentsOf(result.bundles[0])).toEqual(NODE_FILES);
  });

  it.each(BAD)('leaves %j out of a zip and reads the rest', async (name) => {
    const zip = zipOf([{ name, data: 'evil', flags: 0x800 }, ...entriesOf(NODE_FILES)]);
    const result = await space.ingest([space.write('x.zip', zip)]);
    expect(codesOf(result)).toEqual(['E_BAD_PATH']);
    expect(contentsOf(result.bundles[0])).toEqual(NODE_FILES);
  });

  it('leaves out NUL characters and paths that are too long', async () => {
    const zip = zipOf([
      { name: 'networking/a\0b' },
      { name: `networking/${'x'.repeat(90)}` },
      ...entriesOf(NODE_FILES),
    ]);
    const result = await space.ingest([space.write('x.zip', zip)], { maxPathLength: 100 });
    expect(result.problems.map((p) => p.message)).toEqual([
      'The entry was left out: its path holds a NUL character.',
      'The entry was left out: its path is too long.',
    ]);
  });

  it('writes nothing outside its own folder, and escapes what it quotes', async () => {
    const name = '../\u001b[31mevil\u202e.txt';
    const zip = zipOf([{ name, data: 'evil', flags: 0x800 }, ...entriesOf(NODE_FILES)]);
    const result = await space.ingest([space.write('x.zip', zip)]);
    expect(result.problems[0]!.subject).toBe('x.zip: ../\\x1b[31mevil\\u202e.txt');
    // Where the entry would be, had its `..` been followed from the archive's or the unpacked files' folder.
    const beside = [dirname(space.root), space.root].flatMap((folder) => readdirSync(folder));
    expect(beside.filter((file) => file.includes('evil'))).toEqual([]);
  });
});

describe('what is no regular file', () => {
  it('leaves out links and devices in one note per archive', async () => {
    const data = await tgzOf([
      ...entriesOf(NODE_FILES),
      { name: 'var_log/a.log', type: 'symlink', linkname: '/etc/shadow' },
      { name: 'var_log/b.log', type: 'link', linkname: '../../etc/shadow' },
      { name: 'var_log/c', type: 'fifo' },
      { name: 'var_log/d', type: 'character-device' },
    ]);
    const result = await space.ingest([space.write('x.tgz', data)]);
    expect(result.problems).toMatchObject([
      {
        code: 'E_LINK_SKIPPED',
        subject: 'x.tgz',
        message: '4 links or special files were left out: var_log/a.log, var_log/b.log, var_log/c, ….',
        note: true,
      },
    ]);
    expect(contentsOf(result.bundles[0])).toEqual(NODE_FILES);
  });

  it('leaves out symbolic links of a zip', async () => {
    const zip = zipOf([
      { name: 'networking/l', data: '/etc/shadow', mode: 0o120777 },
      ...entriesOf(NODE_FILES),
    ]);
    const result = await space.ingest([space.write('x.zip', zip)]);
    expect(codesOf(result)).toEqual(['E_LINK_SKIPPED']);
    expect(contentsOf(result.bundles[0])).toEqual(NODE_FILES);
  });

  it('takes the last of duplicates', async () => {
    const data = await tgzOf([
      { name: 'networking/iprule.txt', data: 'first' },
      ...entriesOf(NODE_FILES),
      { name: './networking/iprule.txt', data: 'last' },
    ]);
    const result = await space.ingest([space.write('x.tgz', data)]);
    expect(codesOf(result)).toEqual(['E_DUPLICATE_ENTRY', 'E_DUPLICATE_ENTRY']);
    expect(contentsOf(result.bundles[0])['networking/iprule.txt']).toBe('last');
    expect(readdirSync(dirname(result.bundles[0]!.files.get('networking/iprule.txt')!.spool))).toHaveLength(
      3,
    );
  });

  it('drops what macOS adds, without a word', async () => {
    const data = await tgzOf([
      { name: './._networking', data: 'x' },
      ...entriesOf(NODE_FILES),
      { name: '__MACOSX/networking/._iprule.txt', data: 'x' },
      { name: 'networking/.DS_Store', data: 'x' },
    ]);
    const result = await space.ingest([space.write('x.tgz', data)]);
    expect(result.problems).toEqual([]);
    expect(contentsOf(result.bundles[0])).toEqual(NODE_FILES);
  });
});
