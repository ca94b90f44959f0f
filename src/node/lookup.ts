import type { Loc } from '../model/location.js';
import type { NodeFacts, Pod, Service, Tuple } from '../model/node.js';
import { indexOf } from './index-of-nodes.js';
import { contains } from './prefix.js';

/** Whose address it is. */
export type Owner =
  | { readonly kind: 'pod'; readonly node: NodeFacts; readonly pod: Pod }
  | { readonly kind: 'service'; readonly node: NodeFacts; readonly service: Service }
  | { readonly kind: 'node'; readonly node: NodeFacts; readonly device: string | null }
  /** On an ENI, and given to no pod. */
  | { readonly kind: 'eni'; readonly node: NodeFacts; readonly eniId: string }
  /** Within a CIDR of the VPC, of something no bundle tells about. */
  | { readonly kind: 'vpc'; readonly node: null; readonly cidr: string }
  | { readonly kind: 'outside-known-ranges'; readonly node: null };

export function ownerOf(nodes: readonly NodeFacts[], ip: string): Owner {
  const index = indexOf(nodes);
  const pod = index.pods.get(ip);
  if (pod !== undefined) return { kind: 'pod', ...pod };
  const service = index.services.get(ip)?.[0];
  if (service !== undefined) return { kind: 'service', ...service };
  const own = index.addresses.get(ip);
  if (own !== undefined) return { kind: 'node', ...own };
  const eni = index.eniAddresses.get(ip) ?? prefixOwner(nodes, ip);
  if (eni !== undefined) return { kind: 'eni', ...eni };
  const cidr = nodes.flatMap((node) => node.identity.vpcCidrs).find((range) => contains(range, ip));
  return cidr === undefined
    ? { kind: 'outside-known-ranges', node: null }
    : { kind: 'vpc', node: null, cidr };
}

/** Delegated prefixes list only the addresses in use. */
function prefixOwner(
  nodes: readonly NodeFacts[],
  ip: string,
): { node: NodeFacts; eniId: string } | undefined {
  for (const node of nodes) {
    for (const eni of node.introspection.value.enis) {
      if (eni.hasPrefixes && eni.cidrs.some((cidr) => contains(cidr, ip))) return { node, eniId: eni.id };
    }
  }
  return undefined;
}

export function podByIp(
  nodes: readonly NodeFacts[],
  ip: string,
): { readonly node: NodeFacts; readonly pod: Pod } | null {
  return indexOf(nodes).pods.get(ip) ?? null;
}

/** Interfaces with a MAC address: none, one, or many (Calico gives all its veths the same). */
export function interfaceByMac(
  nodes: readonly NodeFacts[],
  mac: string,
): readonly { readonly node: NodeFacts; readonly device: string }[] {
  return indexOf(nodes).macs.get(mac.toLowerCase()) ?? [];
}

/** The pod behind a host-side veth. */
export function vethPod(node: NodeFacts, veth: string): Pod | null {
  return node.pods.find((pod) => pod.veth === veth) ?? null;
}

/** What the nodes send `ip:port` to; one entry per node that knows the service, they may differ. */
export function serviceEndpoints(
  nodes: readonly NodeFacts[],
  ip: string,
  port: number,
  protocol: string,
): readonly { readonly node: NodeFacts; readonly service: Service }[] {
  const all = indexOf(nodes).services.get(ip) ?? [];
  return all.filter(({ service }) => service.port === port && service.protocol === protocol.toLowerCase());
}

/** Both sides of one translation, in the direction of the packet that was looked up. */
export interface NatMatch {
  readonly tuple: Tuple;
  /** `forward` for packets of the side that opened the flow. */
  readonly direction: 'forward' | 'return';
  readonly node: NodeFacts;
  readonly loc: Loc;
}

/** Key of `natByConntrack`: `tcp|10.0.1.9|43211|172.20.0.10|53`. */
export function tupleKey(protocol: string, tuple: Tuple): string {
  return `${protocol.toLowerCase()}|${tuple.src}|${tuple.sport}|${tuple.dst}|${tuple.dport}`;
}

/**
 * Every translated flow the nodes' connection tables list: from the five-tuple on one side of the translation to
 * the five-tuple of the same packet on the other side, both ways and in both directions.
 */
export function natByConntrack(nodes: readonly NodeFacts[]): ReadonlyMap<string, NatMatch> {
  const index = new Map<string, NatMatch>();
  for (const node of nodes) {
    for (const { proto, original, reply, loc } of node.conntrack.value.entries) {
      const translated = reverse(reply, proto);
      if (tupleKey(proto, translated) === tupleKey(proto, original)) continue;
      const add = (from: Tuple, tuple: Tuple, direction: NatMatch['direction']): void => {
        const key = tupleKey(proto, from);
        if (!index.has(key)) index.set(key, { tuple, direction, node, loc });
      };
      add(original, translated, 'forward');
      add(translated, original, 'forward');
      add(reply, reverse(original, proto), 'return');
      add(reverse(original, proto), reply, 'return');
    }
  }
  return index;
}

/** The tuple of the packets in the other direction; the id of ICMP stays in its place. */
function reverse(tuple: Tuple, protocol: string): Tuple {
  const icmp = protocol.startsWith('icmp');
  return {
    src: tuple.dst,
    dst: tuple.src,
    sport: icmp ? tuple.sport : tuple.dport,
    dport: icmp ? tuple.dport : tuple.sport,
  };
}
