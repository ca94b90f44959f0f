import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { entriesOf, tarOf, tgzOf, zipOf } from './support/archives.js';
import { codesOf, contentOf, contentsOf, EMPTY_PCAP, NODE_FILES, Workspace } from './support/workspace.js';

const space = new Workspace();
const OTHER_ID = 'i-0fffffffffffffff0';
const OTHER_NODE = { ...NODE_FILES, 'system/instance-id.txt': `${OTHER_ID}\n` };

/** Write an archive of the files and ingest it alone. */
async function single(name: string, files: Readonly<Record<string, string | Buffer>>) {
  return space.ingest([space.write(name, await tgzOf(entriesOf(files)))]);
}

function below<T>(prefix: string, files: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(files).map(([name, data]) => [prefix + name, data]));
}

describe('where a bundle starts', () => {
  it.each(['a/', 'a/b/c/', 'eks_i-0a1b2c3d4e5f67890_2024-05-17_0931-UTC_0.7.8/', 'system.d/'])(
    'strips the folders %s in front',
    async (prefix) => {
      const { bundles } = await single('x.tgz', below(prefix, NODE_FILES));
      expect(contentsOf(bundles[0])).toEqual(NODE_FILES);
      expect(bundles[0]!.files.get('networking/iprule.txt')!.path).toBe(`${prefix}networking/iprule.txt`);
    },
  );

  it('finds several nodes in one archive, one below the other too', async () => {
    const files = { ...below('top/', NODE_FILES), ...below('top/more/other/', OTHER_NODE) };
    const { bundles, problems } = await single('x.tgz', files);
    expect(bundles.map((b) => [b.id, b.files.size])).toEqual([
      ['i-0a1b2c3d4e5f67890', 3],
      [OTHER_ID, 3],
    ]);
    expect(problems).toEqual([]);
  });

  it('takes no folder of a bundle for a bundle of its own', async () => {
    const files = {
      ...NODE_FILES,
      'var_log/kube-system_x_uid/networking/0.log': 'x',
      'kubelet/system/instance-id.txt': 'i-0123456789abcdef0',
      'containerd/ipamd.log': 'x',
    };
    const { bundles } = await single('x.tgz', files);
    expect(bundles.map((bundle) => bundle.files.size)).toEqual([6]);
  });

  it.each([
    ['only networking/', { 'networking/iprule.txt': 'x' }],
    ['only system/ with a known file', { 'system/ps.txt': 'x' }],
    ['only kubelet/ with a known file', { 'kubelet/kubelet.log': 'x' }],
    ['three folders with common names', { 'system/a': 'x', 'docker/b': 'x', 'storage/c': 'x' }],
  ])('knows a bundle by %s', async (_, files) => {
    expect((await single('x.tgz', files)).bundles).toHaveLength(1);
  });

  it.each([
    ['folders with common names', { 'system/main.c': 'x', 'docker/Dockerfile': 'x' }],
    ['words of the collectors as file names', { networking: 'x', 'docs/ipamd': 'x' }],
    [
      'an operating system report',
      { 'etc/os-release': 'x', 'var/log/messages': 'x', 'sos_commands/dmesg': 'x' },
    ],
    ['any old plugin.log', { 'plugin.log': 'x', 'my-ipamd.log': 'x' }],
  ])('near miss: no bundle in %s', async (_, files) => {
    const { bundles, problems } = await single('x.tgz', files);
    expect(bundles).toEqual([]);
    const n = Object.keys(files).length;
    expect(problems.map((p) => [p.code, p.subject, p.message])).toEqual([
      ['E_UNKNOWN_FORMAT', 'x.tgz', `None of its ${n} files is part of a known bundle or a capture.`],
    ]);
  });

  it('survives names that are properties of objects', async () => {
    const files = {
      ...NODE_FILES,
      'networking/__proto__': 'a',
      'constructor/prototype': 'b',
      __proto__x: 'c',
    };
    const { bundles } = await single('x.tgz', files);
    expect(bundles[0]!.files.size).toBe(6);
  });
});

describe('kinds of bundle', () => {
  it.each([
    [
      'linux-collector',
      { ...NODE_FILES, 'system/script-params.txt': 'x', 'networking/nftables-ip-x.txt': 'x' },
    ],
    ['linux-collector', NODE_FILES],
    ['node-monitoring-agent', { ...NODE_FILES, 'networking/get_api_server.txt': 'x' }],
    ['node-monitoring-agent', { ...NODE_FILES, 'networking/nftables-ip-aws-cni.txt': 'x' }],
    ['node-monitoring-agent', { ...NODE_FILES, 'log-capture-errors.log': 'x' }],
    ['node-monitoring-agent', { 'automode/kube-proxy.txt': 'x' }],
    ['bottlerocket', { 'bottlerocket-logs/journalctl.log': 'x', 'bottlerocket-logs/os-release': 'x' }],
    ['bottlerocket', { 'iptables-filter': 'x', dmesg: 'x' }],
    [
      'windows-collector',
      { 'system/sysinfo': 'x', 'system/kubelet/kubelet-service.csv': 'x', 'system/docker/x': 'y' },
    ],
    ['cni-support', { 'var/log/aws-routed-eni/eni.out': 'x', 'var/log/aws-routed-eni/ipamd.log': 'x' }],
    ['unknown', { 'aws-routed-eni/ipamd.log': 'x', 'aws-routed-eni/plugin.log': 'x' }],
  ])('%s', async (kind, files) => {
    const { bundles } = await single('x.tgz', files);
    expect(bundles.map((bundle) => bundle.kind)).toEqual([kind]);
  });

  it('goes by the archive name of the agent when the content does not tell', async () => {
    const { bundles } = await single('ip-10-0-1-5.ec2.internal-logs.tar.gz', {
      'networking/iprule.txt': 'x',
    });
    expect(bundles[0]).toMatchObject({ kind: 'node-monitoring-agent', id: 'ip-10-0-1-5.ec2.internal' });
  });

  it('names files below the root of each layout', async () => {
    const cni = await single('aws-cni-support.tar.gz', { 'var/log/aws-routed-eni/eni.out': 'x' });
    expect([...cni.bundles[0]!.files.keys()]).toEqual(['var/log/aws-routed-eni/eni.out']);
    const dog = await single(
      'bottlerocket-logs.tar.gz',
      below('bottlerocket-logs/', { 'journalctl.log': 'x', wicked: '' }),
    );
    expect([...dog.bundles[0]!.files.keys()]).toEqual(['journalctl.log', 'wicked']);
    expect(dog.bundles[0]!.id).toBe('bottlerocket');
  });
});

describe('whose bundle, and when', () => {
  const NAME = 'eks_i-0123456789abcdef0_2024-05-17_0931-UTC_0.7.8.tar.gz';

  it('believes instance-id.txt over the name', async () => {
    const [bundle] = (await single(NAME, NODE_FILES)).bundles;
    expect(bundle).toMatchObject({
      id: 'i-0a1b2c3d4e5f67890',
      input: NAME,
      collectorVersion: '0.7.8',
      collectedAt: Date.UTC(2024, 4, 17, 9, 31),
    });
  });

  it('takes the name when instance-id.txt holds an error page, then the host name, then the base name', async () => {
    const page = { ...NODE_FILES, 'system/instance-id.txt': '<html>404 i-0a1b2c3d4e5f67890</html>' };
    expect((await single(NAME, page)).bundles[0]!.id).toBe('i-0123456789abcdef0');
    const uname = 'Linux ip-10-0-1-5.ec2.internal 6.1.90-99.173.amzn2023.x86_64 #1 SMP x86_64 GNU/Linux\n';
    const host = { 'networking/iprule.txt': 'x', 'kernel/uname.txt': uname };
    const hybrid = await single('eks__2024-05-17_0931-UTC_0.7.8.tar.gz', host);
    expect(hybrid.bundles[0]).toMatchObject({
      id: 'ip-10-0-1-5.ec2.internal',
      collectedAt: Date.UTC(2024, 4, 17, 9, 31),
    });
    expect((await single('my logs (1).tar.gz', { 'networking/iprule.txt': 'x' })).bundles[0]!.id).toBe(
      'my-logs-1',
    );
  });

  it('reads the name of the folder inside when the archive was renamed', async () => {
    const files = below('eks_i-0123456789abcdef0_2024-05-17_0931-UTC_0.7.8/', {
      'networking/iprule.txt': 'x',
    });
    expect((await single('x.tgz', files)).bundles[0]).toMatchObject({
      id: 'i-0123456789abcdef0',
      collectorVersion: '0.7.8',
      collectedAt: Date.UTC(2024, 4, 17, 9, 31),
    });
  });

  it('finds the time in the content when the name has a UUID', async () => {
    const name = 'eks_i-0123456789abcdef0_3f2a1b4c-9d8e-4f7a-8b6c-1a2b3c4d5e6f.tar.gz';
    const save = '# Generated by iptables-save v1.8.8 on Fri May 17 09:31:20 2024\n*filter\nCOMMIT\n';
    const curl = [1, 2].map(
      (i) => `curling https://x/livez (${i} of 2) 2024-05-17T09:4${i}:22.123UTC\n* Trying\n`,
    );
    const base = { 'networking/iptables-save.txt': save };
    expect((await single(name, base)).bundles[0]).toMatchObject({
      id: 'i-0123456789abcdef0',
      collectorVersion: null,
      collectedAt: Date.UTC(2024, 4, 17, 9, 31, 20),
    });
    const both = { ...base, 'networking/curl_api_server.txt': curl.join('') };
    expect((await single(name, both)).bundles[0]!.collectedAt).toBe(Date.UTC(2024, 4, 17, 9, 42, 22, 123));
  });

  it('falls back on the newest file time, and on nothing when that makes no sense', async () => {
    const at = async (...times: string[]): Promise<number | null> => {
      const entries = times.map((time, i) => ({
        name: `networking/${i}.txt`,
        data: 'x',
        mtime: new Date(time),
      }));
      return (await space.ingest([space.write('x.tgz', await tgzOf(entries))])).bundles[0]!.collectedAt;
    };
    expect(await at('2024-05-17T09:31:22Z', '2024-05-17T09:31:20Z')).toBe(Date.parse('2024-05-17T09:31:22Z'));
    expect(await at('1970-01-01T00:00:00Z', '1980-01-01T00:00:00Z')).toBeNull();
  });

  it('numbers the collections of one node by time, whatever their order', async () => {
    const names = ['1200', '0931', '1015'].map(
      (time) => `eks_i-0a1b2c3d4e5f67890_2024-05-17_${time}-UTC_0.7.8.tar.gz`,
    );
    const inputs: string[] = [];
    for (const name of names) {
      const files = { ...NODE_FILES, 'networking/conntrack.txt': name };
      inputs.push(space.write(name, await tgzOf(entriesOf(files))));
    }
    const { bundles } = await space.ingest(inputs);
    expect(bundles.map((b) => b.id)).toEqual([
      'i-0a1b2c3d4e5f67890#3',
      'i-0a1b2c3d4e5f67890',
      'i-0a1b2c3d4e5f67890#2',
    ]);
  });

  it('names nodes without identity by their folders when there are several', async () => {
    const files = { 'logs/n1/networking/a.txt': 'x', 'logs/n2/networking/a.txt': 'x' };
    expect((await single('all.tgz', files)).bundles.map((b) => b.id)).toEqual(['n1', 'n2']);
    const one = { 'logs/n1/networking/a.txt': 'x' };
    expect((await single('all.tgz', one)).bundles.map((b) => b.id)).toEqual(['all']);
  });

  it('reads the same bundle once: an archive beside the folder it was extracted to', async () => {
    const data = await tgzOf(entriesOf(NODE_FILES));
    space.write('in/x.tgz', data);
    for (const [name, text] of Object.entries(NODE_FILES)) space.write(`in/${name}`, text);
    const { bundles, problems } = await space.ingest([`${space.root}/in`]);
    expect(bundles.map((b) => b.input)).toEqual(['in']);
    expect(problems).toMatchObject([{ code: 'E_DUPLICATE_ENTRY', subject: 'in/x.tgz', note: true }]);
  });
});

describe('archives in archives', () => {
  it('reads a tar of several bundles, and a zip of them', async () => {
    const inner = [
      { name: 'a/one.tar.gz', data: await tgzOf(entriesOf(NODE_FILES)) },
      { name: 'a/two.zip', data: zipOf(entriesOf(OTHER_NODE)) },
    ];
    for (const data of [await tarOf(inner), zipOf(inner)]) {
      const { bundles, problems } = await space.ingest([space.write('all', data)]);
      expect(bundles.map((b) => [b.id, b.input])).toEqual([
        ['i-0a1b2c3d4e5f67890', 'one.tar.gz'],
        [OTHER_ID, 'two.zip'],
      ]);
      expect(bundles[0]!.files.get('networking/iprule.txt')!.path).toBe('networking/iprule.txt');
      expect(problems).toEqual([]);
    }
  });

  it("adds Bottlerocket's own archive to the bundle it lies in", async () => {
    const dog = await tgzOf(
      entriesOf(below('bottlerocket-logs/', { 'journalctl.log': 'journal', 'os-release': 'br' })),
    );
    const files = { ...NODE_FILES, 'bottlerocket/logdog/bottlerocket-logs.tar.gz': dog };
    const { bundles, problems } = await single('x.tgz', files);
    expect(problems).toEqual([]);
    expect(bundles.map((b) => b.kind)).toEqual(['node-monitoring-agent']);
    const file = bundles[0]!.files.get('bottlerocket/logdog/journalctl.log')!;
    expect(contentOf(file)).toBe('journal');
    expect(file.path).toBe('bottlerocket/logdog/bottlerocket-logs.tar.gz/bottlerocket-logs/journalctl.log');
  });

  it('takes captures inside a bundle, gzip kept, and says whose they are', async () => {
    const packed = gzipSync(EMPTY_PCAP);
    const files = { ...NODE_FILES, 'captures/capture.pcap0000.gz': packed };
    const { bundles, captures } = await single('x.tgz', files);
    expect(bundles[0]!.files.size).toBe(3);
    expect(captures).toMatchObject([
      {
        path: 'captures/capture.pcap0000.gz',
        size: packed.length,
        format: 'pcap',
        gzip: true,
        truncated: false,
        bundle: 'i-0a1b2c3d4e5f67890',
      },
    ]);
    expect(space.temp.owns(captures[0]!.spool)).toBe(true);
  });

  it('mentions what belongs to nothing, mildly', async () => {
    const { bundles, problems } = await single('x.tgz', { ...below('node/', NODE_FILES), 'README.md': 'hi' });
    expect(bundles).toHaveLength(1);
    expect(problems).toMatchObject([{ code: 'E_UNKNOWN_FORMAT', subject: 'x.tgz/README.md', note: true }]);
    expect(codesOf(await single('y.tgz', {}))).toEqual(['E_UNKNOWN_FORMAT']);
  });
});
