/** Packets that stand for a node's pod traffic, where no flow is in question. */
import type { CtState, SimPacket } from '../../simulate/index.js';
import type { Family, NodeFacts, Pod } from '../../model/node.js';
import type { FactContext } from '../types.js';
import { contains } from '../../node/prefix.js';
import { familyOf } from './addresses.js';
import { arrivalInterface } from './nodes.js';

export interface Sample {
  readonly direction: 'out' | 'in' | 'local';
  readonly pod: Pod;
  readonly packet: SimPacket;
}

export interface Tuple {
  readonly protocol: SimPacket['protocol'];
  readonly sport: number;
  readonly dport: number;
  readonly ctstate: CtState;
}

export const PLAIN: Tuple = { protocol: 'tcp', sport: 43_211, dport: 8080, ctstate: 'NEW' };
const MAX_PODS = 20;

/** `10.0.0.0/16` → `10.0.255.250`: an address of the range that is hardly one of this node's. */
function addressIn(cidr: string): string | null {
  const match = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\/(\d+)$/.exec(cidr);
  if (match === null)
    return cidr.includes(':') ? (cidr.split('/')[0]?.replace(/::$/, '::fffa') ?? null) : null;
  const bits = Number(match[5]);
  const value = match.slice(1, 5).reduce((sum, part) => sum * 256 + Number(part), 0);
  const size = 2 ** (32 - bits);
  const host = Math.floor(value / size) * size + Math.max(0, size - 6);
  return [24, 16, 8, 0].map((shift) => Math.floor(host / 2 ** shift) % 256).join('.');
}

/** Addresses elsewhere that pods of the node may talk to: pods of other nodes first, then the VPC. */
export function remoteAddresses(
  context: FactContext,
  node: NodeFacts,
  family: Family,
  extra: readonly string[] = [],
): string[] {
  const others = context.nodes
    .filter((other) => other.id !== node.id)
    .flatMap((other) => other.pods.slice(0, 3).map((pod) => pod.ip));
  const ranges = [
    ...extra,
    ...node.identity.vpcCidrs,
    ...(family === 4 ? ['10.0.0.0/8', '172.16.0.0/12'] : ['fd00::/8']),
  ];
  const inRanges = ranges.flatMap((cidr) => (cidr.includes('/') ? (addressIn(cidr) ?? []) : cidr));
  const outside = family === 4 ? '203.0.113.9' : '2001:db8::9';
  return [...new Set([...others, ...inRanges, outside])].filter(
    (ip) => familyOf(ip) === family && !node.pods.some((pod) => contains(pod.ip, ip)),
  );
}

/** New packets from pods to elsewhere, from elsewhere to pods, and between pods of the node. */
export function samples(
  node: NodeFacts,
  family: Family,
  remotes: readonly string[],
  tuple: Tuple = PLAIN,
): Sample[] {
  const pods = node.pods
    .filter((pod) => familyOf(pod.ip) === family && pod.veth !== null && !pod.branchEni)
    .slice(0, MAX_PODS);
  const list: Sample[] = [];
  for (const pod of pods) {
    const arrival = arrivalInterface(node, pod);
    for (const remote of remotes) {
      list.push({
        direction: 'out',
        pod,
        packet: { family, src: pod.ip, dst: remote, iif: pod.veth, ...tuple },
      });
      if (arrival !== null) {
        list.push({
          direction: 'in',
          pod,
          packet: { family, src: remote, dst: pod.ip, iif: arrival, ...tuple },
        });
      }
    }
    const neighbour = pods.find((other) => other !== pod);
    if (neighbour !== undefined) {
      list.push({
        direction: 'local',
        pod,
        packet: { family, src: pod.ip, dst: neighbour.ip, iif: pod.veth, ...tuple },
      });
    }
  }
  return list;
}
