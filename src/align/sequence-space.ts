import { BIT_DF, TCP_ACK, TCP_FIN, TCP_RST, TCP_SYN } from '../model/capture.js';
import {
  nextCovered,
  successionOf,
  type CoverageOf,
  type LeastCoverage,
  type PairLoss,
  type RanAround,
  type Witness,
} from './losses.js';
import { withBrackets, type Marker } from './brackets.js';
import { segmentSizeOf } from './leg-table.js';
import type { Observation } from './observations.js';

/**
 * One direction of a TCP connection as byte intervals. A packet cut elsewhere by segmentation offload at each
 * point still covers the same bytes, so bytes are what is compared: how many copies of each byte were seen at
 * one point, and how many at any later one. SYN and FIN count as the bytes they consume.
 */
export interface Transmission {
  /** Relative to the first sequence number; end exclusive. */
  readonly start: number;
  readonly end: number;
  /** Reference clock, nanoseconds. */
  readonly time: number;
  /** IP bytes of its largest packet as it goes on the wire, cut by segmentation. */
  readonly wire: number;
  readonly dontFragment: boolean;
}

export interface TcpDirection {
  /** Per point. */
  readonly transmissions: readonly (readonly Transmission[])[];
  /** Acknowledged up to here (exclusive), by the other direction's packets at any point; -1 when never. */
  readonly acked: number;
  readonly segmentSize: number;
  /** Bytes sent more than once at the first point that saw them. */
  readonly retransmissions: number;
  /** The highest acknowledgement seen at each point; -1 where none was. */
  readonly ackedAt: readonly number[];
  /** When each point saw more acknowledged than the first point with data ever did; Infinity where none did. */
  readonly overtaken: readonly number[];
  /** The most copies that a point saw of the first byte that was not acknowledged there. */
  readonly waitingCopies: number;
  /** The same of the last point that saw any of the data, and which that is; -1 where none did. */
  readonly waitingAtLast: number;
  readonly last: number;
}

export function tcpDirection(seen: readonly Observation[], back: 0 | 1): TcpDirection {
  let base: number | null = null;
  let mss = 0;
  for (const o of seen)
    for (let i = 0; i < o.count; i++) {
      const c = o.taps[o.tap[i]!]!.table.columns;
      const r = o.row[i]!;
      const flags = c.flags[r]!;
      if (flags & TCP_SYN && c.aux[r]! > 0) mss = mss === 0 ? c.aux[r]! : Math.min(mss, c.aux[r]!);
      if (o.back[i] === back && base === null && flags & TCP_SYN) base = c.seq[r]!;
    }
  if (base === null) base = firstSequence(seen, back);
  const segmentSize = segmentSizeOf(mss);
  const transmissions = seen.map((o) => (base === null ? [] : collect(o, back, base, segmentSize)));
  const sent = highest(transmissions);
  const ackedAt = seen.map((o) => (base === null ? -1 : acknowledged(o, back, base, sent)));
  const acked = Math.max(-1, ...ackedAt);
  const k = transmissions.findIndex((t) => t.length > 0);
  const first = transmissions[k] ?? [];
  const waitingFor = Math.max(0, k < 0 ? 0 : ackedAt[k]!);
  const waiting = transmissions.map((list, i) => {
    // A point that saw no acknowledgement at all waits for what others saw acknowledged.
    const next = Math.max(0, ackedAt[i]! < 0 ? acked : ackedAt[i]!);
    return list.reduce((n, t) => (t.start <= next && t.end > next ? n + 1 : n), 0);
  });
  const last = transmissions.findLastIndex((t) => t.length > 0);
  return {
    transmissions,
    acked,
    segmentSize,
    retransmissions: countRepeats(first),
    ackedAt,
    overtaken: seen.map((o, i) =>
      base !== null && ackedAt[i]! > waitingFor ? overtakes(o, back, base, waitingFor) : Infinity,
    ),
    waitingCopies: Math.max(0, ...waiting),
    waitingAtLast: waiting[last] ?? 0,
    last,
  };
}

function firstSequence(seen: readonly Observation[], back: 0 | 1): number | null {
  let best: number | null = null;
  for (const o of seen)
    for (let i = 0; i < o.count; i++) {
      if (o.back[i] !== back) continue;
      const c = o.taps[o.tap[i]!]!.table.columns;
      if (c.flags[o.row[i]!]! & TCP_RST) continue;
      const seq = c.seq[o.row[i]!]!;
      if (best === null || ((seq - best) | 0) < 0) best = seq;
      break;
    }
  return best;
}

function collect(o: Observation, back: 0 | 1, base: number, segmentSize: number): Transmission[] {
  const out: Transmission[] = [];
  let reference = 0;
  for (let i = 0; i < o.count; i++) {
    if (o.back[i] !== back) continue;
    const c = o.taps[o.tap[i]!]!.table.columns;
    const r = o.row[i]!;
    const flags = c.flags[r]!;
    if (flags & TCP_RST) continue;
    const payload = c.payload[r]!;
    const bytes = payload + (flags & TCP_SYN ? 1 : 0) + (flags & TCP_FIN ? 1 : 0);
    if (bytes === 0) continue;
    const start = unwrap(c.seq[r]!, base, reference);
    const end = start + bytes;
    // A keep-alive repeats the last byte: no transmission.
    if (bytes === 1 && payload === 1 && end === reference) continue;
    if (end > reference) reference = end;
    out.push({
      start,
      end,
      time: o.time[i]!,
      wire: Math.max(0, c.ipLength[r]! - payload) + Math.min(payload, segmentSize),
      dontFragment: (c.bits[r]! & BIT_DF) !== 0,
    });
  }
  return out;
}

/** Position in an unbounded sequence space, next to `reference`: sequence numbers wrap at 2^32. */
export function unwrap(sequence: number, base: number, reference: number): number {
  return reference + ((sequence - ((base + reference) >>> 0)) | 0);
}

function highest(transmissions: readonly (readonly Transmission[])[]): number {
  let max = 0;
  for (const list of transmissions) for (const t of list) if (t.end > max) max = t.end;
  return max;
}

/** Highest acknowledgement of one direction seen at a point. */
function acknowledged(o: Observation, back: 0 | 1, base: number, sent: number): number {
  let acked = -1;
  for (let i = 0; i < o.count; i++) {
    if (o.back[i] === back) continue;
    const c = o.taps[o.tap[i]!]!.table.columns;
    const r = o.row[i]!;
    if (!(c.flags[r]! & TCP_ACK) || c.flags[r]! & TCP_RST) continue;
    const position = unwrap(c.ack[r]!, base, Math.max(acked, 0));
    // An acknowledgement of what nobody saw being sent is another connection's, or a capture's gap.
    if (position > acked && position - sent < 1 << 30) acked = position;
  }
  return acked;
}

function overtakes(o: Observation, back: 0 | 1, base: number, position: number): number {
  for (let i = 0; i < o.count; i++) {
    if (o.back[i] === back) continue;
    const c = o.taps[o.tap[i]!]!.table.columns;
    const r = o.row[i]!;
    if (c.flags[r]! & TCP_ACK && !(c.flags[r]! & TCP_RST) && unwrap(c.ack[r]!, base, position) > position)
      return o.time[i]!;
  }
  return Infinity;
}

function countRepeats(list: readonly Transmission[]): number {
  let top = -Infinity;
  let n = 0;
  for (const t of list) {
    if (t.end <= top) n++;
    if (t.end > top) top = t.end;
  }
  return n;
}

/** A run of transmissions that follow one another without gap or overlap. */
interface Run {
  start: number;
  end: number;
  /** Point that should have seen it next, -1 when none can tell; all of a run agree. */
  to: number;
  proved: boolean;
  time: number;
  segments: number;
  largest: number;
  smallest: number;
  dontFragment: boolean;
}

function runsOf(
  list: readonly Transmission[],
  segmentSize: number,
  merge: boolean,
  next: (t: number) => { to: number; proved: boolean } | null,
): Run[] {
  const runs: Run[] = [];
  let run: Run | null = null;
  for (const t of list) {
    const n = next(t.time);
    const to = n?.to ?? -1;
    const proved = n?.proved ?? false;
    const size = t.end - t.start;
    const segments = Math.max(1, Math.ceil(size / segmentSize));
    if (merge && run !== null && run.end === t.start && run.to === to && run.proved === proved) {
      run.end = t.end;
      run.segments += segments;
      run.largest = Math.max(run.largest, t.wire);
      run.smallest = Math.min(run.smallest, t.wire);
      run.time = t.time;
    } else {
      run = {
        start: t.start,
        end: t.end,
        to,
        proved,
        time: t.time,
        segments,
        largest: t.wire,
        smallest: t.wire,
        dontFragment: t.dontFragment,
      };
      runs.push(run);
    }
  }
  return runs;
}

/**
 * Losses between consecutive covered points. A copy counts as passed when any later point saw one, or when the
 * other end acknowledged the bytes: a capture that missed packets is no loss.
 */
export function tcpLosses(
  direction: TcpDirection,
  surely: CoverageOf,
  lastWatched: (point: number) => number,
  least: LeastCoverage,
): PairLoss[] {
  const coverage = withBrackets(surely, (point) => markersOf(direction, point));
  // Most connections lose nothing: long runs show that at once. Only losses are counted packet by packet.
  const quick = comparePoints(direction, coverage, lastWatched, least, true);
  return quick.every((p) => p.lost === 0)
    ? quick
    : comparePoints(direction, coverage, lastWatched, least, false);
}

/** Transmissions at a point of bytes that it saw once. */
function markersOf(direction: TcpDirection, point: number): Marker[] {
  const list = direction.transmissions[point]!;
  const byStart = [...list].sort((x, y) => x.start - y.start || x.end - y.end);
  const once = new Set<Transmission>();
  let reached = -Infinity;
  byStart.forEach((t, i) => {
    if (t.start >= reached && (byStart[i + 1]?.start ?? Infinity) >= t.end) once.add(t);
    reached = Math.max(reached, t.end);
  });
  const seen = direction.transmissions.map((l) => reachOf(l));
  return list
    .filter((t) => once.has(t))
    .map((t) => ({
      time: t.time,
      seenAt: (k) => {
        const { starts, reach } = seen[k]!;
        const begun = indexOfCut(starts, t.end);
        return begun > 0 && reach[begun - 1]! > t.start;
      },
    }));
}

/** Starts of transmissions in order, ended by infinity, and how far they and all before them reach. */
function reachOf(list: readonly Transmission[]): { starts: Float64Array; reach: Float64Array } {
  const sorted = [...list].sort((x, y) => x.start - y.start);
  const starts = Float64Array.from([...sorted.map((t) => t.start), Infinity]);
  const reach = Float64Array.from(sorted, (t) => t.end);
  for (let i = 1; i < reach.length; i++) if (reach[i - 1]! > reach[i]!) reach[i] = reach[i - 1]!;
  return { starts, reach };
}

/** Segments that had to pass each point, and those it missed. */
export function tcpWitness(direction: TcpDirection, ran: RanAround): Witness {
  // Most connections miss nothing: long runs show that at once, without their times.
  const quick = witnessOf(direction, null);
  if (quick.missed.some((n) => n > 0)) return witnessOf(direction, ran);
  const n = (direction.transmissions[0] ?? []).reduce(
    (sum, t) => sum + Math.max(1, Math.ceil((t.end - t.start) / direction.segmentSize)),
    0,
  );
  return { had: quick.had.map((had) => (had > 0 ? n : 0)), missed: quick.missed };
}

/** With `ran`, packet by packet: what passed while a capture did not run was not missed by it. */
function witnessOf(direction: TcpDirection, ran: RanAround | null): Witness {
  const points = direction.transmissions.length;
  const runs = direction.transmissions.map((list) =>
    runsOf(list, direction.segmentSize, ran === null, () => null),
  );
  const cuts = boundaries(runs, direction.acked);
  const counts = runs.map((r) => countCopies(r, cuts));
  const passed = copiesPassed(runs, cuts, direction.acked);
  const seen = ran === null ? null : seenBetween(runs, cuts);
  const had = new Array<number>(points).fill(0);
  const missed = new Array<number>(points).fill(0);
  for (let i = 0; i + 1 < cuts.length; i++) {
    const segments = Math.max(1, Math.round((cuts[i + 1]! - cuts[i]!) / direction.segmentSize));
    let before = 0;
    for (let k = 0; k < points; k++) {
      const beyond = passed[k + 1]![i]!;
      const through =
        k === 0 ? (direction.transmissions[0]!.length > 0 ? beyond : 0) : Math.min(before, beyond);
      const here = counts[k]![i]!;
      if (here > before) before = here;
      // A point that saw nothing of the flow stands beside its way: that is no miss.
      if (through === 0 || direction.transmissions[k]!.length === 0) continue;
      const short = Math.max(0, through - here);
      if (short > 0 && seen !== null && !(ran!(k, seen.first[i]!) && ran!(k, seen.last[i]!))) continue;
      had[k]! += through * segments;
      missed[k]! += short * segments;
    }
  }
  return { had, missed };
}

/** When the bytes between two cuts were first and last seen anywhere; NaN where they never were. */
function seenBetween(
  runs: readonly (readonly Run[])[],
  cuts: Float64Array,
): { first: Float64Array; last: Float64Array } {
  const first = new Float64Array(cuts.length).fill(NaN);
  const last = new Float64Array(cuts.length).fill(NaN);
  for (const list of runs)
    for (const r of list)
      for (let i = indexOfCut(cuts, r.start), end = indexOfCut(cuts, r.end); i < end; i++) {
        if (!(first[i]! <= r.time)) first[i] = r.time;
        if (!(last[i]! >= r.time)) last[i] = r.time;
      }
  return { first, last };
}

function comparePoints(
  direction: TcpDirection,
  coverage: CoverageOf,
  lastWatched: (point: number) => number,
  least: LeastCoverage,
  merge: boolean,
): PairLoss[] {
  const points = direction.transmissions.length;
  const runs = direction.transmissions.map((list, k) =>
    runsOf(list, direction.segmentSize, merge, (t) => nextCovered(k, points, t, coverage, least(t))),
  );
  const cuts = boundaries(runs, direction.acked);
  if (cuts.length < 2) return [];
  const passed = copiesPassed(runs, cuts, direction.acked);
  const out: PairLoss[] = [];
  for (let k = 0; k < points; k++) {
    const targets = new Set(runs[k]!.filter((r) => r.to >= 0).map((r) => `${r.to}.${r.proved}`));
    for (const target of targets) {
      const [to, proved] = target.split('.');
      out.push(
        pairLoss(
          runs[k]!.filter((r) => r.to === Number(to) && String(r.proved) === proved),
          { from: k, to: Number(to), proved: proved === 'true' },
          cuts,
          passed[k + 1]!,
          direction.segmentSize,
          lastWatched(k),
        ),
      );
    }
  }
  return out;
}

function boundaries(runs: readonly (readonly Run[])[], acked: number): Float64Array {
  const set = new Set<number>();
  for (const list of runs)
    for (const r of list) {
      set.add(r.start);
      set.add(r.end);
    }
  if (acked > 0) {
    set.add(acked);
    set.add(0);
  }
  return Float64Array.from(set).sort();
}

function indexOfCut(cuts: Float64Array, x: number): number {
  let lo = 0;
  let hi = cuts.length - 1;
  while (lo < hi) {
    const mid = (lo + hi) >> 1;
    if (cuts[mid]! < x) lo = mid + 1;
    else hi = mid;
  }
  return lo;
}

function countCopies(runs: readonly Run[], cuts: Float64Array): Int32Array {
  const diff = new Int32Array(cuts.length + 1);
  for (const r of runs) {
    diff[indexOfCut(cuts, r.start)]!++;
    diff[indexOfCut(cuts, r.end)]!--;
  }
  for (let i = 1; i < diff.length; i++) diff[i]! += diff[i - 1]!;
  return diff;
}

/** passed[k][i]: the most copies of elementary interval i that point k or any later one saw, or its acknowledgement proves. */
function copiesPassed(runs: readonly (readonly Run[])[], cuts: Float64Array, acked: number): Int32Array[] {
  const out: Int32Array[] = new Array<Int32Array>(runs.length + 1);
  const end = new Int32Array(cuts.length + 1);
  for (let i = 0; i + 1 < cuts.length; i++) if (cuts[i + 1]! <= acked) end[i] = 1;
  out[runs.length] = end;
  for (let k = runs.length - 1; k >= 0; k--) {
    const here = countCopies(runs[k]!, cuts);
    const later = out[k + 1]!;
    for (let i = 0; i < here.length; i++) if (later[i]! > here[i]!) here[i] = later[i]!;
    out[k] = here;
  }
  return out;
}

/** Per transmission: is it lost? Of several copies of which some passed, the first are taken for the lost ones. */
function fatesOf(
  runs: readonly Run[],
  cuts: Float64Array,
  copies: Int32Array,
  passed: Int32Array,
): boolean[] {
  const missing = copies.map((n, i) => Math.max(0, n - passed[i]!));
  return runs.map((r) => {
    let lost = false;
    for (let i = indexOfCut(cuts, r.start), end = indexOfCut(cuts, r.end); i < end; i++) {
      if (missing[i]! === 0) continue;
      missing[i]!--;
      lost = true;
    }
    return lost;
  });
}

function pairLoss(
  runs: readonly Run[],
  pair: { from: number; to: number; proved: boolean },
  cuts: Float64Array,
  passed: Int32Array,
  segmentSize: number,
  watchedUntil: number,
): PairLoss {
  const copies = countCopies(runs, cuts);
  const starts = new Set(runs.map((r) => r.start));
  let lost = 0;
  let neverPassed = 0;
  let neverCopies = 0;
  let exposed = 0;
  // Intervals of one packet with the same loss are one stretch: a lost super-packet counts by its segments.
  for (let i = 0; i + 1 < cuts.length;) {
    const missing = Math.max(0, copies[i]! - passed[i]!);
    const never = copies[i]! > 0 && passed[i]! === 0;
    let j = i + 1;
    let seen = copies[i]!;
    while (
      j + 1 < cuts.length &&
      !starts.has(cuts[j]!) &&
      Math.max(0, copies[j]! - passed[j]!) === missing &&
      (copies[j]! > 0 && passed[j]! === 0) === never
    ) {
      if (copies[j]! > seen) seen = copies[j]!;
      j++;
    }
    const segments = Math.max(1, Math.ceil((cuts[j]! - cuts[i]!) / segmentSize));
    if (seen > 1 || never) exposed += seen * segments;
    if (missing > 0) {
      lost += missing * segments;
      if (never) {
        neverPassed += segments;
        neverCopies += seen * segments;
      }
    }
    i = j;
  }
  let sent = 0;
  let largestPassed = 0;
  let smallestLost = 0;
  let watchedFor = 0;
  let dontFragment = true;
  for (const r of runs) {
    sent += r.segments;
    let all = true;
    let none = true;
    for (let i = indexOfCut(cuts, r.start), end = indexOfCut(cuts, r.end); i < end; i++) {
      if (passed[i]! === 0) all = false;
      else none = false;
    }
    if (all && r.largest > largestPassed) largestPassed = r.largest;
    if (none) {
      if (smallestLost === 0 || r.smallest < smallestLost) smallestLost = r.smallest;
      if (watchedUntil - r.time > watchedFor) watchedFor = watchedUntil - r.time;
      if (!r.dontFragment) dontFragment = false;
    }
  }
  return {
    ...pair,
    ...(lost > 0 ? { succession: successionOf(fatesOf(runs, cuts, copies, passed)) } : {}),
    sent,
    exposed,
    lost,
    neverPassed,
    neverCopies,
    watchedFor,
    largestPassed,
    smallestLost,
    dontFragment,
  };
}
