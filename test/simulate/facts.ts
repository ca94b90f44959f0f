import { parseIpRoutes } from '../../src/artifacts/ip-route.js';
import { parseIpRules } from '../../src/artifacts/ip-rule.js';
import { parseIpSets } from '../../src/artifacts/ipset.js';
import { parseIptablesSave } from '../../src/artifacts/iptables-save.js';
import type { Collected } from '../../src/model/location.js';
import type { NetInterface, NodeFacts } from '../../src/model/node.js';

/** Texts of the files that the simulation reads; a file that is not given is missing. */
export interface NodeTexts {
  readonly iptables?: string;
  readonly ip6tables?: string;
  readonly rules?: string;
  readonly rules6?: string;
  readonly routes?: string;
  readonly routes6?: string;
  readonly sysctl?: string;
  readonly ipset?: string;
  readonly interfaces?: readonly { name: string; addresses: readonly string[] }[];
  readonly primaryIp?: string;
}

function collected<T>(
  text: string | undefined,
  file: string,
  empty: T,
  parse: (text: string) => T,
): Collected<T> {
  return text === undefined
    ? { state: 'missing', file, value: empty }
    : { state: 'ok', file, value: parse(text) };
}

function missing<T>(file: string, value: T): Collected<T> {
  return { state: 'missing', file, value };
}

function readSysctl(text: string, file: string): NodeFacts['sysctl']['value'] {
  const values = new Map<string, { value: string; loc: { file: string; line: number } }>();
  text.split('\n').forEach((line, at) => {
    const [key, value] = line.split(' = ');
    if (key !== undefined && value !== undefined) values.set(key, { value, loc: { file, line: at + 1 } });
  });
  return values;
}

function readInterfaces(list: NonNullable<NodeTexts['interfaces']>): NetInterface[] {
  return list.map(({ name, addresses }) => ({
    name,
    mac: null,
    mtu: null,
    flags: [],
    addresses: addresses.map((word) => ({
      address: word.split('/')[0]!,
      prefixLength: Number(word.split('/')[1]),
      family: word.includes(':') ? 6 : 4,
    })),
    rxPackets: null,
    txPackets: null,
    rxErrors: null,
    rxDropped: null,
    txErrors: null,
    txDropped: null,
    loc: { file: 'ifconfig.txt', line: 1 },
  }));
}

/** Facts of a node of which only the network's files are known. */
export function nodeFacts(texts: NodeTexts): NodeFacts {
  const { interfaces } = texts;
  const none = new Map<string, never>();
  return {
    id: 'node',
    identity: {
      instanceId: null,
      instanceType: null,
      region: null,
      zone: null,
      hostname: null,
      primaryIp: texts.primaryIp ?? null,
      primaryMac: null,
      primaryInterface: 'eth0',
      vpcId: null,
      subnetId: null,
      vpcCidrs: [],
      enis: [],
      cniVersion: null,
      nodeAgentVersion: null,
      kubernetesVersion: null,
      kernel: null,
      os: null,
      ami: null,
      clusterName: null,
    },
    collectedAt: null,
    iptables: collected(texts.iptables, 'iptables-save.txt', parseIptablesSave('', '', 4), (t) =>
      parseIptablesSave(t, 'iptables-save.txt', 4),
    ),
    ip6tables: collected(texts.ip6tables, 'ip6tables-save.txt', parseIptablesSave('', '', 6), (t) =>
      parseIptablesSave(t, 'ip6tables-save.txt', 6),
    ),
    routes: collected(texts.routes, 'iproute.txt', [], (t) => parseIpRoutes(t, 'iproute.txt', 4)),
    routes6: collected(texts.routes6, 'ip6route.txt', [], (t) => parseIpRoutes(t, 'ip6route.txt', 6)),
    rules: collected(texts.rules, 'iprule.txt', [], (t) => parseIpRules(t, 'iprule.txt', 4)),
    rules6: collected(texts.rules6, 'ip6rule.txt', [], (t) => parseIpRules(t, 'ip6rule.txt', 6)),
    ipsets: collected(texts.ipset, 'ipset.txt', new Map(), (t) => parseIpSets(t, 'ipset.txt')),
    interfaces:
      interfaces === undefined
        ? missing('ifconfig.txt', [])
        : { state: 'ok', file: 'ifconfig.txt', value: readInterfaces(interfaces) },
    conntrack: missing('conntrack.txt', { stats: new Map(), count: 0, entries: [] }),
    ethtool: missing('ethtool.txt', new Map()),
    sysctl: collected(texts.sysctl, 'sysctl_all.txt', none, (t) => readSysctl(t, 'sysctl_all.txt')),
    introspection: missing('enis.json', { totalIps: 0, assignedIps: 0, enis: [] }),
    checkpoint: missing('ipam.json', []),
    ipamdMetrics: missing('metrics.json', none),
    cniContainers: missing('cni', []),
    cniConfigs: [],
    wiring: missing('plugin.log', []),
    ebpfPrograms: missing('ebpf-data.txt', []),
    ebpfMaps: missing('ebpf-maps-data.txt', new Map()),
    apiServer: missing('curl_api_server.txt', {
      url: null,
      attempts: 0,
      reached: 0,
      errors: [],
      clockSkewSeconds: null,
    }),
    nameservers: missing('resolv.conf', []),
    images: missing('containerd-images.txt', []),
    processes: missing('ps.txt', []),
    pods: [],
    services: [],
    kubeProxyMode: 'iptables',
  };
}
