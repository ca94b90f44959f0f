import { describe, expect, it } from 'vitest';
import { CONNTRACK, ENIS_17, IFCONFIG_NEW, METRICS } from '../artifacts/samples.js';
import { factsOf } from './support.js';

const TRAILER = '=======\nTotal Number of Rules: 0\n';
const LIST = `Chain FORWARD (policy DROP 812 packets, 48720 bytes)
 pkts bytes target     prot opt in     out     source               destination         
   10   600 ACCEPT     all  --  *      *       10.0.0.0/8           0.0.0.0/0           
=======
Total Number of Rules: 1
`;
const SAVE = `*filter
:FORWARD DROP [0:0]
-A FORWARD -s 10.0.0.0/8 -j ACCEPT
COMMIT
`;

describe('states of collected artifacts', () => {
  it('tells missing, empty, unreadable, truncated and ok apart', async () => {
    const facts = await factsOf(
      {
        'networking/ifconfig.txt': '',
        'networking/iproute.txt': ' \n\n',
        'networking/iprule.txt': 'bash: ip: command not found\n',
        'networking/conntrack.txt': CONNTRACK.trimEnd().slice(0, -20),
        'ipamd/enis.json': 'Not Found\n',
        'ipamd/metrics.json': '<html><body>502</body></html>\n',
        'system/ps.txt': Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 0, 1]),
        'networking/resolv.conf': 'nameserver 10.0.0.2\nnonsense\n',
      },
      { truncated: ['networking/resolv.conf'] },
    );
    expect(facts.interfaces).toEqual({
      state: 'empty',
      file: 'root/networking/ifconfig.txt',
      value: [],
      note: 'nothing is in it',
    });
    expect(facts.routes.state).toBe('empty');
    expect(facts.rules).toMatchObject({ state: 'unreadable', note: 'it reads: bash: ip: command not found' });
    expect(facts.conntrack).toMatchObject({ state: 'truncated', note: 'the end of the file is cut off' });
    expect(facts.conntrack.value.entries).toHaveLength(4);
    expect(facts.introspection.state).toBe('unreadable');
    expect(facts.ipamdMetrics.state).toBe('unreadable');
    expect(facts.processes).toMatchObject({ state: 'unreadable', note: 'binary data' });
    expect(facts.nameservers).toMatchObject({
      state: 'truncated',
      note: 'the end of the file is cut off; 1 lines or entries were not understood',
    });
    expect(facts.checkpoint).toEqual({ state: 'missing', file: 'ipamd/ipam.json', value: [] });
    expect(facts.problems).toEqual([]);
  });

  it('reports a file whose content is not what its name promises', async () => {
    const facts = await factsOf({ 'networking/iproute.txt': 'The quick brown fox\n' });
    expect(facts.problems).toMatchObject([{ code: 'E_PARSE', subject: 'root/networking/iproute.txt' }]);
  });

  it('does not take a document that is cut within its first piece for an empty one', async () => {
    const facts = await factsOf({
      'ipamd/enis.json': ENIS_17.slice(0, 200),
      'ipamd/ipam.json': '{"version":"vpc',
    });
    expect(facts.introspection).toMatchObject({
      state: 'unreadable',
      note: expect.stringMatching(/^it is cut off; it reads/),
    });
    expect(facts.checkpoint.state).toBe('unreadable');
  });

  it('reports a file that vanished, without its path on this machine', async () => {
    const { bundle } = await factsOf({ 'ipamd/metrics.json': METRICS });
    const file = bundle.files.get('ipamd/metrics.json')!;
    const broken = new Map([['ipamd/metrics.json', { ...file, spool: `${file.spool}.gone` }]]);
    const { buildNode } = await import('../../src/node/build.js');
    const { DEFAULT_LIMITS } = await import('../../src/limits.js');
    const { facts, problems } = await buildNode({ ...bundle, files: broken }, DEFAULT_LIMITS);
    expect(facts.ipamdMetrics).toMatchObject({ state: 'unreadable', note: 'it could not be read (ENOENT)' });
    expect(problems).toMatchObject([{ code: 'E_UNREADABLE', subject: 'root/ipamd/metrics.json' }]);
    expect(JSON.stringify({ problems, facts })).not.toContain(file.spool);
  });

  it('reports lines that were cut', async () => {
    const facts = await factsOf({ 'ipamd/metrics.json': `${METRICS}${'x'.repeat(100_000)}\n` });
    expect(facts.problems.map((p) => p.code)).toEqual(['E_LINE_TOO_LONG']);
    expect(facts.ipamdMetrics.state).toBe('ok');
  });
});

describe('iptables', () => {
  it('takes 0 rules without a chain for not collected', async () => {
    const facts = await factsOf({
      'networking/iptables-filter.txt': TRAILER,
      'networking/iptables-nat.txt': TRAILER,
    });
    expect(facts.iptables).toMatchObject({ state: 'empty', file: 'root/networking/iptables-filter.txt' });
    expect(facts.iptables.value.tables.size).toBe(0);
  });

  it('joins the counters of the list files to the rules of iptables-save', async () => {
    const facts = await factsOf({
      'networking/iptables-save.txt': SAVE,
      'networking/iptables-filter.txt': LIST,
    });
    const chain = facts.iptables.value.tables.get('filter')!.chains.get('FORWARD')!;
    expect(facts.iptables.state).toBe('ok');
    expect(chain).toMatchObject({ policy: 'DROP', policyPackets: 812 });
    expect(chain.rules[0]).toMatchObject({
      packets: 10,
      loc: { file: 'root/networking/iptables-save.txt', line: 3 },
    });
  });

  it('serves the second copy of the filter table, and lists alone', async () => {
    const facts = await factsOf({
      'networking/iptables-filter.txt': TRAILER,
      'networking/iptables.txt': LIST,
    });
    expect(facts.iptables).toMatchObject({ state: 'ok', file: 'root/networking/iptables.txt' });
    expect(facts.iptables.note).toBe('read from the list files (filter); iptables-save is missing');
    expect(facts.iptables.value.tables.get('filter')!.chains.get('FORWARD')!.policy).toBe('DROP');
  });

  it('does not take a warning alone for an empty firewall, and sees a cut table', async () => {
    const warning = '# Warning: iptables-legacy tables present, use iptables-legacy-save to see them\n';
    const facts = await factsOf({ 'networking/iptables-save.txt': warning });
    expect(facts.iptables).toMatchObject({ state: 'empty', value: { otherBackendPresent: true } });
    const cut = await factsOf({ 'networking/iptables-save.txt': SAVE.slice(0, -8) });
    expect(cut.iptables.state).toBe('truncated');
  });
});

describe('other kinds of bundles', () => {
  it('reads the flat names of Bottlerocket', async () => {
    const facts = await factsOf(
      {
        'iptables-filter': LIST,
        dmesg: '[    0.000000] DMI: Amazon EC2 m6i.large/, BIOS 1.0 10/16/2017\n',
        'os-release': 'ID=bottlerocket\n',
      },
      { kind: 'bottlerocket' },
    );
    expect(facts.iptables.state).toBe('ok');
    expect(facts.identity).toMatchObject({ os: 'bottlerocket', instanceType: 'm6i.large' });
    expect(facts.routes).toMatchObject({ state: 'missing', file: 'networking/iproute.txt' });
  });

  it('reads the support archive of CNI <= 1.5, its root stripped or not', async () => {
    const heading = '=============================================\nip route show table all\n';
    const routes = `${heading}default via 10.0.1.1 dev eth0 \n10.0.1.9 dev eni18582a65b10 scope link \n`;
    for (const root of ['', 'var/log/aws-routed-eni/']) {
      const facts = await factsOf(
        {
          [`${root}route.out`]: routes,
          [`${root}iprule.out`]: '0:\tfrom all lookup local \n512:\tfrom all to 10.0.1.9 lookup main \n',
          [`${root}ifconfig.out`]: IFCONFIG_NEW,
          [`${root}eni.out`]: ENIS_17,
          [`${root}sysctls.out`]: '/proc/sys/net/ipv4/conf/eth0/rp_filter = 1\n',
        },
        { kind: 'cni-support' },
      );
      expect(facts.routes).toMatchObject({
        state: 'ok',
        value: [{ dev: 'eth0' }, { dev: 'eni18582a65b10' }],
      });
      expect(facts.routes.note).toBeUndefined();
      expect(facts.sysctl.value.get('net.ipv4.conf.eth0.rp_filter')?.value).toBe('1');
      expect(facts.pods).toMatchObject([
        { ip: '10.0.1.9', veth: 'eni18582a65b10', vethFrom: 'route', deviceNumber: 0 },
      ]);
    }
  });
});

describe('junk everywhere', () => {
  const paths = [
    ...[
      'iptables-save',
      'iptables-filter',
      'iptables-nat',
      'ip6tables-save',
      'iproute',
      'ip6route',
      'iprule',
      'ip6rule',
    ],
    ...[
      'ipset',
      'ipvsadm',
      'ifconfig',
      'conntrack',
      'conntrack6',
      'ethtool',
      'curl_api_server',
      'ebpf-data',
      'ebpf-maps-data',
    ],
  ].map((name) => `networking/${name}.txt`);
  const others = [
    ...[
      'networking/resolv.conf',
      'sysctls/sysctl_all.txt',
      'ipamd/enis.json',
      'ipamd/ipam.json',
      'ipamd/metrics.json',
    ],
    ...[
      'ipamd/ipamd-env-settings.json',
      'cni/10-aws.conflist',
      'cni/cni-configuration-variables-containerd.json',
    ],
    ...[
      'var_log/aws-routed-eni/ipamd.log',
      'var_log/aws-routed-eni/plugin.log',
      'kubelet/kubelet.log',
      'system/ps.txt',
    ],
    ...[
      'kubelet/kubeconfig.yaml',
      'containerd/containerd-images.txt',
      'kernel/uname.txt',
      'kernel/dmesg.current',
    ],
    ...['system/instance-id.txt', 'var_log/kube-proxy-x_kube-system_kube-proxy-0a.log'],
  ];

  it.each([
    ['binary data', Buffer.from(Array.from({ length: 9000 }, (_, i) => (i * 131) % 256))],
    ['one long line', 'a '.repeat(600_000)],
    ['deep JSON', '{"__proto__":'.repeat(50_000)],
    [
      'numbers beyond all bounds',
      '999999999999999999999: from all to 999.999.999.999 lookup 99999999999999999999\n'.repeat(50),
    ],
    ['escape sequences', '\u001b[2J\u001b]0;x\u0007\r\n'.repeat(500)],
  ])('of %s makes no artifact known and no exception', async (_what, content) => {
    const facts = await factsOf(Object.fromEntries([...paths, ...others].map((name) => [name, content])));
    expect(facts.pods).toEqual([]);
    expect(facts.services).toEqual([]);
    expect(Object.values(facts.identity).filter((value) => typeof value === 'string')).toEqual([]);
    for (const key of [
      'iptables',
      'routes',
      'interfaces',
      'introspection',
      'checkpoint',
      'sysctl',
      'ethtool',
    ] as const) {
      expect(['unreadable', 'empty'], key).toContain(facts[key].state);
    }
  });
});
