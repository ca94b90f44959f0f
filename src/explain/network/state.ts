/** Sections `dns`, `conntrack` and `ebpf`. */
import { podIdentifiers } from '../../facts/support/isolation.js';
import { podName } from '../../facts/support/nodes.js';
import type { NodeFacts } from '../../model/node.js';
import { rulesOf } from '../checks/ebpf.js';
import { place, table } from './table.js';
import type { Cell, Table } from './types.js';

export function dnsTables(node: NodeFacts): Table[] {
  const servers = node.nameservers.value.map((n): Cell[] => [
    n.address,
    nameserverMeaning(node, n.address),
    place(n.loc),
  ]);
  const services = node.services
    .filter((s) => s.port === 53)
    .map((s): Cell[] => [
      s.name,
      s.clusterIp,
      s.protocol,
      s.endpoints
        .map((e) => e.ip)
        .slice(0, 8)
        .join(' '),
      place(s.loc),
    ]);
  return [
    table(
      'nameservers',
      "nameservers of the node's resolv.conf",
      ['address', 'meaning', 'evidence'],
      servers,
    ),
    table(
      'dns_services',
      'services at port 53',
      ['service', 'cluster_ip=address', 'protocol', 'endpoints', 'evidence'],
      services,
    ),
  ];
}

function nameserverMeaning(node: NodeFacts, address: string): string {
  if (address === '169.254.169.253' || address === 'fd00:ec2::253') return 'the resolver of the VPC';
  if (address === '169.254.20.10') return 'the node-local cache';
  if (address.startsWith('127.')) return 'a resolver on the node itself';
  if (node.identity.vpcCidrs.some((cidr) => secondOf(cidr) === address)) return 'the resolver of the VPC';
  return 'another resolver';
}

/** The VPC's resolver is at the network address + 2 of its first range. */
function secondOf(cidr: string): string | null {
  const m = /^(\d+\.\d+\.\d+)\.(\d+)\/\d+$/.exec(cidr);
  return m === null ? null : `${m[1]!}.${Number(m[2]) + 2}`;
}

export function conntrackTables(node: NodeFacts): Table[] {
  const { stats, entries, count } = node.conntrack.value;
  const limits = [
    'net.netfilter.nf_conntrack_count',
    'net.netfilter.nf_conntrack_max',
    'net.netfilter.nf_conntrack_buckets',
  ];
  const sizes = limits.flatMap((name): Cell[][] => {
    const found = node.sysctl.value.get(name);
    return found === undefined ? [] : [[name, found.value, place(found.loc)]];
  });
  const groups = new Map<string, { total: number; unreplied: number; translated: number }>();
  for (const e of entries) {
    const key = `${e.proto} ${e.state ?? ''}`.trim();
    const group = groups.get(key) ?? { total: 0, unreplied: 0, translated: 0 };
    group.total += 1;
    if (e.flags.includes('UNREPLIED')) group.unreplied += 1;
    if (e.reply.src !== e.original.dst || e.reply.dst !== e.original.src) group.translated += 1;
    groups.set(key, group);
  }
  const states = [...groups]
    .sort((a, b) => b[1].total - a[1].total || (a[0] < b[0] ? -1 : 1))
    .map(([key, g]): Cell[] => [key, g.total, g.unreplied, g.translated]);
  const counters = [...stats].map(([name, { value, loc }]): Cell[] => [name, value, place(loc)]);
  return [
    table('sizes', 'size of the table', ['setting', 'value', 'evidence'], sizes),
    table(
      'states',
      `connections listed (${count}${count > entries.length ? `, the first ${entries.length} counted here` : ''})`,
      ['state', 'entries', 'unreplied', 'translated'],
      states,
    ),
    table('counters', 'counters since boot, over all CPUs', ['counter', 'value', 'evidence'], counters),
  ];
}

export function ebpfTables(node: NodeFacts): Table[] {
  const rows = node.ebpfPrograms.value.map((p): Cell[] => {
    const map = rulesOf(node, p);
    const listed = p.maps.find((m) => m.name === `${p.direction}_map`);
    const pods = node.pods.filter((pod) => podIdentifiers(pod).includes(p.podIdentifier));
    const names = pods
      .slice(0, 5)
      .map((pod) => podName(pod) ?? pod.ip)
      .join(' ');
    return [
      p.podIdentifier,
      p.direction,
      p.programId,
      listed?.id ?? null,
      map === null ? 'not in the dump' : allows(map),
      pods.length,
      names,
      place(p.loc),
    ];
  });
  const entries = node.ebpfPrograms.value.flatMap((p) => {
    const map = rulesOf(node, p);
    return (map?.entries ?? []).map((e): Cell[] => {
      const ports =
        e.startPort === 0
          ? 'any'
          : e.endPort > e.startPort
            ? `${e.startPort}-${e.endPort}`
            : String(e.startPort);
      return [p.podIdentifier, p.direction, e.key, e.protocol, ports, place(e.loc)];
    });
  });
  return [
    table(
      'programs',
      'programs of the network policy agent',
      ['pod_identifier=pods', 'direction', 'program', 'map', 'allows', 'pods=on node', 'names', 'evidence'],
      rows,
    ),
    table(
      'entries',
      'what their maps allow: the longest prefix that fits counts alone',
      ['pod_identifier=pods', 'direction', 'peer', 'protocol', 'ports', 'evidence'],
      entries,
    ),
  ];
}

function allows(map: NonNullable<ReturnType<typeof rulesOf>>): string {
  if (map.empty) return 'nothing (empty map)';
  const all = map.entries.some((e) => /^(?:0\.0\.0\.0|::)\/0$/.test(e.key) && e.protocol === 'ANY PROTOCOL');
  const peers = new Set(map.entries.map((e) => e.key)).size;
  if (all && peers === 1) return 'everything';
  return `${peers} ${peers === 1 ? 'peer' : 'peers'}${all ? ', and everything else' : ''}`;
}
