import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { Ingested } from '../../src/model/source.js';
import { entriesOf, tarOf, tgzOf, zipOf } from './support/archives.js';
import { codesOf, contentOf, contentsOf, EMPTY_PCAP, NODE_FILES, Workspace } from './support/workspace.js';

const space = new Workspace();
const isRoot = process.getuid?.() === 0;

function writeAll(folder: string, files: Readonly<Record<string, string | Buffer>>): string {
  for (const [name, data] of Object.entries(files)) space.write(`${folder}/${name}`, data);
  return join(space.root, folder);
}

function said(result: Ingested): string[] {
  return result.problems.map((p) => `${p.code} ${p.subject}: ${p.message}`);
}

describe('folders', () => {
  it('uses the files of an extracted bundle in place, with paths relative to the folder given', async () => {
    const name = 'eks_i-0123456789abcdef0_2024-05-17_0931-UTC_0.7.8';
    const folder = writeAll(`case/${name}`, { ...NODE_FILES, 'kubelet/old.log.gz': gzipSync('old') });
    const given = (await space.ingest([folder])).bundles[0]!;
    expect(given).toMatchObject({ id: 'i-0a1b2c3d4e5f67890', input: name, collectorVersion: '0.7.8' });
    expect(given.files.get('networking/iprule.txt')).toMatchObject({
      path: 'networking/iprule.txt',
      spool: join(folder, 'networking/iprule.txt'),
    });
    const old = given.files.get('kubelet/old.log')!;
    expect(old.path).toBe('kubelet/old.log.gz');
    expect(contentOf(old)).toBe('old');
    expect(space.temp.owns(old.spool)).toBe(true);

    const above = (await space.ingest([join(space.root, 'case')])).bundles[0]!;
    const file = above.files.get('networking/iprule.txt')!;
    expect(file.path).toBe(`${name}/networking/iprule.txt`);
    expect(join(space.root, 'case', file.path)).toBe(file.spool);
    expect(above.collectorVersion).toBe('0.7.8');
  });

  it('takes bundles and captures of a folder together, sidecars aside', async () => {
    const folder = writeAll('case', {
      'bundles/b.tgz': await tgzOf(entriesOf(NODE_FILES)),
      'bundles/a.zip': zipOf(entriesOf({ ...NODE_FILES, 'system/instance-id.txt': 'i-0fffffffffffffff0' })),
      'caps/2.pcap': EMPTY_PCAP,
      'caps/1.cap.gz': gzipSync(EMPTY_PCAP),
      'caps/README.txt': 'about',
      'truth.json': '{}',
      '.DS_Store': 'x',
    });
    const result = await space.ingest([folder]);
    expect(result.bundles.map((b) => b.input)).toEqual(['a.zip', 'b.tgz']);
    expect(result.captures).toMatchObject([
      { path: 'caps/1.cap.gz', gzip: true, spool: join(folder, 'caps/1.cap.gz') },
      { path: 'caps/2.pcap', gzip: false, spool: join(folder, 'caps/2.pcap') },
    ]);
    expect(said(result)).toEqual([
      'E_UNKNOWN_FORMAT case/caps/README.txt: It is neither a capture nor part of a bundle; it was left aside.',
      'E_UNKNOWN_FORMAT case/truth.json: It is neither a capture nor part of a bundle; it was left aside.',
    ]);
    expect(result.problems.every((p) => p.note === true)).toBe(true);
  });

  it('lists 50 sidecars and counts the others', async () => {
    const notes = Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`n${i}.txt`, 'x']));
    const result = await space.ingest([writeAll('caps', { 'a.pcap': EMPTY_PCAP, ...notes })]);
    expect(result.problems).toHaveLength(51);
    expect(result.problems[50]).toMatchObject({
      subject: 'caps',
      message: 'And 10 more of this kind.',
      note: true,
    });
  });

  it('an empty capture is worth a word, an empty folder too', async () => {
    const result = await space.ingest([writeAll('caps', { 'a.pcap': EMPTY_PCAP, 'b.pcap': '' })]);
    expect(said(result)).toEqual(['E_UNKNOWN_FORMAT caps/b.pcap: It is empty.']);
    expect(result.problems[0]!.note).toBeUndefined();
    mkdirSync(join(space.root, 'nothing'));
    expect(said(await space.ingest([join(space.root, 'nothing')]))).toEqual([
      'E_UNKNOWN_FORMAT nothing: It holds no files.',
    ]);
  });

  it('follows no link and waits for no FIFO', async () => {
    const folder = writeAll('caps', { 'a.pcap': EMPTY_PCAP });
    space.write('outside.pcap', EMPTY_PCAP);
    symlinkSync(join(space.root, 'outside.pcap'), join(folder, 'b.pcap'));
    symlinkSync('a.pcap', join(folder, 'c.pcap'));
    symlinkSync('..', join(folder, 'd'));
    symlinkSync('gone', join(folder, 'e'));
    execFileSync('mkfifo', [join(folder, 'f')]);
    const result = await space.ingest([folder]);
    expect(result.captures.map((c) => c.path)).toEqual(['a.pcap']);
    expect(said(result)).toEqual([
      'E_LINK_SKIPPED caps: 5 links or special files were left out: b.pcap, c.pcap, d, ….',
    ]);
  });

  it('counts the entries of a folder', async () => {
    const folder = writeAll('caps', { 'a.pcap': EMPTY_PCAP, 'b.pcap': EMPTY_PCAP, 'c.pcap': EMPTY_PCAP });
    const result = await space.ingest([folder], { maxEntries: 2 });
    expect(result.captures).toHaveLength(2);
    expect(codesOf(result)).toEqual(['E_LIMIT_ENTRIES']);
  });

  it('says which file and which folder cannot be read', async () => {
    const folder = writeAll('caps', { 'a.pcap': EMPTY_PCAP, 'b.pcap': EMPTY_PCAP, 'sub/c.pcap': EMPTY_PCAP });
    chmodSync(join(folder, 'b.pcap'), 0);
    chmodSync(join(folder, 'sub'), 0);
    chmodSync(space.root, 0o755);
    // Permissions do not bind root, so the reading is done by somebody else.
    const code = `import { ingest, TempDir } from './src/ingest/index.ts';
      import { DEFAULT_LIMITS as limits } from './src/limits.ts';
      const tempDir = new TempDir();
      ingest([${JSON.stringify(folder)}], { limits, tempDir }).then((r) => console.log(JSON.stringify(r)));`;
    const child = spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', code], {
      encoding: 'utf8',
      env: { ...process.env, TSX_DISABLE_CACHE: '1' },
      ...(isRoot ? { uid: 65534 } : {}),
    });
    chmodSync(join(folder, 'sub'), 0o755);
    expect(child.stderr).toBe('');
    const result = JSON.parse(child.stdout) as Ingested;
    expect(result.captures.map((c) => c.path)).toEqual(['a.pcap']);
    expect(said(result)).toEqual([
      'E_UNREADABLE caps/b.pcap: It cannot be read (EACCES).',
      'E_UNREADABLE caps/sub: The folder cannot be read (EACCES).',
    ]);
  });
});

describe('single files', () => {
  it.each([
    ['zstd', '28b52ffd00'],
    ['lz4', '04224d1800'],
    ['xz', 'fd377a585a0000'],
    ['bzip2', '425a683931415926535900'],
    ['7z', '377abcaf271c00'],
  ])('names the compression %s', async (name, hex) => {
    const result = await space.ingest([space.write('x.tar', Buffer.from(hex, 'hex'))]);
    expect(said(result)).toEqual([
      `E_UNSUPPORTED_COMPRESSION x.tar: It is compressed with ${name}, which cannot be read here.`,
    ]);
  });

  it.each([
    [
      'a pcapng capture with CR LF',
      Buffer.from('0d0a0d0d0d0a1c0000004d3c2b1a', 'hex'),
      'E_CAPTURE_NOT_BINARY',
    ],
    [
      'messages of tcpdump',
      Buffer.from('tcpdump: listening on eth0, link-type EN10MB\n'),
      'E_CAPTURE_NOT_BINARY',
    ],
    ['text', Buffer.from('hello'), 'E_UNKNOWN_FORMAT'],
    ['gzipped text', gzipSync('hello'), 'E_UNKNOWN_FORMAT'],
    ['nothing', Buffer.alloc(0), 'E_UNKNOWN_FORMAT'],
    ['zeros', Buffer.alloc(2048), 'E_UNKNOWN_FORMAT'],
  ])('%s', async (_, data, code) => {
    const result = await space.ingest([space.write('x.pcap', data)]);
    expect(codesOf(result)).toEqual([code]);
    expect(result.problems[0]!.subject).toBe('x.pcap');
    if (data.length === 0) expect(result.problems[0]!.message).toBe('It is empty.');
  });

  it('tells captures with the same name apart by their folders', async () => {
    const inputs = ['n1/eth0.pcap', 'n2/eth0.pcap', 'n2/veth.pcap'].map((name) =>
      space.write(name, EMPTY_PCAP),
    );
    const { captures } = await space.ingest(inputs);
    expect(captures.map((c) => c.path)).toEqual(['n1/eth0.pcap', 'n2/eth0.pcap', 'veth.pcap']);
    const folders = await space.ingest([join(space.root, 'n2'), join(space.root, 'n1')]);
    expect(folders.captures.map((c) => c.path)).toEqual(['n2/eth0.pcap', 'veth.pcap', 'n1/eth0.pcap']);
  });

  it('reads a file once that is given twice', async () => {
    const file = space.write('caps/a.pcap', EMPTY_PCAP);
    symlinkSync(file, join(space.root, 'alias.pcap'));
    const result = await space.ingest([file, join(space.root, 'caps'), join(space.root, 'alias.pcap')]);
    expect(result.captures.map((c) => c.path)).toEqual(['a.pcap']);
    expect(codesOf(result)).toEqual(['E_DUPLICATE_ENTRY', 'E_DUPLICATE_ENTRY']);
  });

  it('leaves captures where they are', async () => {
    const file = space.write('a.pcap.gz', gzipSync(EMPTY_PCAP));
    const { captures } = await space.ingest([file]);
    expect(captures).toMatchObject([{ path: 'a.pcap.gz', spool: file, format: 'pcap', gzip: true }]);
  });
});

describe('what is missing', () => {
  it('is an error when there is nothing else', async () => {
    const inputs = [join(space.root, 'gone.tgz'), space.write('x.txt', 'text')];
    await expect(space.ingest(inputs)).rejects.toMatchObject({
      code: 'E_NOT_FOUND',
      exitCode: 2,
      message: 'There is no such file or folder: gone.tgz.',
    });
    await expect(space.ingest([])).rejects.toMatchObject({ code: 'E_NO_INPUT' });
  });

  it('is a problem when there is', async () => {
    const result = await space.ingest([
      join(space.root, 'gone\u001b.tgz'),
      space.write('a.pcap', EMPTY_PCAP),
    ]);
    expect(result.captures).toHaveLength(1);
    expect(said(result)).toEqual(['E_NOT_FOUND gone\\x1b.tgz: There is no such file or folder.']);
  });
});

describe('standard input', () => {
  const feed = (data: Buffer): AsyncIterable<Buffer> =>
    Readable.from([
      data.subarray(0, 100),
      data.subarray(100, 101),
      data.subarray(101),
    ]) as AsyncIterable<Buffer>;

  it.each([
    ['tar.gz', () => tgzOf(entriesOf(NODE_FILES))],
    ['tar', () => tarOf(entriesOf(NODE_FILES))],
    ['zip', () => Promise.resolve(zipOf(entriesOf(NODE_FILES)))],
  ])('reads a %s', async (_, make) => {
    const { bundles } = await space.ingest(['-'], {}, { stdin: feed(await make()) });
    expect(bundles[0]!.input).toBe('stdin');
    expect(contentsOf(bundles[0])).toEqual(NODE_FILES);
  });

  it('reads a capture, and refuses text', async () => {
    const { captures } = await space.ingest(['-'], {}, { stdin: feed(gzipSync(EMPTY_PCAP)) });
    expect(captures).toMatchObject([{ path: 'stdin', format: 'pcap', gzip: true }]);
    expect(said(await space.ingest(['-'], {}, { stdin: feed(Buffer.from('x'.repeat(5000))) }))).toEqual([
      'E_UNKNOWN_FORMAT stdin: It is neither a bundle nor a capture.',
    ]);
  });

  it('reads a FIFO that is named', async () => {
    const fifo = join(space.root, 'pipe');
    execFileSync('mkfifo', [fifo]);
    const data = space.write('x.tgz', await tgzOf(entriesOf(NODE_FILES)));
    const reading = space.ingest([fifo]);
    spawn('sh', ['-c', 'cat "$1" > "$2"', 'sh', data, fifo]);
    expect(contentsOf((await reading).bundles[0])).toEqual(NODE_FILES);
  });
});

describe('the run', () => {
  it('gives the same answer twice, apart from where files were spooled', async () => {
    const folder = writeAll('in', {
      'a.tgz': await tgzOf(entriesOf(NODE_FILES)),
      'b.pcap': EMPTY_PCAP,
      c: 'x',
    });
    const shape = async (): Promise<unknown> => {
      const { bundles, ...rest } = await space.ingest([folder]);
      return [rest, bundles.map((b) => [b.id, [...b.files.values()].map(({ spool: _, ...file }) => file)])];
    };
    expect(await shape()).toEqual(await shape());
  });

  it('says nothing of where it runs', async () => {
    const folder = writeAll('in', {
      'a.tgz': (await tgzOf(entriesOf(NODE_FILES))).subarray(0, 150),
      'b.pcap': '',
    });
    const { problems } = await space.ingest([
      folder,
      join(space.root, 'gone'),
      space.write('c.pcap', EMPTY_PCAP),
    ]);
    expect(problems.length).toBeGreaterThan(2);
    expect(JSON.stringify(problems)).not.toContain(space.root);
  });

  it('reports progress and can be cancelled', async () => {
    const data = await tgzOf(entriesOf(NODE_FILES));
    const file = space.write('x.tgz', data);
    const events: unknown[] = [];
    await space.ingest([file], {}, { onProgress: (event) => events.push(event) });
    expect(events.at(-1)).toEqual({ stage: 'ingest', input: 'x.tgz', bytes: data.length, entries: 3 });

    const controller = new AbortController();
    const cancelled = space.ingest(
      [file],
      {},
      { signal: controller.signal, onProgress: () => controller.abort() },
    );
    await expect(cancelled).rejects.toMatchObject({ name: 'AbortError' });
  });
});
