import { PROTO_ICMPV6, PROTO_ICMP } from '../model/capture.js';
import type { Conversation } from './conversations.js';
import type { IcmpError } from './legs.js';
import type { Path, Station } from './paths.js';
import { isInitialTtl } from './scope.js';
import type { TcpState } from './tcp-state.js';
import type { Topology } from './topology.js';

/** Where along the way from client to server something happened. */
export type Stretch = 'near_pod' | 'near_node' | 'vpc' | 'far_node' | 'far_pod' | 'unknown';

export interface Refusal {
  readonly by: 'rst' | 'icmp';
  readonly icmpType: number | null;
  readonly icmpCode: number | null;
  readonly sender: string;
  /** Of the packets refused: the client's, or the answers to them. */
  readonly direction: 'forward' | 'return';
  /** First station on the way back that saw it. */
  readonly firstSeen: Station;
  readonly stretch: Stretch;
  /** Where it may have been made: of one stretch where that is known. */
  readonly candidates: readonly Stretch[];
  /** False where only its TTL tells the stretch: a device of the VPC sends with the same as a node. */
  readonly sure: boolean;
}

/** Did the capture at point `to` run when point `from` saw something at `t`, by the clock of `from`? */
export type RanAt = (from: number, to: number, t: number) => boolean;

/** Did the server send data that point `to` saw after what point `from` saw at `t`, by the clock of `from`? */
export type SentLater = (from: number, to: number, t: number) => boolean;

/** A reset in place of a SYN-ACK, or an ICMP error about the client's packets: who sent it. */
export function findRefusal(
  c: Conversation,
  path: Path,
  state: TcpState | null,
  topology: Topology,
  ran: RanAt,
  sentLater: SentLater,
): Refusal | null {
  if (state?.established === true) return resetOnTheWay(c, path, state, ran, sentLater);
  return (
    (state === null ? null : resetRefusal(c, path, state, ran)) ??
    icmpRefusal(c, path, topology, ran) ??
    answerRefusal(c, path, topology)
  );
}

/** Does an error quote a packet from server to client? */
function isAboutAnswer(c: Conversation, e: IcmpError): boolean {
  const quoted = c.legs.find(({ leg }) => leg.tap === e.tap && leg.flow === e.flow);
  return quoted !== undefined && quoted.forward !== e.way;
}

/** An ICMP error about an answer, on its way to the server: made by the client's pod or node, or beyond it. */
function answerRefusal(c: Conversation, path: Path, topology: Topology): Refusal | null {
  let first: { e: IcmpError; k: number } | null = null;
  for (const e of c.errors) {
    if (isPacketTooBig(c.protocol, e) || !isAboutAnswer(c, e)) continue;
    const k = path.points.findIndex((p) => p.taps.some((t) => t.index === e.tap));
    if (k >= 0 && (first === null || k < first.k)) first = { e, k };
  }
  if (first === null) return null;
  const { e, k } = first;
  const station = path.points[k]!.station;
  const owner = topology.nodes.find((n) => n.addresses.includes(e.sender))?.id ?? null;
  let stretch: Stretch = 'unknown';
  if (e.sender === c.client.ip) stretch = 'near_pod';
  else if (owner !== null && owner === path.nearNode) stretch = 'near_node';
  else if (owner !== null && owner === path.farNode) stretch = 'far_node';
  else if (station === 'near_veth') stretch = 'near_pod';
  else if (k > 0) {
    const order = path.sameNode ? SAME_NODE : CROSS_NODE;
    const from = order.findIndex((s) => s.station === path.points[k - 1]!.station);
    if (order[from + 1]?.station === station) stretch = order[from]!.after;
  }
  return {
    by: 'icmp',
    icmpType: e.type,
    icmpCode: e.code,
    sender: e.sender,
    direction: 'return',
    firstSeen: station,
    stretch,
    candidates: stretch === 'unknown' ? stretchesOf(path) : [stretch],
    sure: true,
  };
}

function resetRefusal(c: Conversation, path: Path, state: TcpState, ran: RanAt): Refusal | null {
  let first = -1;
  for (let k = path.points.length - 1; k >= 0; k--)
    if (state.refusedAt[k]) {
      first = k;
      break;
    }
  return first < 0 ? null : refusalByReset(c, path, state, first, ran);
}

/** @param first farthest point that saw the reset */
function refusalByReset(c: Conversation, path: Path, state: TcpState, first: number, ran: RanAt): Refusal {
  return {
    by: 'rst',
    icmpType: null,
    icmpCode: null,
    sender: (c.translated?.server ?? c.server).ip,
    direction: 'forward',
    firstSeen: path.points[first]!.station,
    ...madeBetween(path, first, state.refusalTtl[first]!, 'rst', (k) =>
      ran(first, k, state.refusalTime[first]!),
    ),
  };
}

/**
 * A reset of an open connection that captures nearer to the server, running at the time, do not hold: the server never
 * sent it, a device on the way did, in its name. One capture may have missed the packet; two do not, nor does one that
 * shows the server go on sending: who resets a connection is done with it.
 */
function resetOnTheWay(
  c: Conversation,
  path: Path,
  state: TcpState,
  ran: RanAt,
  sentLater: SentLater,
): Refusal | null {
  const first = state.resetAt.lastIndexOf(true);
  if (first < 0) return null;
  const time = state.refusalTime[first]!;
  const without = [...path.points.keys()].filter(
    (k) => k > first && path.points[k]!.legs.length > 0 && ran(first, k, time),
  );
  if (without.length < 2 && !without.some((k) => sentLater(first, k, time))) return null;
  return refusalByReset(c, path, state, first, ran);
}

type Made = Pick<Refusal, 'stretch' | 'candidates' | 'sure'>;

const made = (stretch: Stretch): Made => ({ stretch, candidates: [stretch], sure: true });

/** Made in one of these; where that is one, only a TTL tells it. */
const oneOf = (candidates: readonly Stretch[]): Made => ({
  stretch: candidates.length === 1 ? candidates[0]! : 'unknown',
  candidates,
  sure: false,
});

const stretchesOf = (path: Path): Stretch[] =>
  (path.sameNode ? SAME_NODE : CROSS_NODE).map(({ after }) => after);

/**
 * The stretch in which an answer was made that point `first` is the first to see, on its way to the client: up to
 * the next capture that ran at the time. Where several stretches lie between, its TTL tells how often it was
 * forwarded. A device of the VPC makes resets that look like those of the server's node; ICMP errors come from nodes.
 */
function madeBetween(
  path: Path,
  first: number,
  ttl: number,
  by: 'rst' | 'icmp',
  ranAt: (k: number) => boolean,
): Made {
  const station = path.points[first]!.station;
  if (station === 'far_veth') return made('far_pod');
  let next = first + 1;
  while (next < path.points.length && !ranAt(next)) next++;
  const beyond = path.points[next]?.station ?? null;
  const order = path.sameNode ? SAME_NODE : CROSS_NODE;
  const from = order.findIndex((s) => s.station === station);
  const to = beyond === null ? order.length : order.findIndex((s) => s.station === beyond);
  const between = order.slice(from, to).map((s) => s.after);
  if (between.length === 1) return made(between[0]!);
  const hops = isInitialTtl(ttl) ? 0 : isInitialTtl(ttl + 1) ? 1 : isInitialTtl(ttl + 2) ? 2 : null;
  if (hops === null) return oneOf(between);
  // Forwarded once: by the one node of both pods, or by another node that made it. Only the server's home tells.
  if (station === 'near_veth' && hops === 1 && path.farNode === null) return oneOf(between);
  // Forwarded by the nodes between its maker and this point.
  const beyondEni: Stretch[][] = [by === 'rst' ? ['vpc', 'far_node'] : ['far_node'], ['far_pod']];
  const makers: Stretch[][] = path.sameNode
    ? [['near_node'], ['far_pod']]
    : station === 'near_veth'
      ? [['near_node'], ...beyondEni]
      : beyondEni;
  const fitting = (makers[hops] ?? []).filter((stretch) => between.includes(stretch));
  return oneOf(fitting.length > 0 ? fitting : between);
}

const CROSS_NODE: readonly { readonly station: Station; readonly after: Stretch }[] = [
  { station: 'near_veth', after: 'near_node' },
  { station: 'near_eni', after: 'vpc' },
  { station: 'far_eni', after: 'far_node' },
  { station: 'far_veth', after: 'far_pod' },
];
const SAME_NODE: readonly { readonly station: Station; readonly after: Stretch }[] = [
  { station: 'near_veth', after: 'near_node' },
  { station: 'far_veth', after: 'far_pod' },
];

/** Errors that tell a sender to use smaller packets are no refusal. */
export function isPacketTooBig(protocol: number, e: IcmpError): boolean {
  return icmpFamily(protocol, e) === 6 ? e.type === 2 : e.type === 3 && e.code === 4;
}

function icmpFamily(protocol: number, e: IcmpError): 4 | 6 {
  if (protocol === PROTO_ICMPV6) return 6;
  return protocol === PROTO_ICMP ? 4 : e.sender.includes(':') ? 6 : 4;
}

function icmpRefusal(c: Conversation, path: Path, topology: Topology, ran: RanAt): Refusal | null {
  const errors = c.errors.filter((e) => !isPacketTooBig(c.protocol, e) && !isAboutAnswer(c, e));
  if (errors.length === 0) return null;
  const stationOf = (e: IcmpError): number =>
    path.points.findIndex((p) => p.taps.some((t) => t.index === e.tap));
  let first: { e: IcmpError; k: number } | null = null;
  for (const e of errors) {
    const k = stationOf(e);
    if (k >= 0 && (first === null || k > first.k)) first = { e, k };
  }
  if (first === null) return null;
  const { e, k } = first;
  const servers = [
    c.server.ip,
    c.translated?.server.ip,
    ...topology.endpoints(c.protocol, c.server).map((x) => x.ip),
  ];
  const nodeOf = (ip: string): string | null =>
    topology.nodes.find((n) => n.addresses.includes(ip))?.id ?? null;
  const owner = nodeOf(e.sender);
  const place = servers.includes(e.sender)
    ? made('far_pod')
    : owner !== null && owner === path.nearNode
      ? made('near_node')
      : owner !== null && owner === path.farNode
        ? made('far_node')
        : madeBetween(path, k, e.ttl, 'icmp', (to) => ran(k, to, e.time));
  return {
    by: 'icmp',
    icmpType: e.type,
    icmpCode: e.code,
    sender: e.sender,
    direction: 'forward',
    firstSeen: path.points[k]!.station,
    ...place,
  };
}
