import { PROTO_ICMPV6, PROTO_ICMP } from '../model/capture.js';
import type { Conversation } from './conversations.js';
import type { IcmpError } from './legs.js';
import type { Path, Station } from './paths.js';
import { isInitialTtl } from './taps.js';
import type { TcpState } from './tcp-state.js';
import type { Topology } from './topology.js';

/** Where along the way from client to server something happened. */
export type Stretch = 'near_pod' | 'near_node' | 'vpc' | 'far_node' | 'far_pod' | 'unknown';

export interface Refusal {
  readonly by: 'rst' | 'icmp';
  readonly icmpType: number | null;
  readonly icmpCode: number | null;
  readonly sender: string;
  /** First station on the way back that saw it. */
  readonly firstSeen: Station;
  readonly stretch: Stretch;
}

/** A reset in place of a SYN-ACK, or an ICMP error about the client's packets: who sent it. */
export function findRefusal(
  c: Conversation,
  path: Path,
  state: TcpState | null,
  topology: Topology,
): Refusal | null {
  return (state === null ? null : resetRefusal(c, path, state)) ?? icmpRefusal(c, path, topology);
}

function resetRefusal(c: Conversation, path: Path, state: TcpState): Refusal | null {
  let first = -1;
  for (let k = path.points.length - 1; k >= 0; k--)
    if (state.refusedAt[k]) {
      first = k;
      break;
    }
  if (first < 0) return null;
  const station = path.points[first]!.station;
  return {
    by: 'rst',
    icmpType: null,
    icmpCode: null,
    sender: (c.translated?.server ?? c.server).ip,
    firstSeen: station,
    stretch: madeBetween(path, first, state.refusalTtl[first]!),
  };
}

/** The stretch in which an answer was made that point `first` is the first to see, on its way to the client. */
function madeBetween(path: Path, first: number, ttl: number): Stretch {
  const station = path.points[first]!.station;
  const beyond = path.points[first + 1]?.station ?? null;
  if (station === 'far_veth') return 'far_pod';
  if (beyond !== null) {
    if (station === 'far_eni') return 'far_node';
    if (station === 'near_eni' && beyond === 'far_eni') return 'vpc';
    if (station === 'near_veth' && beyond === 'near_eni') return 'near_node';
    if (station === 'near_veth' && path.sameNode) return 'near_node';
  }
  // No capture beyond: count how often the answer was forwarded (the VPC itself does not count).
  const hops = isInitialTtl(ttl) ? 0 : isInitialTtl(ttl + 1) ? 1 : isInitialTtl(ttl + 2) ? 2 : null;
  if (station === 'far_eni') return hops === 1 ? 'far_pod' : hops === 0 ? 'far_node' : 'unknown';
  if (station === 'near_eni') return hops === 1 ? 'far_pod' : hops === 0 ? 'far_node' : 'unknown';
  if (hops === 0) return 'near_node';
  if (hops === 1) return path.sameNode ? 'far_pod' : 'far_node';
  return hops === 2 ? 'far_pod' : 'unknown';
}

/** Errors that tell a sender to use smaller packets are no refusal. */
export function isPacketTooBig(protocol: number, e: IcmpError): boolean {
  return icmpFamily(protocol, e) === 6 ? e.type === 2 : e.type === 3 && e.code === 4;
}

function icmpFamily(protocol: number, e: IcmpError): 4 | 6 {
  if (protocol === PROTO_ICMPV6) return 6;
  return protocol === PROTO_ICMP ? 4 : e.sender.includes(':') ? 6 : 4;
}

function icmpRefusal(c: Conversation, path: Path, topology: Topology): Refusal | null {
  const errors = c.errors.filter((e) => !isPacketTooBig(c.protocol, e));
  if (errors.length === 0) return null;
  const stationOf = (e: IcmpError): number => path.points.findIndex((p) => p.taps.some((t) => t.index === e.tap));
  let first: { e: IcmpError; k: number } | null = null;
  for (const e of errors) {
    const k = stationOf(e);
    if (k >= 0 && (first === null || k > first.k)) first = { e, k };
  }
  if (first === null) return null;
  const { e, k } = first;
  const servers = [c.server.ip, c.translated?.server.ip, ...topology.endpoints(c.protocol, c.server).map((x) => x.ip)];
  const nodeOf = (ip: string): string | null => topology.nodes.find((n) => n.addresses.includes(ip))?.id ?? null;
  const owner = nodeOf(e.sender);
  let stretch: Stretch;
  if (servers.includes(e.sender)) stretch = 'far_pod';
  else if (owner !== null && owner === path.nearNode) stretch = 'near_node';
  else if (owner !== null && owner === path.farNode) stretch = 'far_node';
  else stretch = madeBetween(path, k, e.ttl);
  return {
    by: 'icmp',
    icmpType: e.type,
    icmpCode: e.code,
    sender: e.sender,
    firstSeen: path.points[k]!.station,
    stretch,
  };
}
