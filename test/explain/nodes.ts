/** Hand-made nodes with routes, rules and a filter like those of the VPC CNI. */
import type { EbpfMap, EbpfProgram, NodeFacts, Pod } from '../../src/model/node.js';
import {
  at,
  iface,
  interfaces,
  iptables,
  node,
  ok,
  pod,
  routes,
  rules,
  sysctl,
  type NodeParts,
} from '../facts/support.js';

export const VETH_A = 'eni0000000000a';
export const VETH_B = 'eni0000000000b';

const SAVE = `*mangle
:PREROUTING ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
COMMIT
*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
COMMIT
*nat
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
:AWS-SNAT-CHAIN-0 - [0:0]
-A POSTROUTING -m comment --comment "AWS SNAT CHAIN" -j AWS-SNAT-CHAIN-0
-A AWS-SNAT-CHAIN-0 -d 10.0.0.0/16 -m comment --comment "AWS SNAT CHAIN" -j RETURN
-A AWS-SNAT-CHAIN-0 ! -o vlan+ -m comment --comment "AWS, SNAT" -m addrtype ! --dst-type LOCAL -j SNAT --to-source NODE_IP
COMMIT
`;

/** Lines of nat for a service at 172.20.0.1:80 with the endpoints, as kube-proxy writes them. */
export function serviceRules(...endpoints: string[]): string {
  const n = endpoints.length;
  const seps = endpoints.flatMap((e, i) => [
    `-A KUBE-SVC-A ${i < n - 1 ? `-m statistic --mode random --probability ${(1 / (n - i)).toFixed(5)} ` : ''}-j KUBE-SEP-${i}`,
    `-A KUBE-SEP-${i} -p tcp -m tcp -j DNAT --to-destination ${e}`,
  ]);
  const chains = ['KUBE-SVC-A', ...endpoints.map((_, i) => `KUBE-SEP-${i}`)].map((c) => `:${c} - [0:0]`);
  return [...chains, '-A PREROUTING -d 172.20.0.1/32 -p tcp -m tcp --dport 80 -j KUBE-SVC-A', ...seps].join(
    '\n',
  );
}

export interface NodeOptions {
  readonly id?: string;
  /** Third number of its addresses: `10.0.<subnet>.5` is the node. */
  readonly subnet?: number;
  readonly natRules?: string;
  readonly forward?: 'ACCEPT' | 'DROP';
  readonly lessRoutes?: readonly string[];
  readonly moreRoutes?: readonly string[];
  readonly parts?: NodeParts;
}

/** A node with two pods, `10.0.<subnet>.10` (shop/web-…-a) and `.11` (shop/db-0), on its primary ENI. */
export function vpcNode(options: NodeOptions = {}): NodeFacts {
  const { id = 'node-a', subnet = 1, natRules = '', forward = 'ACCEPT' } = options;
  const net = `10.0.${subnet}`;
  const pods: Pod[] = [
    pod(`${net}.10`, { name: 'web-7d4b9c6f5d-aaaaa', veth: VETH_A, vethFrom: 'plugin-log' }),
    pod(`${net}.11`, { name: 'db-0', veth: VETH_B, vethFrom: 'plugin-log' }),
  ];
  const lines = [
    `default via ${net}.1 dev eth0`,
    `${net}.0/24 dev eth0 proto kernel scope link src ${net}.5`,
    `${net}.10 dev ${VETH_A} scope link`,
    `${net}.11 dev ${VETH_B} scope link`,
    `local ${net}.5 dev eth0 table local proto kernel scope host src ${net}.5`,
    'local 127.0.0.1 dev lo table local proto kernel scope host src 127.0.0.1',
    ...(options.moreRoutes ?? []),
  ].filter((line) => !(options.lessRoutes ?? []).some((gone) => line.startsWith(gone)));
  const save = SAVE.replace('NODE_IP', `${net}.5`)
    .replace(':FORWARD ACCEPT [0:0]\n:OUTPUT', `:FORWARD ${forward} [0:0]\n:OUTPUT`)
    .replace('-A POSTROUTING', `${natRules === '' ? '' : `${natRules}\n`}-A POSTROUTING`);
  return node({
    id,
    routes: routes(...lines),
    rules: rules(
      '0: from all lookup local',
      `512: from all to ${net}.10 lookup main`,
      `512: from all to ${net}.11 lookup main`,
      '1024: from all fwmark 0x80/0x80 lookup main',
      '32766: from all lookup main',
      '32767: from all lookup default',
    ),
    iptables: iptables(save),
    interfaces: interfaces(
      iface('eth0', 9001, { addresses: [{ address: `${net}.5`, prefixLength: 24, family: 4 }] }),
      iface(VETH_A),
      iface(VETH_B),
      iface('lo', 65_536),
    ),
    sysctl: sysctl({
      'net.ipv4.ip_forward': '1',
      'net.ipv4.conf.all.rp_filter': '0',
      'net.ipv4.conf.eth0.rp_filter': '2',
      [`net.ipv4.conf.${VETH_A}.rp_filter`]: '0',
      [`net.ipv4.conf.${VETH_B}.rp_filter`]: '0',
    }),
    pods,
    ...options.parts,
    identity: {
      primaryIp: `${net}.5`,
      primaryInterface: 'eth0',
      vpcCidrs: ['10.0.0.0/16'],
      ...options.parts?.identity,
    },
  });
}

export interface MapEntry {
  readonly key: string;
  readonly protocol?: string;
  readonly startPort?: number;
  readonly endPort?: number;
  readonly priority?: number;
}

const DATA = 'networking/ebpf-maps-data.txt';

/** The policy agent's programs and maps of one pod identifier; an empty list is an empty map. */
export function policies(
  identifier: string,
  maps: {
    readonly ingress?: readonly MapEntry[];
    readonly egress?: readonly MapEntry[];
    readonly cluster?: readonly MapEntry[];
  },
  names: readonly string[] = [],
): Pick<NodeFacts, 'ebpfPrograms' | 'ebpfMaps'> {
  const programs: EbpfProgram[] = [];
  const contents = new Map<number, EbpfMap>();
  let id = 10;
  for (const direction of ['ingress', 'egress'] as const) {
    const entries = maps[direction];
    if (entries === undefined) continue;
    const own = [{ name: `${direction}_map`, id: id++ }, ...names.map((name) => ({ name, id: id++ }))];
    contents.set(own[0]!.id, mapOf(own[0]!.id, entries));
    if (maps.cluster !== undefined) {
      const cluster = { name: `cp_${direction}_map`, id: id++ };
      own.push(cluster);
      contents.set(cluster.id, mapOf(cluster.id, maps.cluster));
    }
    programs.push({
      podIdentifier: identifier,
      direction,
      programId: 50 + id,
      maps: own,
      loc: at('networking/ebpf-data.txt', 3),
    });
  }
  return { ebpfPrograms: ok(programs, 'networking/ebpf-data.txt'), ebpfMaps: ok(contents, DATA) };
}

function mapOf(id: number, entries: readonly MapEntry[]): EbpfMap {
  return {
    id,
    empty: entries.length === 0,
    entries: entries.map((e, i) => ({
      key: e.key,
      protocol: e.protocol ?? 'ANY PROTOCOL',
      startPort: e.startPort ?? 0,
      endPort: e.endPort ?? 0,
      priority: e.priority ?? null,
      loc: at(DATA, 2 + i),
    })),
    loc: at(DATA, 1),
  };
}
