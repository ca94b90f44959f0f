import { PROTO_ICMP, PROTO_ICMPV6, PROTO_TCP } from '../model/capture.js';
import type { FlowEnd } from '../model/trace.js';
import { fingerprintsOf } from './fingerprints.js';
import { tupleOf, type Group } from './groups.js';
import { flowKey, keyOfFlow, packetTimes, type IcmpError, type Leg } from './legs.js';
import { isInitialTtl } from './scope.js';
import { rotatedSeries } from './tap-groups.js';
import type { TapData } from './taps.js';
import type { FiveTuple, Topology } from './topology.js';

/** One connection or exchange with all its legs, joined over NAT. */
export interface Conversation {
  /** Connections it stands for: more than one where healthy ones were put together. */
  readonly stands: number;
  readonly protocol: number;
  /** As the client used it. */
  readonly client: FlowEnd;
  readonly server: FlowEnd;
  /** As it looks after NAT; null when nothing is translated. */
  readonly translated: {
    readonly client: FlowEnd;
    readonly server: FlowEnd;
    readonly inferred: boolean;
  } | null;
  readonly legs: readonly OrientedLeg[];
  readonly errors: readonly IcmpError[];
  /** False when no SYN, echo request or known server port tells who began. */
  readonly orientationKnown: boolean;
}

export interface OrientedLeg {
  readonly leg: Leg;
  /** Way of client → server in the tap's table. */
  readonly forward: 0 | 1;
}

/** Way in the tap's table of what the client (0) or the server (1) sent. */
export function wayOf({ forward }: OrientedLeg, from: 0 | 1): 0 | 1 {
  return from === 0 ? forward : forward === 0 ? 1 : 0;
}

/** Joins flows into conversations: equal keys, conntrack, service endpoints, and at last by what NAT leaves alone. */
export function joinConversations(
  taps: readonly TapData[],
  groups: readonly Group[],
  errors: readonly IcmpError[],
  topology: Topology,
): Conversation[] {
  const links = new Links(groups);
  linkByTopology(groups, links, topology);
  linkByFingerprint(taps, groups, links);
  linkByClient(groups, links);
  linkByTiming(taps, groups, links);
  const errorsByKey = groupErrors(taps, errors);
  return links.components().map((members) => conversation(members, links, errorsByKey));
}

/** Union-find over groups; remembers which joins were inferred from packets alone. */
class Links {
  private readonly parent: Uint32Array;
  private readonly inferredOnes = new Set<number>();
  constructor(private readonly groups: readonly Group[]) {
    this.parent = Uint32Array.from(groups, (g) => g.index);
  }
  root(g: Group): number {
    const { parent } = this;
    let k = g.index;
    while (parent[k] !== k) k = parent[k]!;
    for (let n = g.index; n !== k;) {
      const up = parent[n]!;
      parent[n] = k;
      n = up;
    }
    return k;
  }
  join(a: Group, b: Group, inferred: boolean): void {
    const [x, y] = [this.root(a), this.root(b)];
    if (x === y) return;
    this.parent[y] = x;
    if (inferred) {
      this.inferredOnes.add(a.index);
      this.inferredOnes.add(b.index);
    }
  }
  inferred(g: Group): boolean {
    return this.inferredOnes.has(g.index);
  }
  components(): Group[][] {
    const out: Group[][] = [];
    const place = new Int32Array(this.groups.length).fill(-1);
    for (const g of this.groups) {
      const r = this.root(g);
      if (place[r]! < 0) place[r] = out.push([g]) - 1;
      else out[place[r]!]!.push(g);
    }
    return out;
  }
}

/** Finds groups by what topology says of them; the table is made at the first question. */
class GroupFinder {
  private byKey: Map<string, Group> | null = null;
  constructor(private readonly groups: readonly Group[]) {}

  /** The group of a five-tuple in either direction. */
  find(t: FiveTuple): Group | null {
    this.byKey ??= new Map(this.groups.map((g) => [g.key, g]));
    const { protocol, src, dst } = t;
    return (
      this.byKey.get(flowKey(protocol, src.ip, src.port, dst.ip, dst.port)) ??
      this.byKey.get(flowKey(protocol, dst.ip, dst.port, src.ip, src.port)) ??
      null
    );
  }
}

function linkByTopology(groups: readonly Group[], links: Links, topology: Topology): void {
  const finder = new GroupFinder(groups);
  for (const g of groups) {
    const tuple = tupleOf(g);
    const translated = topology.translate(tuple);
    if (translated !== null) {
      const other = finder.find(translated);
      if (other !== null && other !== g) links.join(g, other, false);
      continue;
    }
    for (const endpoint of topology.endpoints(tuple.protocol, tuple.dst)) {
      const other = finder.find({ ...tuple, dst: endpoint });
      if (other !== null && other !== g && noTapSeesBoth(g, other)) links.join(g, other, false);
    }
  }
}

function noTapSeesBoth(x: Group, y: Group): boolean {
  return !x.legs.some((l) => y.legs.some((m) => m.tap === l.tap));
}

/** Taps that saw a group; its legs are in their order. */
function tapsOf({ legs }: Group): number {
  let n = 0;
  for (let i = 0; i < legs.length; i++) if (i === 0 || legs[i]!.tap !== legs[i - 1]!.tap) n++;
  return n;
}

/** Joins groups that carry the same packets under other addresses, where exactly one candidate fits. */
function linkByFingerprint(taps: readonly TapData[], groups: readonly Group[], links: Links): void {
  const byPrint = new Map<string, Set<Group>>();
  const busy = taps.filter((t) => t.packets > 0).length;
  for (const g of groups) {
    // Seen by every capture under one name: there is no other.
    if (tapsOf(g) === busy) continue;
    for (const leg of g.legs)
      for (const print of fingerprintsOf(taps, leg)) {
        const set = byPrint.get(print);
        if (set) set.add(g);
        else byPrint.set(print, new Set([g]));
      }
  }
  for (const [print, set] of byPrint) {
    if (set.size < 2 || set.size > 3) continue; // more: identical heartbeats, not NAT
    const list = [...set];
    for (let i = 0; i < list.length; i++)
      for (let j = i + 1; j < list.length; j++) {
        const [x, y] = [list[i]!, list[j]!];
        if (x.flow.protocol !== y.flow.protocol || links.root(x) === links.root(y)) continue;
        if (!noTapSeesBoth(x, y)) continue;
        const strong = print.startsWith('S') && !print.endsWith('.0');
        if (strong || (sharesEnd(x, y) && !bothUnforwarded(x, y))) links.join(x, y, true);
      }
  }
}

/**
 * DNAT leaves the client's address and port: two names of one client's flow, of which each capture sees only one,
 * are its service and the pod behind.
 */
function linkByClient(groups: readonly Group[], links: Links): void {
  const byClient = new Map<string, Group[]>();
  for (const g of groups) {
    if (isEcho(g.flow.protocol) || g.flow.protocol === PROTO_TCP) continue;
    const { protocol, src } = tupleOf(g);
    const key = `${protocol}|${src.ip}|${src.port}`;
    const list = byClient.get(key);
    if (list) list.push(g);
    else byClient.set(key, [g]);
  }
  for (const [x, y, more] of byClient.values())
    if (x !== undefined && y !== undefined && more === undefined && noTapSeesBoth(x, y))
      links.join(x, y, true);
}

/** A node forwards a packet within this time, by the one clock of its captures. */
const FORWARDING_NS = 2e6;

/**
 * Identical datagrams leave nothing to tell them by when SNAT changes their address and port. What is left: flows
 * to one server whose packets come in the same rhythm, at two interfaces that never both see one of them.
 */
function linkByTiming(taps: readonly TapData[], groups: readonly Group[], links: Links): void {
  const series = rotatedSeries(taps);
  const byServer = new Map<string, Group[]>();
  for (const g of groups) {
    if (g.flow.protocol === PROTO_TCP) continue;
    const t = tupleOf(g);
    const key = `${t.protocol}|${t.dst.ip}|${isEcho(t.protocol) ? 0 : t.dst.port}`;
    const list = byServer.get(key);
    if (list) list.push(g);
    else byServer.set(key, [g]);
  }
  for (const list of byServer.values()) {
    if (list.length < 2 || list.length > 200) continue;
    const spans = new Map(list.map((g) => [g, spansOf(g, taps, series)]));
    const fits = (x: Group, y: Group): boolean =>
      x !== y &&
      tupleOf(x).src.ip !== tupleOf(y).src.ip &&
      links.root(x) !== links.root(y) &&
      noTapSeesBoth(x, y) &&
      spans.get(x)!.some((l) => spans.get(y)!.some((m) => together(l, m)));
    for (const x of list) {
      const partners = list.filter((y) => fits(x, y));
      if (partners.length === 1 && list.filter((z) => fits(partners[0]!, z)).length === 1)
        links.join(x, partners[0]!, true);
    }
  }
}

function isEcho(protocol: number): boolean {
  return protocol === PROTO_ICMP || protocol === PROTO_ICMPV6;
}

/** The client's packets of a flow at one interface, over all parts of a rotated capture. */
interface Span {
  readonly times: readonly number[];
  /** From when to when the captures of the interface ran, by their own clock. */
  readonly from: number;
  readonly to: number;
}

function spansOf(g: Group, taps: readonly TapData[], series: readonly number[]): Span[] {
  return [...new Set(g.legs.map((l) => series[l.tap]!))].map((id) => {
    const parts = taps.filter((t) => series[t.index] === id && t.first !== null);
    return {
      times: g.legs
        .filter((l) => series[l.tap] === id)
        .flatMap((l) => packetTimes(taps[l.tap]!, l, g.clientWay ?? 0))
        .sort((x, y) => x - y),
      from: Math.min(...parts.map((t) => t.first!)),
      to: Math.max(...parts.map((t) => t.last!)),
    };
  });
}

/** Of six packets at most one may be missing at one of two captures of a flow: captures miss some. */
const MOST_UNMATCHED = 1 / 6;

/** While both interfaces were captured, each packet of one is followed or led by one of the other. */
function together(x: Span, y: Span): boolean {
  const from = Math.max(x.from, y.from) + FORWARDING_NS;
  const to = Math.min(x.to, y.to) - FORWARDING_NS;
  const inner = (t: number): boolean => t > from && t < to;
  let matched = 0;
  let unmatched = 0;
  let j = 0;
  for (let i = 0; i < x.times.length; i++) {
    const t = x.times[i]!;
    for (; j < y.times.length && y.times[j]! < t - FORWARDING_NS; j++) if (inner(y.times[j]!)) unmatched++;
    if (j < y.times.length && y.times[j]! < t + FORWARDING_NS) {
      matched++;
      j++;
    } else if (inner(t)) unmatched++;
  }
  for (; j < y.times.length; j++) if (inner(y.times[j]!)) unmatched++;
  return matched >= 3 && unmatched <= matched * MOST_UNMATCHED;
}

/** NAT is done where packets are forwarded: what nobody forwarded before either capture are two flows. */
function bothUnforwarded(x: Group, y: Group): boolean {
  return isInitialTtl(clientTtl(x)) && isInitialTtl(clientTtl(y));
}

/** NAT leaves the client or the server as it is, with its port, never the one in the other's place. */
function sharesEnd(x: Group, y: Group): boolean {
  const [t, u] = [tupleOf(x), tupleOf(y)];
  // The ports of an echo are its identifier, which SNAT changes on both sides.
  const same = (a: FlowEnd, b: FlowEnd): boolean =>
    a.ip === b.ip && (a.port === b.port || isEcho(t.protocol));
  if (same(t.src, u.src) || same(t.dst, u.dst)) return true;
  return !(x.known && y.known) && (same(t.src, u.dst) || same(t.dst, u.src));
}

function groupErrors(taps: readonly TapData[], errors: readonly IcmpError[]): Map<string, IcmpError[]> {
  const out = new Map<string, IcmpError[]>();
  for (const e of errors) {
    const f = taps[e.tap]!.flows[e.flow];
    if (!f) continue;
    const key = keyOfFlow(f);
    const list = out.get(key);
    if (list) list.push(e);
    else out.set(key, [e]);
  }
  return out;
}

/** TTL of the client's packets at a leg: the higher, the nearer to the client. */
function clientTtl(g: Group): number {
  const w = g.clientWay ?? 0;
  return Math.max(...g.legs.map((l) => l.ttl(w)));
}

const NONE: readonly never[] = [];

function orientedLegs(g: Group): OrientedLeg[] {
  return g.legs.map((leg) => ({ leg, forward: g.clientWay ?? 0 }));
}

function conversation(
  members: Group[],
  links: Links,
  errorsByKey: ReadonlyMap<string, readonly IcmpError[]>,
): Conversation {
  settleOrientation(members);
  const sorted =
    members.length === 1
      ? members
      : [...members].sort((x, y) => clientTtl(y) - clientTtl(x) || (x.key < y.key ? -1 : 1));
  const near = tupleOf(sorted[0]!);
  const far = tupleOf(sorted[sorted.length - 1]!);
  return {
    stands: Math.max(...members.map((m) => m.stands)),
    protocol: near.protocol,
    client: near.src,
    server: near.dst,
    translated:
      members.length > 1
        ? { client: far.src, server: far.dst, inferred: members.some((m) => links.inferred(m)) }
        : null,
    legs: members.length === 1 ? orientedLegs(sorted[0]!) : members.flatMap(orientedLegs),
    errors: errorsByKey.size === 0 ? NONE : members.flatMap((m) => errorsByKey.get(m.key) ?? []),
    orientationKnown: members.some((m) => m.known),
  };
}

/** Groups of one conversation must agree on who is the client: the sure ones decide, by the end they share. */
function settleOrientation(members: Group[]): void {
  const sure = members.find((m) => m.legs.some((l) => l.clientWay !== null)) ?? members.find((m) => m.known);
  if (!sure) return;
  const t = tupleOf(sure);
  for (const m of members) {
    if (m === sure || m.legs.some((l) => l.clientWay !== null)) continue;
    const { a, b } = m.flow;
    if (a === t.src.ip || b === t.dst.ip) m.clientWay = 0;
    else if (b === t.src.ip || a === t.dst.ip) m.clientWay = 1;
  }
}
