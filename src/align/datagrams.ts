import {
  BIT_DF,
  BIT_FRAG_FIRST,
  BIT_FRAG_LAST,
  BIT_FRAG_LATER,
  PROTO_ICMP,
  PROTO_ICMPV6,
} from '../model/capture.js';
import { withBrackets, type Marker } from './brackets.js';
import { LIKELY, type Coverage } from './coverage.js';
import {
  nextCovered,
  successionOf,
  type CoverageOf,
  type LeastCoverage,
  type PairLoss,
  type RanAround,
  type Witness,
} from './losses.js';
import type { Observation } from './observations.js';

/** Copies of one datagram (same content, same length, same IP id where it has one) at one point. */
interface Copies {
  count: number;
  readonly times: number[];
  readonly size: number;
  readonly dontFragment: boolean;
}

/** One direction of UDP, ICMP or another protocol without sequence space, per point. */
export interface DatagramDirection {
  readonly units: readonly ReadonlyMap<string, Copies>[];
  readonly total: readonly number[];
  /** Time of the last unit at each point, -Infinity where there is none. */
  readonly last: readonly number[];
  /** Some datagrams were fragments and not all of them arrived at some point. */
  readonly fragmented: boolean;
}

export function datagramDirection(
  seen: readonly Observation[],
  back: 0 | 1,
  protocol: number,
  hashed: boolean,
): DatagramDirection {
  let fragmented = false;
  const units = seen.map((o) => {
    const map = new Map<string, Copies>();
    const partial = new Map<number, { bytes: number; end: number; time: number }>();
    for (let i = 0; i < o.count; i++) {
      if (o.back[i] !== back) continue;
      const c = o.taps[o.tap[i]!]!.table.columns;
      const r = o.row[i]!;
      const bits = c.bits[r]!;
      if (bits & (BIT_FRAG_FIRST | BIT_FRAG_LATER)) {
        // A datagram in fragments is one unit, there only when all of it is: the stack drops the rest.
        fragmented = true;
        const id = c.ipId[r]!;
        const p = partial.get(id) ?? { bytes: 0, end: -1, time: o.time[i]! };
        const offset = bits & BIT_FRAG_LATER ? c.flags[r]! * 8 : 0;
        const bytes = bits & BIT_FRAG_LATER ? c.payload[r]! : fragmentBytes(c.payload[r]!, protocol);
        p.bytes += bytes;
        if (bits & BIT_FRAG_LAST) p.end = offset + bytes;
        if (p.end >= 0 && p.bytes >= p.end) {
          add(map, `f${id}`, p.time, c.ipLength[r]!, false);
          partial.delete(id);
        } else partial.set(id, p);
        continue;
      }
      add(map, unitKey(c, r, protocol, hashed), o.time[i]!, c.ipLength[r]!, (bits & BIT_DF) !== 0);
    }
    return map;
  });
  return { units, total: units.map((m) => sum(m)), last: units.map((m) => lastOf(m)), fragmented };
}

/** The first fragment's payload is counted without its layer-4 header; offsets count it. */
function fragmentBytes(payload: number, protocol: number): number {
  return payload + (protocol === PROTO_ICMP || protocol === PROTO_ICMPV6 || protocol === 17 ? 8 : 0);
}

type Columns = Observation['taps'][number]['table']['columns'];

/**
 * What stays the same from point to point. SNAT rewrites the ICMP identifier, never its sequence; the IP id is
 * kept by routing and NAT but 0 on many packets, where identical datagrams can only be counted.
 */
function unitKey(c: Columns, r: number, protocol: number, hashed: boolean): string {
  const hash = hashed ? c.hash[r]! : 0;
  if (protocol === PROTO_ICMP || protocol === PROTO_ICMPV6)
    return `${c.flags[r]}.${c.seq[r]}.${c.payload[r]}.${hash}`;
  return `${c.payload[r]}.${hash}.${c.ipId[r]}`;
}

function add(map: Map<string, Copies>, key: string, time: number, size: number, dontFragment: boolean): void {
  const u = map.get(key);
  if (u) {
    u.count++;
    u.times.push(time);
  } else map.set(key, { count: 1, times: [time], size, dontFragment });
}

function lastOf(map: ReadonlyMap<string, Copies>): number {
  let last = -Infinity;
  for (const u of map.values()) for (const t of u.times) if (t > last) last = t;
  return last;
}

function sum(map: ReadonlyMap<string, Copies>): number {
  let n = 0;
  for (const u of map.values()) n += u.count;
  return n;
}

/**
 * Losses between consecutive covered points. `answered` units (echo requests whose reply was seen) count as
 * passed wherever a capture missed them.
 */
export function datagramLosses(
  direction: DatagramDirection,
  answered: (key: string) => number,
  surely: CoverageOf,
  lastWatched: (point: number) => number,
  least: LeastCoverage,
): PairLoss[] {
  const coverage = withBrackets(surely, (point) => markersOf(direction, point));
  const points = direction.units.length;
  const pairs = new Map<string, Mutable>();
  // Before the last packet that got through, only captures that surely ran show a loss.
  const passedUntil = new Array<number>(points + 1).fill(-Infinity);
  for (let k = points - 1; k >= 0; k--) passedUntil[k] = Math.max(passedUntil[k + 1]!, direction.last[k]!);
  const leastFor = (k: number, t: number): Coverage => {
    const asked = least(t);
    return asked < LIKELY && t <= passedUntil[k + 1]! + 1e9 ? LIKELY : asked;
  };
  for (let k = 0; k < points; k++)
    for (const [key, unit] of direction.units[k]!) {
      let passed = answered(key);
      for (let j = k + 1; j < points; j++)
        passed = Math.max(passed, direction.units[j]!.get(key)?.count ?? 0);
      const counted = new Map<string, { copies: number; last: number }>();
      for (const t of unit.times) {
        const next = nextCovered(k, points, t, coverage, leastFor(k, t));
        if (!next) continue;
        const id = `${k}.${next.to}.${next.proved}`;
        const e = counted.get(id) ?? { copies: 0, last: t };
        e.copies++;
        e.last = t;
        counted.set(id, e);
      }
      for (const [id, { copies, last }] of counted) {
        const p = pairs.get(id) ?? pairs.set(id, emptyPair(id)).get(id)!;
        const missing = Math.max(0, copies - passed);
        // Of equal datagrams of which some passed, nobody can tell which.
        if (missing === 0 || missing === copies)
          for (const t of unit.times) p.fates.push({ t, lost: missing > 0 });
        p.sent += copies;
        // A capture that drops packets drops a question and its answer together.
        p.exposed += copies;
        p.lost += missing;
        if (passed === 0) {
          p.neverPassed += 1;
          p.neverCopies += copies;
          p.watchedFor = Math.max(p.watchedFor, lastWatched(k) - last);
          if (p.smallestLost === 0 || unit.size < p.smallestLost) p.smallestLost = unit.size;
          p.dontFragment &&= unit.dontFragment;
        } else if (unit.size > p.largestPassed) p.largestPassed = unit.size;
      }
    }
  return [...pairs.values()].map(({ fates, ...p }) =>
    p.lost === 0 ? p : { ...p, succession: successionOf(fates.sort((x, y) => x.t - y.t).map((f) => f.lost)) },
  );
}

/** Datagrams of which a point saw one copy. */
function markersOf(direction: DatagramDirection, point: number): Marker[] {
  return [...direction.units[point]!]
    .filter(([, u]) => u.count === 1)
    .map(([key, u]) => ({ time: u.times[0]!, seenAt: (k: number) => direction.units[k]!.has(key) }))
    .sort((x, y) => x.time - y.time);
}

/** Units that had to pass each point, and those it missed. */
export function datagramWitness(
  direction: DatagramDirection,
  answered: (key: string) => number,
  ran: RanAround,
): Witness {
  const points = direction.units.length;
  const had = new Array<number>(points).fill(0);
  const missed = new Array<number>(points).fill(0);
  const keys = new Set(direction.units.flatMap((m) => [...m.keys()]));
  for (const key of keys) {
    const counts = direction.units.map((m) => m.get(key)?.count ?? 0);
    const [first, last] = seenAt(direction, key);
    for (let k = 0; k < points; k++) {
      const before = Math.max(0, ...counts.slice(0, k));
      const beyond = Math.max(Math.min(answered(key), Math.max(...counts)), ...counts.slice(k + 1));
      const passed = k === 0 ? beyond : Math.min(before, beyond);
      // A point that saw nothing of the flow stands beside its way: that is no miss.
      if (passed === 0 || direction.total[k] === 0 || !ran(k, first) || !ran(k, last)) continue;
      had[k]! += passed;
      missed[k]! += Math.max(0, passed - counts[k]!);
    }
  }
  return { had, missed };
}

/** When the copies of a datagram were first and last seen anywhere. */
function seenAt(direction: DatagramDirection, key: string): [number, number] {
  let [first, last] = [Infinity, -Infinity];
  for (const map of direction.units)
    for (const t of map.get(key)?.times ?? []) {
      if (t < first) first = t;
      if (t > last) last = t;
    }
  return [first, last];
}

type Mutable = { -readonly [K in keyof PairLoss]: PairLoss[K] } & {
  readonly fates: { readonly t: number; readonly lost: boolean }[];
};

function emptyPair(id: string): Mutable {
  const [from, to, proved] = id.split('.');
  return {
    from: Number(from),
    to: Number(to),
    proved: proved === 'true',
    sent: 0,
    exposed: 0,
    lost: 0,
    neverPassed: 0,
    neverCopies: 0,
    watchedFor: 0,
    largestPassed: 0,
    smallestLost: 0,
    dontFragment: true,
    fates: [],
  };
}
