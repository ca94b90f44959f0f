import { describe, expect, it } from 'vitest';
import { hostVethName } from '../../src/node/veth-name.js';
import { CHECKPOINT, ENIS_19, IFCONFIG_NEW, IPAMD_LOG, PLUGIN_LOG } from '../artifacts/samples.js';
import { factsOf } from './support.js';

const PLUGIN = 'var_log/aws-routed-eni/plugin.log';
const RULES = `0:\tfrom all lookup local
10:\tfrom all iif vlan.eth.1 lookup 101
10:\tfrom all iif vlan33333333333 lookup 101
20:\tfrom all lookup local
512:\tfrom all to 10.0.1.9 lookup main
512:\tfrom all to 10.0.1.10 lookup main
1024:\tfrom all fwmark 0x80/0x80 lookup main
1536:\tfrom 10.0.1.10 lookup 2
32766:\tfrom all lookup main
`;
const ROUTES = `default via 10.0.0.1 dev ens5 proto dhcp src 10.0.1.5 metric 512
10.0.0.1 dev ens5 proto dhcp scope link src 10.0.1.5 metric 512
10.0.1.9 dev eni18582a65b10 scope link
10.0.1.10 dev eni22222222222 scope link
169.254.170.23 dev pod-id-link0
default via 10.0.0.1 dev ens6 table 2
10.0.0.1 dev ens6 table 2 scope link
default via 10.0.64.1 dev vlan.eth.1 table 101
10.0.64.77 dev vlan33333333333 table 101 scope link
local 10.0.1.5 dev ens5 table local proto kernel scope host src 10.0.1.5
`;

describe('names of veths', () => {
  it.each([
    ['kube-system', 'coredns-57ff979f67-qqbdh', 0, 'enib5faff8a083'],
    ['shop', 'cart-0', 0, 'eni18582a65b10'],
    ['shop', 'cart-0', 1, 'eni5191ac26994'],
    ['tasks', 'task-6c172eb8-c201-4374-b070-c19215333aac-hvds4', 0, 'eni6dcc57d426e'],
  ])('of %s/%s, interface %i: %s', (namespace, pod, index, name) => {
    expect(hostVethName('eni', namespace, pod, index)).toBe(name);
  });
});

describe('pods of a node', () => {
  it('joins primary, secondary and branch ENI pods', async () => {
    const { pods } = await factsOf({
      'networking/iprule.txt': RULES,
      'networking/iproute.txt': ROUTES,
      'ipamd/enis.json': ENIS_19,
      [PLUGIN]: PLUGIN_LOG.split('\n').slice(0, 8).join('\n'),
    });
    expect(pods.map(({ loc: _loc, allocatedAt: _at, ...pod }) => pod)).toEqual([
      {
        ip: '10.0.1.9',
        namespace: 'shop',
        name: 'cart-0',
        veth: 'eni18582a65b10',
        vethFrom: 'plugin-log',
        eniId: 'eni-0a1b2c3d4e5f67890',
        deviceNumber: 0,
        table: 'main',
        branchEni: false,
      },
      {
        ip: '10.0.1.10',
        namespace: 'shop',
        name: 'web-1',
        veth: 'eni22222222222',
        vethFrom: 'plugin-log',
        eniId: 'eni-0b1b2c3d4e5f67891',
        deviceNumber: 1,
        table: '2',
        branchEni: false,
      },
      {
        ip: '10.0.64.77',
        namespace: 'shop',
        name: 'db-0',
        veth: 'vlan33333333333',
        vethFrom: 'plugin-log',
        eniId: null,
        deviceNumber: null,
        table: '101',
        branchEni: true,
      },
    ]);
  });

  it('knows a pod whose route is gone, from its rule and the checkpoint', async () => {
    const { pods } = await factsOf({
      'networking/iprule.txt': RULES,
      'networking/iproute.txt': ROUTES.replace('10.0.1.9 dev eni18582a65b10 scope link\n', ''),
      'ipamd/ipam.json': CHECKPOINT,
    });
    const pod = pods.find((p) => p.ip === '10.0.1.9');
    expect(pod).toMatchObject({
      name: 'cart-0',
      veth: null,
      vethFrom: null,
      loc: { file: 'root/ipamd/ipam.json', line: 2 },
    });
  });

  it('takes the hash for a hint only where such an interface exists', async () => {
    const named = { 'ipamd/ipam.json': CHECKPOINT };
    const withInterface = await factsOf({ ...named, 'networking/ifconfig.txt': IFCONFIG_NEW });
    expect(withInterface.pods[0]).toMatchObject({
      name: 'cart-0',
      veth: 'eni18582a65b10',
      vethFrom: 'hash',
      table: null,
    });
    const without = await factsOf(named);
    expect(without.pods[0]).toMatchObject({ veth: null, vethFrom: null });
  });

  it('does not give a pod the veth that the address had with another pod', async () => {
    const { pods } = await factsOf({
      'ipamd/ipam.json': CHECKPOINT,
      'networking/iproute.txt': ROUTES.replace('eni22222222222', 'eni99999999999'),
      [PLUGIN]: PLUGIN_LOG.split('\n').slice(0, 6).join('\n').replaceAll('bbbb02', '6f2ca2a2x'),
    });
    expect(pods.find((p) => p.ip === '10.0.1.10')).toMatchObject({
      veth: 'eni99999999999',
      vethFrom: 'route',
    });
  });

  it('drops a wiring that outlived its pod: nothing knows the address and the veth is gone', async () => {
    const log = { [PLUGIN]: PLUGIN_LOG.split('\n').slice(0, 6).join('\n') };
    const gone = await factsOf({ ...log, 'networking/ifconfig.txt': IFCONFIG_NEW });
    expect(gone.pods.map((p) => p.name)).toEqual(['cart-0']);
    const unknown = await factsOf(log);
    expect(unknown.pods.map((p) => [p.name, p.veth])).toEqual([
      ['web-1', 'eni22222222222'],
      ['cart-0', 'eni18582a65b10'],
    ]);
  });

  it('takes neither gateways nor link-local addresses for pods', async () => {
    const { pods } = await factsOf({ 'networking/iproute.txt': ROUTES });
    expect(pods.map((p) => p.ip)).toEqual(['10.0.1.9', '10.0.1.10', '10.0.64.77']);
  });

  it('reads pods of Calico and of IPv6 clusters', async () => {
    const calico = await factsOf({
      'networking/iproute.txt': '192.168.16.5 dev cali19278e740aa scope link \n',
    });
    expect(calico.pods).toMatchObject([
      { ip: '192.168.16.5', veth: 'cali19278e740aa', eniId: null, deviceNumber: null },
    ]);
    const v6 = await factsOf({
      'networking/ip6route.txt':
        '2600:1f13::9 dev eni18582a65b10 metric 1024 pref medium\nfe80::/64 dev ens5 proto kernel metric 256 pref medium\n',
      'networking/ip6rule.txt': '0:\tfrom all lookup local\n512:\tfrom all to 2600:1f13::9 lookup main\n',
    });
    expect(v6.pods).toMatchObject([
      { ip: '2600:1f13::9', veth: 'eni18582a65b10', table: 'main', deviceNumber: 0 },
    ]);
  });

  it('names the ENI from the log of ipamd where introspection is empty', async () => {
    const facts = await factsOf({
      'networking/iprule.txt': RULES,
      'networking/iproute.txt': ROUTES,
      'ipamd/enis.json': '',
      'var_log/aws-routed-eni/ipamd.log': IPAMD_LOG,
    });
    expect(facts.pods.find((p) => p.ip === '10.0.1.10')).toMatchObject({
      eniId: 'eni-0b1b2c3d4e5f67891',
      deviceNumber: 1,
    });
  });
});
