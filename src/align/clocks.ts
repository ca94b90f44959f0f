import { BIT_ICMP_ERROR, PROTO_ICMP, PROTO_ICMPV6, PROTO_TCP } from '../model/capture.js';
import type { ClockOffset } from '../model/trace.js';
import type { Conversation, OrientedLeg } from './conversations.js';
import type { Geography } from './geography.js';
import { SAME_MOMENT_NS } from './observations.js';
import { MAX_REPEATS, PacketTimes } from './packet-times.js';
import type { TapData } from './taps.js';

const MAX_SAMPLES_PER_LEG = 2000;
const MAX_MATCHES = 100_000;
/** Two nodes saw a series of equal packets at the same intervals. */
const SAME_RHYTHM_NS = 2e6;
const AGREEING_NS = 20e6;
const ENOUGH_SERIES = 3;
/** Conversations compared between two nodes; of more, every n-th, so that they spread over the capture. */
const MAX_CONVERSATIONS = 1000;
const WINDOW_NS = 20e9;
/** Traffic one way only errs by the least delay on the way: milliseconds within a region, with room to spare. */
const ONE_WAY_NS = 200e6;

/** Brings times of all nodes onto the clock of one of them. */
export interface Clocks {
  readonly offsets: readonly ClockOffset[];
  /** Time by the reference clock of a time by the node's clock. */
  toReference(node: string | null, time: number): number;
  /** Uncertainty between two nodes in nanoseconds; Infinity when nothing matched. */
  bound(a: string | null, b: string | null): number;
}

interface Bounds {
  /** Samples of tB − tA of packets from a to b: each is an upper bound of the offset. */
  upper: Sample[];
  /** Of packets from b to a: lower bounds. */
  lower: Sample[];
}
interface Sample {
  readonly t: number;
  readonly d: number;
}

interface Estimate {
  readonly offset: number;
  readonly bound: number | null;
  readonly oneSided: boolean;
  /** Nanoseconds of offset per nanosecond, about `at`. */
  readonly drift: number;
  readonly at: number;
  readonly matches: number;
}

/** Two-way matches bound the offset from both sides; one-way traffic bounds it from one. */
export function estimateClocks(
  taps: readonly TapData[],
  conversations: readonly Conversation[],
  geography: Geography,
): Clocks {
  const nodes = [...new Set(taps.map((t) => geography.places[t.index]!.node).filter((n) => n !== null))];
  const reference = nodes[0] ?? null;
  const estimates = new Map<string, Estimate>();
  const offsets: ClockOffset[] = [];
  for (const node of nodes.slice(1)) {
    const estimate = estimatePair(taps, conversations, geography, reference!, node);
    if (estimate) estimates.set(node, estimate);
    offsets.push({
      a: reference!,
      b: node,
      offsetNs: estimate ? Math.round(estimate.offset) : null,
      boundNs: estimate?.bound === null || estimate === null ? null : Math.round(estimate.bound),
      oneSided: estimate?.oneSided ?? false,
      driftPpm: estimate ? Math.round(estimate.drift * 1e8) / 100 : 0,
      matches: estimate?.matches ?? 0,
    });
  }
  return {
    offsets,
    toReference(node, time) {
      const e = node === null ? undefined : estimates.get(node);
      return e ? time - (e.offset + e.drift * (time - e.at)) : time;
    },
    bound(a, b) {
      if (a === b) return 0;
      let sum = 0;
      for (const n of [a, b]) {
        if (n === reference) continue;
        const e = n === null ? undefined : estimates.get(n);
        if (!e) return Infinity;
        sum += e.bound ?? ONE_WAY_NS;
      }
      return sum;
    },
  };
}

function estimatePair(
  taps: readonly TapData[],
  conversations: readonly Conversation[],
  geography: Geography,
  a: string,
  b: string,
): Estimate | null {
  const bounds: Bounds = { upper: [], lower: [] };
  const repeated: Bounds = { upper: [], lower: [] };
  const room: Room = { a: new PacketTimes(), b: new PacketTimes(), further: new PacketTimes() };
  const step = Math.ceil(conversations.length / MAX_CONVERSATIONS);
  for (let i = 0; i < conversations.length; i += step) {
    const c = conversations[i]!;
    if (bounds.upper.length + bounds.lower.length > MAX_MATCHES) break;
    const home = geography.nodeOf(c.client.ip);
    const away = geography.nodeOf((c.translated?.server ?? c.server).ip);
    const fromA = home === a || (away === b && home !== b);
    const fromB = home === b || (away === a && home !== a);
    if (fromA === fromB) continue;
    const atA = bestLegs(c, a, geography);
    const atB = bestLegs(c, b, geography);
    if (atA.length > 0 && atB.length > 0) matchLegs(taps, c, atA, atB, fromA, bounds, repeated, room);
  }
  // Equal packets of which both nodes saw as many are better than none to go by.
  if (bounds.upper.length + bounds.lower.length === 0) return fit(agreeing(repeated));
  return fit(bounds);
}

/** The legs next to the wire, where delays are the smallest: several where the capture was rotated. */
function bestLegs(c: Conversation, node: string, geography: Geography): OrientedLeg[] {
  const here = c.legs.filter(({ leg }) => geography.places[leg.tap]!.node === node);
  const atEni = here.filter(({ leg }) => geography.places[leg.tap]!.kind === 'eni');
  return atEni.length > 0 ? atEni : here.slice(0, 1);
}

/** Tables that each comparison uses again. */
interface Room {
  readonly a: PacketTimes;
  readonly b: PacketTimes;
  readonly further: PacketTimes;
}

function matchLegs(
  taps: readonly TapData[],
  c: Conversation,
  atA: readonly OrientedLeg[],
  atB: readonly OrientedLeg[],
  clientAtA: boolean,
  bounds: Bounds,
  repeated: Bounds,
  room: Room,
): void {
  const legs = [...atA, ...atB];
  const reaches = new Set(legs.map(({ leg }) => taps[leg.tap]!.hashReach));
  const hashed = reaches.size === 1 || legs.every(({ leg }) => !leg.snapped);
  const { a, b } = room;
  sample(a, room.further, taps, atA, c.protocol, hashed);
  sample(b, room.further, taps, atB, c.protocol, hashed);
  for (let i = 0; i < b.count; i++) {
    const known = a.find(b, i);
    const count = b.repeats(i);
    if (known < 0 || a.repeats(known) !== count || count === MAX_REPEATS) continue;
    const into = count === 1 ? bounds : repeated;
    const list = ((b.lastWord(i) & 1) === FROM_CLIENT) === clientAtA ? into.upper : into.lower;
    if (list.length >= MAX_MATCHES) continue;
    const t = b.firstTime(i);
    const u = a.firstTime(known);
    if (count === 1 || isSameRhythm(a.times(known), b.times(i))) list.push({ t, d: t - u });
  }
}

function isSameRhythm(ta: readonly number[], tb: readonly number[]): boolean {
  return tb.every((t, i) => Math.abs(t - tb[0]! - (ta[i]! - ta[0]!)) < SAME_RHYTHM_NS);
}

/**
 * Equal packets in equal number need not be the same ones: of a series, one node may have missed the first and the
 * other the last. Several series agree on a wrong offset by chance only.
 */
function agreeing({ upper, lower }: Bounds): Bounds {
  const all = [...upper, ...lower].map((s) => s.d).sort((x, y) => x - y);
  const middle = all[all.length >> 1] ?? 0;
  const near = (s: Sample): boolean => Math.abs(s.d - middle) < AGREEING_NS;
  const agreed = { upper: upper.filter(near), lower: lower.filter(near) };
  const n = agreed.upper.length + agreed.lower.length;
  return n >= ENOUGH_SERIES && n > all.length / 2 ? agreed : { upper: [], lower: [] };
}

/** Fills `out` with the times of a conversation's packets by what names one packet wherever it is seen. */
function sample(
  out: PacketTimes,
  further: PacketTimes,
  taps: readonly TapData[],
  legs: readonly OrientedLeg[],
  protocol: number,
  hashed: boolean,
): void {
  out.clear();
  legs.forEach((oriented, i) => {
    const tap = taps[oriented.leg.tap]!;
    if (i === 0) {
      sampleLeg(out, tap, oriented, protocol, hashed);
      return;
    }
    further.clear();
    sampleLeg(further, tap, oriented, protocol, hashed);
    // Captures that overlap, or a trunk and the VLAN on it, show one packet twice.
    out.join(further, SAME_MOMENT_NS);
  });
}

/** Lowest bit of a key's last word. */
const FROM_CLIENT = 0;
const FROM_SERVER = 1;

function sampleLeg(
  out: PacketTimes,
  tap: TapData,
  { leg, forward }: OrientedLeg,
  protocol: number,
  hashed: boolean,
): void {
  const { rows, offsets } = tap.flowIndex;
  const c = tap.table.columns;
  const from = offsets[leg.flow]!;
  const to = offsets[leg.flow + 1]!;
  // The same packets must be drawn at both taps: draw by content, not by position.
  const step = Math.max(1, Math.floor((to - from) / MAX_SAMPLES_PER_LEG));
  for (let i = from; i < to; i++) {
    const r = rows[i]!;
    if ((tap.rowTap !== null && tap.rowTap[r] !== tap.slot) || c.bits[r]! & BIT_ICMP_ERROR) continue;
    const way = c.way[r] === forward ? FROM_CLIENT : FROM_SERVER;
    const time = c.time[r]! + tap.shift;
    if (protocol === PROTO_TCP) {
      if (step > 1 && (c.seq[r]! ^ c.ack[r]!) % step !== 0) continue;
      // Nine flags; no payload has as many bits as are left.
      const last = (c.payload[r]! << 10) | (c.flags[r]! << 1) | way;
      out.add(c.seq[r]! | 0, c.ack[r]! | 0, c.tsval[r]! | 0, last, time);
      continue;
    }
    const hash = hashed ? c.hash[r]! | 0 : 0;
    if (protocol === PROTO_ICMP || protocol === PROTO_ICMPV6) {
      out.add(c.flags[r]!, c.seq[r]! | 0, hash, way, time);
    } else {
      if (step > 1 && (hashed ? c.hash[r]! : c.ipId[r]!) % step !== 0) continue;
      out.add(c.payload[r]!, hash, c.ipId[r]!, way, time);
    }
  }
}

function fit(bounds: Bounds): Estimate | null {
  const { upper, lower } = bounds;
  const matches = upper.length + lower.length;
  if (matches === 0) return null;
  const constant = feasible(bounds, 0, 0);
  if (upper.length === 0 || lower.length === 0)
    return { offset: constant.offset, bound: null, oneSided: true, drift: 0, at: 0, matches };
  const at = Math.min(...sampleTimes(bounds));
  if (constant.width >= 0 && constant.width < 2e6)
    return { offset: constant.offset, bound: constant.width / 2, oneSided: false, drift: 0, at: 0, matches };
  const drift = slope(bounds, at);
  const moving = feasible(bounds, drift, at);
  const better =
    Math.abs(moving.width) < Math.abs(constant.width) && moving.width > Math.min(0, constant.width);
  const best = better ? moving : constant;
  return {
    offset: best.offset,
    bound: Math.abs(best.width) / 2,
    oneSided: false,
    drift: better ? drift : 0,
    at: better ? at : 0,
    matches,
  };
}

function* sampleTimes(b: Bounds): Generator<number> {
  let least = Infinity;
  for (const list of [b.upper, b.lower]) for (const s of list) if (s.t < least) least = s.t;
  yield least;
}

/** Feasible interval of the offset under a drift; a negative width says that no offset fits all matches. */
function feasible(bounds: Bounds, drift: number, at: number): { offset: number; width: number } {
  let high = Infinity;
  let low = -Infinity;
  for (const s of bounds.upper) high = Math.min(high, s.d - drift * (s.t - at));
  for (const s of bounds.lower) low = Math.max(low, s.d - drift * (s.t - at));
  if (high === Infinity) return { offset: low, width: Infinity };
  if (low === -Infinity) return { offset: high, width: Infinity };
  return { offset: (high + low) / 2, width: high - low };
}

/** Least-squares slope through the middles of the feasible intervals of short windows. */
function slope(bounds: Bounds, at: number): number {
  const windows = new Map<number, { high: number; low: number }>();
  const put = (s: Sample, upper: boolean): void => {
    const w = Math.floor((s.t - at) / WINDOW_NS);
    const e = windows.get(w) ?? { high: Infinity, low: -Infinity };
    if (upper) e.high = Math.min(e.high, s.d);
    else e.low = Math.max(e.low, s.d);
    windows.set(w, e);
  };
  for (const s of bounds.upper) put(s, true);
  for (const s of bounds.lower) put(s, false);
  const points = [...windows]
    .filter(([, e]) => Number.isFinite(e.high) && Number.isFinite(e.low))
    .map(([w, e]) => ({ x: (w + 0.5) * WINDOW_NS, y: (e.high + e.low) / 2 }));
  if (points.length < 2) return 0;
  const mx = points.reduce((n, p) => n + p.x, 0) / points.length;
  const my = points.reduce((n, p) => n + p.y, 0) / points.length;
  let xy = 0;
  let xx = 0;
  for (const p of points) {
    xy += (p.x - mx) * (p.y - my);
    xx += (p.x - mx) ** 2;
  }
  const k = xx === 0 ? 0 : xy / xx;
  // Beyond 1000 ppm it is a step or a wrong match, not a drift.
  return Math.abs(k) > 1e-3 ? 0 : k;
}
