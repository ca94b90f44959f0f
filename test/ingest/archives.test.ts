import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { entriesOf, tarOf, tgzOf, zipOf } from './support/archives.js';
import { codesOf, contentOf, contentsOf, NODE_FILES, Workspace } from './support/workspace.js';

const space = new Workspace();

describe('tar archives', () => {
  it('reads a tar.gz whose entries start with ./ and gives paths without it', async () => {
    const entries = entriesOf(NODE_FILES).map((entry) => ({ ...entry, name: `./${entry.name}` }));
    const data = await tgzOf([{ name: './', type: 'directory' }, ...entries]);
    const result = await space.ingest([space.write('x.tar.gz', data)]);
    expect(contentsOf(result.bundles[0])).toEqual(NODE_FILES);
    expect(result.problems).toEqual([]);
    const file = result.bundles[0]!.files.get('networking/iprule.txt')!;
    expect(file.path).toBe('networking/iprule.txt');
    expect(file.size).toBe(25);
    expect(file.mtime).toBe(Date.parse('2024-05-17T09:31:22Z'));
    expect(file.truncated).toBe(false);
  });

  it.each(['bundle.zip', 'notes.txt', 'x'])('goes by content: a tar.gz named %s', async (name) => {
    const result = await space.ingest([space.write(name, await tgzOf(entriesOf(NODE_FILES)))]);
    expect(result.bundles.map((bundle) => bundle.id)).toEqual(['i-0a1b2c3d4e5f67890']);
  });

  it('reads an uncompressed tar', async () => {
    const result = await space.ingest([space.write('x.gz', await tarOf(entriesOf(NODE_FILES)))]);
    expect(contentsOf(result.bundles[0])).toEqual(NODE_FILES);
  });

  it('reads gzip of several members, cut at any place, and zero padding behind it', async () => {
    const tar = await tarOf(entriesOf(NODE_FILES));
    const members = [tar.subarray(0, 700), tar.subarray(700, 701), tar.subarray(701)].map((part) =>
      gzipSync(part),
    );
    const data = Buffer.concat([...members, Buffer.alloc(5000)]);
    const result = await space.ingest([space.write('x.tgz', data)]);
    expect(contentsOf(result.bundles[0])).toEqual(NODE_FILES);
    expect(result.problems).toEqual([]);
  });

  it('decompresses gzipped logs on the way and drops .gz from the name only', async () => {
    const log = 'var_log/aws-routed-eni/ipamd-2024-05-17T09-31-22.123.log.gz';
    const rotated = 'var_log/kube-system_aws-node-x_u/aws-node/0.log.20240517-093122.gz';
    const files = { ...NODE_FILES, [log]: gzipSync('older\n'), [rotated]: gzipSync('rotated\n') };
    const [bundle] = (await space.ingest([space.write('x.tgz', await tgzOf(entriesOf(files)))])).bundles;
    const file = bundle!.files.get('var_log/aws-routed-eni/ipamd-2024-05-17T09-31-22.123.log')!;
    expect(contentOf(file)).toBe('older\n');
    expect(file.path).toBe(log);
    expect(file.size).toBe(6);
    expect(contentOf(bundle!.files.get(rotated.slice(0, -3)))).toBe('rotated\n');
  });

  it('keeps both when a log and its gzipped namesake are there', async () => {
    const files = { ...NODE_FILES, 'kubelet/a.log': 'plain', 'kubelet/a.log.gz': gzipSync('packed') };
    const [bundle] = (await space.ingest([space.write('x.tgz', await tgzOf(entriesOf(files)))])).bundles;
    expect(contentOf(bundle!.files.get('kubelet/a.log'))).toBe('plain');
    expect(contentOf(bundle!.files.get('kubelet/a.log.gz'))).toBe('packed');
  });

  it('marks a gzipped log that is cut, and keeps its beginning', async () => {
    const packed = gzipSync(
      Buffer.from(Array.from({ length: 3000 }, (_, i) => `line ${i * 7919}\n`).join('')),
    );
    const files = { ...NODE_FILES, 'kubelet/a.log.gz': packed.subarray(0, packed.length - 200) };
    const result = await space.ingest([space.write('x.tgz', await tgzOf(entriesOf(files)))]);
    const file = result.bundles[0]!.files.get('kubelet/a.log')!;
    expect(file.truncated).toBe(true);
    expect(contentOf(file).startsWith('line 0\nline 7919\n')).toBe(true);
    expect(codesOf(result)).toEqual(['E_ARCHIVE_CORRUPT']);
    expect(result.problems[0]!.subject).toBe('x.tgz/kubelet/a.log.gz');
  });

  it('reads long names: a path of 200 characters', async () => {
    const name = `var_log/${'p'.repeat(190)}/0.log`;
    const [bundle] = (
      await space.ingest([space.write('x', await tgzOf(entriesOf({ ...NODE_FILES, [name]: 'x' })))])
    ).bundles;
    expect(contentOf(bundle!.files.get(name))).toBe('x');
  });

  it('spools under names of its own, whatever the archive calls its files', async () => {
    const [bundle] = (await space.ingest([space.write('x', await tgzOf(entriesOf(NODE_FILES)))])).bundles;
    for (const file of bundle!.files.values()) {
      expect(space.temp.owns(file.spool)).toBe(true);
      expect(file.spool).toMatch(/[\\/]f\d{6}$/);
    }
  });

  it('tells of damage in the middle and keeps what came before', async () => {
    const tar = await tarOf(entriesOf(NODE_FILES));
    tar.fill(0x41, 1024, 1536); // the second header
    const result = await space.ingest([space.write('x.tar', tar)]);
    expect(contentsOf(result.bundles[0])).toEqual({ 'networking/iprule.txt': '0:\tfrom all lookup local\n' });
    expect(codesOf(result)).toEqual(['E_ARCHIVE_CORRUPT']);
    expect(result.problems[0]!.message).toBe('It is damaged; 1 file could be read.');
  });
});

describe('zip archives', () => {
  it('normalises the backslashes of Windows and its folder entries', async () => {
    const zip = zipOf([
      { name: 'system\\' },
      { name: 'system\\sysinfo', data: 'Host Name: EC2AMAZ' },
      { name: 'system\\network\\hns\\network.txt', data: 'x', stored: true },
    ]);
    const name = 'eks_i-0a1b2c3d4e5f67890_20240517T0931069658Z.zip';
    const result = await space.ingest([space.write(name, zip)]);
    const bundle = result.bundles[0]!;
    expect(result.problems).toEqual([]);
    expect(bundle.kind).toBe('windows-collector');
    expect(bundle.id).toBe('i-0a1b2c3d4e5f67890');
    expect(bundle.collectedAt).toBe(Date.parse('2024-05-17T09:31:06.965Z'));
    expect(contentsOf(bundle)).toEqual({
      'system/network/hns/network.txt': 'x',
      'system/sysinfo': 'Host Name: EC2AMAZ',
    });
    expect(bundle.files.get('system/sysinfo')!.path).toBe('system/sysinfo');
    expect(bundle.files.get('system/sysinfo')!.mtime).toBe(Date.parse('2024-05-17T09:31:22Z'));
  });

  it('reads names in UTF-8 and in code page 437', async () => {
    const zip = zipOf([
      { name: 'networking/ü.txt', data: 'utf8', flags: 0x800 },
      { name: Buffer.from('networking/\x81.txt', 'latin1'), data: 'cp437' },
      ...entriesOf(NODE_FILES),
    ]);
    const result = await space.ingest([space.write('x.zip', zip)]);
    expect(contentOf(result.bundles[0]!.files.get('networking/ü.txt'))).toBe('cp437');
    expect(codesOf(result)).toEqual(['E_DUPLICATE_ENTRY']);
  });

  it('leaves out encrypted entries and unknown compressions, and says so', async () => {
    const zip = zipOf([
      { name: 'networking/a.txt', data: 'a', flags: 1, stored: true, method: 99 },
      { name: 'networking/b.txt', data: 'b', method: 12 },
      ...entriesOf(NODE_FILES),
    ]);
    const result = await space.ingest([space.write('x.zip', zip)]);
    expect(contentsOf(result.bundles[0])).toEqual(NODE_FILES);
    expect(result.problems.map((p) => [p.code, p.subject])).toEqual([
      ['E_UNREADABLE', 'x.zip: networking/a.txt'],
      ['E_UNSUPPORTED_COMPRESSION', 'x.zip: networking/b.txt'],
    ]);
  });

  it('marks an entry whose checksum is wrong', async () => {
    const zip = zipOf([{ name: 'networking/a.txt', data: 'abc', crc: 1 }, ...entriesOf(NODE_FILES)]);
    const result = await space.ingest([space.write('x.zip', zip)]);
    expect(result.bundles[0]!.files.get('networking/a.txt')!.truncated).toBe(true);
    expect(result.bundles[0]!.files.get('networking/iprule.txt')!.truncated).toBe(false);
    expect(codesOf(result)).toEqual(['E_ARCHIVE_CORRUPT']);
  });

  it('says what is wrong with a cut zip and with a damaged directory', async () => {
    const zip = zipOf(entriesOf(NODE_FILES));
    const damaged = Buffer.from(zip);
    damaged.write('XX', damaged.indexOf('PK\x01\x02', 0, 'latin1'), 'latin1');
    const result = await space.ingest([
      space.write('cut.zip', zip.subarray(0, 200)),
      space.write('bad.zip', damaged),
    ]);
    expect(result.problems.map((p) => [p.code, p.subject])).toEqual([
      ['E_ARCHIVE_CORRUPT', 'cut.zip'],
      ['E_ARCHIVE_CORRUPT', 'bad.zip'],
    ]);
    expect(result.problems[0]!.message).toMatch(/^It is damaged or cut .*; nothing could be read\.$/);
  });

  it('knows an empty zip, and a gzipped one', async () => {
    const empty = await space.ingest([space.write('empty.zip', zipOf([]))]);
    expect(empty.problems.map((p) => [p.code, p.message])).toEqual([
      ['E_UNKNOWN_FORMAT', 'It holds no files.'],
    ]);
    const packed = await space.ingest([space.write('x.zip.gz', gzipSync(zipOf(entriesOf(NODE_FILES))))]);
    expect(contentsOf(packed.bundles[0])).toEqual(NODE_FILES);
  });
});
