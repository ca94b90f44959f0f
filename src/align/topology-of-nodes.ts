import { eniInterface, interfaceKind, primaryInterface } from '../facts/support/nodes.js';
import { PROTO_ICMP, PROTO_ICMPV6, PROTO_SCTP, PROTO_TCP, PROTO_UDP } from '../model/capture.js';
import type { NetInterface, NodeFacts, Tuple } from '../model/node.js';
import type { FlowEnd } from '../model/trace.js';
import { natByConntrack, serviceEndpoints, tupleKey } from '../node/lookup.js';
import type { FiveTuple, Topology, TopologyNode } from './topology.js';

const NAMES: Readonly<Record<number, string>> = {
  [PROTO_TCP]: 'tcp',
  [PROTO_UDP]: 'udp',
  [PROTO_ICMP]: 'icmp',
  [PROTO_ICMPV6]: 'icmpv6',
  [PROTO_SCTP]: 'sctp',
};

/** What the bundles know that alignment can use. `egress` answers which interface a pod's packet leaves by. */
export function topologyOfNodes(
  nodes: readonly NodeFacts[],
  egress: (node: NodeFacts, podIp: string, destination: string) => string | null,
): Topology {
  const nat = natByConntrack(nodes);
  const byId = new Map(nodes.map((n) => [n.id, n]));
  return {
    nodes: nodes.map(describe),
    translate(t) {
      const name = NAMES[t.protocol];
      if (name === undefined) return null;
      const found = nat.get(tupleKey(name, toTuple(t)));
      return found?.direction === 'forward' ? fromTuple(t.protocol, found.tuple) : null;
    },
    endpoints(protocol, address) {
      const name = NAMES[protocol];
      if (name === undefined) return [];
      const out = new Map<string, FlowEnd>();
      for (const { service } of serviceEndpoints(nodes, address.ip, address.port, name))
        for (const e of service.endpoints) out.set(`${e.ip} ${e.port}`, { ip: e.ip, port: e.port });
      return [...out.values()];
    },
    egressInterface(node, podIp, destination) {
      const facts = byId.get(node);
      const name = facts === undefined ? null : egress(facts, podIp, destination);
      if (facts === undefined || name === null) return null;
      // What a tunnel takes in leaves the node wrapped, by the node's own interface.
      return interfaceKind(facts, name) === 'overlay' ? primaryInterface(facts) : name;
    },
    ingressInterface(node, podIp) {
      const facts = byId.get(node);
      const pod = facts?.pods.find(({ ip }) => ip === podIp);
      return facts === undefined || pod === undefined ? null : eniInterface(facts, pod);
    },
  };
}

/** ICMP flows carry the identifier as both ports, conntrack as the source port alone. */
function isEcho(protocol: number): boolean {
  return protocol === PROTO_ICMP || protocol === PROTO_ICMPV6;
}

function toTuple(t: FiveTuple): Tuple {
  return { src: t.src.ip, dst: t.dst.ip, sport: t.src.port, dport: isEcho(t.protocol) ? 0 : t.dst.port };
}

function fromTuple(protocol: number, t: Tuple): FiveTuple {
  return {
    protocol,
    src: { ip: t.src, port: t.sport },
    dst: { ip: t.dst, port: isEcho(protocol) ? t.sport : t.dport },
  };
}

function describe(n: NodeFacts): TopologyNode {
  const veths = new Set(n.pods.map((p) => p.veth));
  const { identity } = n;
  const own = new Set<string>();
  for (const i of n.interfaces.value)
    for (const a of i.addresses) if (!isLoopback(a.address)) own.add(a.address);
  for (const r of n.routes.value)
    if (r.type === 'local' && r.prefixLength === 32 && !isLoopback(r.dst))
      own.add(r.dst.replace(/\/32$/, ''));
  if (identity.primaryIp !== null) own.add(identity.primaryIp);
  const host = identity.hostname;
  return {
    id: n.id,
    aliases: [identity.instanceId, host, host?.split('.')[0] ?? null].filter(
      (a): a is string => a !== null && a !== '',
    ),
    addresses: [...own],
    pods: n.pods.map((p) => ({ ip: p.ip, veth: p.veth, name: p.name })),
    interfaces: n.interfaces.value.map((i) => ({ name: i.name, mac: i.mac, kind: kindOf(i, veths) })),
  };
}

function isLoopback(ip: string): boolean {
  return ip.startsWith('127.') || ip === '::1' || ip.startsWith('fe80:');
}

function kindOf(i: NetInterface, veths: ReadonlySet<string | null>): 'veth' | 'eni' | 'other' {
  if (veths.has(i.name) || /^(?:eni|vlan|cali|lxc)[0-9a-f]{8,}|^veth/.test(i.name)) return 'veth';
  return /^(?:eth|ens|enp|eno|em)\d/.test(i.name) || /^vlan\.eth\./.test(i.name) ? 'eni' : 'other';
}
