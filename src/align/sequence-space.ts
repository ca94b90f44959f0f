/**
 * What was lost of one direction of a TCP connection, and what captures missed of it: byte by byte, since segmentation
 * offload cuts packets elsewhere at each point.
 */
import { withBrackets } from './brackets.js';
import { firstAtLeast, type ByteRuns } from './byte-runs.js';
import {
  nextCovered,
  successionOf,
  type CoverageOf,
  type LeastCoverage,
  type PairLoss,
  type RanAround,
  type Witness,
} from './losses.js';
import type { TcpDirection } from './tcp-direction.js';
import { markersOf } from './tcp-markers.js';

/** Runs of one point, compared with those of others. */
interface Compared {
  readonly runs: ByteRuns;
  /** Point that should have seen each next, as `targetOf` tells it. */
  readonly targets: Int32Array;
  /** Where each begins and ends among the cuts. */
  readonly from: Int32Array;
  readonly to: Int32Array;
}

/** No point can tell. */
const NO_TARGET = -1;

/** A point and whether its absence there is proved, as one number. */
function targetOf(next: { readonly to: number; readonly proved: boolean } | null): number {
  return next === null ? NO_TARGET : next.to * 2 + (next.proved ? 1 : 0);
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
  const points = direction.transmissions.length;
  const coverage = withBrackets(surely, (point) => markersOf(direction.transmissions, point));
  const targets = direction.transmissions.map((list, k) => {
    const own = new Int32Array(list.count);
    for (let i = 0; i < own.length; i++) {
      const t = list.time(i);
      own[i] = targetOf(nextCovered(k, points, t, coverage, least(t)));
    }
    return own;
  });
  // Most connections lose nothing: long runs show that at once. Only losses are counted packet by packet.
  const quick = comparePoints(direction, targets, lastWatched, true);
  return quick.every((p) => p.lost === 0) ? quick : comparePoints(direction, targets, lastWatched, false);
}

/** Segments that had to pass each point, and those it missed. */
export function tcpWitness(direction: TcpDirection, ran: RanAround): Witness {
  // Most connections miss nothing: long runs show that at once, without their times.
  const quick = witnessOf(direction, null);
  if (quick.missed.some((n) => n > 0)) return witnessOf(direction, ran);
  const first = direction.transmissions[0];
  let n = 0;
  if (first !== undefined) for (let i = 0; i < first.count; i++) n += first.segments(i);
  return { had: quick.had.map((had) => (had > 0 ? n : 0)), missed: quick.missed };
}

/** With `ran`, packet by packet: what passed while a capture did not run was not missed by it. */
function witnessOf(direction: TcpDirection, ran: RanAround | null): Witness {
  const points = direction.transmissions.length;
  const { compared, cuts } = boundaries(
    direction.transmissions.map((list) => ({ list, targets: new Int32Array(list.count) })),
    direction.acked,
    ran === null,
  );
  const counts = compared.map((c) => countCopies(c, cuts));
  const passed = copiesPassed(counts, cuts, direction.acked);
  const seen = ran === null ? null : seenBetween(compared, cuts);
  const had = new Array<number>(points).fill(0);
  const missed = new Array<number>(points).fill(0);
  for (let i = 0; i + 1 < cuts.length; i++) {
    const segments = Math.max(1, Math.round((cuts[i + 1]! - cuts[i]!) / direction.segmentSize));
    let before = 0;
    for (let k = 0; k < points; k++) {
      const beyond = passed[k + 1]![i]!;
      const through =
        k === 0 ? (direction.transmissions[0]!.count > 0 ? beyond : 0) : Math.min(before, beyond);
      const here = counts[k]![i]!;
      if (here > before) before = here;
      // A point that saw nothing of the flow stands beside its way: that is no miss.
      if (through === 0 || direction.transmissions[k]!.count === 0) continue;
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
  compared: readonly Compared[],
  cuts: Float64Array,
): { first: Float64Array; last: Float64Array } {
  const first = new Float64Array(cuts.length).fill(NaN);
  const last = new Float64Array(cuts.length).fill(NaN);
  for (const { runs, from, to } of compared)
    for (let r = 0; r < runs.count; r++) {
      const t = runs.time(r);
      for (let i = from[r]!; i < to[r]!; i++) {
        if (!(first[i]! <= t)) first[i] = t;
        if (!(last[i]! >= t)) last[i] = t;
      }
    }
  return { first, last };
}

function comparePoints(
  direction: TcpDirection,
  targets: readonly Int32Array[],
  lastWatched: (point: number) => number,
  merge: boolean,
): PairLoss[] {
  const { compared, cuts } = boundaries(
    direction.transmissions.map((list, k) => ({ list, targets: targets[k]! })),
    direction.acked,
    merge,
  );
  if (cuts.length < 2) return [];
  const passed = copiesPassed(
    compared.map((c) => countCopies(c, cuts)),
    cuts,
    direction.acked,
  );
  const out: PairLoss[] = [];
  compared.forEach((c, k) => {
    const found = new Set<number>();
    for (let i = 0; i < c.runs.count; i++) if (c.targets[i] !== NO_TARGET) found.add(c.targets[i]!);
    for (const target of found)
      out.push(pairLoss(c, k, target, cuts, passed[k + 1]!, direction.segmentSize, lastWatched(k)));
  });
  return out;
}

/** The runs of each point, neighbours put together if asked for, and where any of them begin and end: ascending, each once. */
function boundaries(
  points: readonly { readonly list: ByteRuns; readonly targets: Int32Array }[],
  acked: number,
  merge: boolean,
): { compared: Compared[]; cuts: Float64Array } {
  const compared = points.map(({ list, targets }): Compared => {
    const { runs, marks } = merge ? list.merged(targets) : { runs: list, marks: targets };
    return { runs, targets: marks, from: new Int32Array(runs.count), to: new Int32Array(runs.count) };
  });
  const all = new Float64Array(compared.reduce((n, { runs }) => n + runs.count * 2, 2));
  let n = 0;
  for (const { runs } of compared) {
    let before = NaN;
    for (let i = 0; i < runs.count; i++) {
      if (runs.start(i) !== before) all[n++] = runs.start(i);
      all[n++] = before = runs.end(i);
    }
  }
  if (acked > 0) {
    all[n++] = acked;
    all[n++] = 0;
  }
  const sorted = all.subarray(0, n).sort();
  let kept = 0;
  for (let i = 0; i < n; i++) if (i === 0 || sorted[i] !== sorted[kept - 1]) sorted[kept++] = sorted[i]!;
  const cuts = sorted.subarray(0, kept);
  for (const { runs, from, to } of compared)
    for (let i = 0, at = 0; i < runs.count; i++) {
      // Mostly a run begins where the one before it ended.
      const start = cuts[at] === runs.start(i) ? at : firstAtLeast(cuts, runs.start(i));
      at = cuts[start + 1] === runs.end(i) ? start + 1 : firstAtLeast(cuts, runs.end(i));
      from[i] = start;
      to[i] = at;
    }
  return { compared, cuts };
}

/** Copies of the bytes between each cut and the next; only of runs with one target, where it is given. */
function countCopies(c: Compared, cuts: Float64Array, target: number | null = null): Int32Array {
  const copies = new Int32Array(cuts.length + 1);
  for (let i = 0; i < c.runs.count; i++) {
    if (target !== null && c.targets[i] !== target) continue;
    copies[c.from[i]!]!++;
    copies[c.to[i]!]!--;
  }
  for (let i = 1; i < copies.length; i++) copies[i]! += copies[i - 1]!;
  return copies;
}

/** passed[k][i]: the most copies of elementary interval i that point k or any later one saw, or its acknowledgement proves. */
function copiesPassed(counts: readonly Int32Array[], cuts: Float64Array, acked: number): Int32Array[] {
  const out: Int32Array[] = new Array<Int32Array>(counts.length + 1);
  const end = new Int32Array(cuts.length + 1);
  for (let i = 0; i + 1 < cuts.length; i++) if (cuts[i + 1]! <= acked) end[i] = 1;
  out[counts.length] = end;
  for (let k = counts.length - 1; k >= 0; k--) {
    const most = counts[k]!.slice();
    const later = out[k + 1]!;
    for (let i = 0; i < most.length; i++) if (later[i]! > most[i]!) most[i] = later[i]!;
    out[k] = most;
  }
  return out;
}

/** Per run with the target: is it lost? Of several copies of which some passed, the first are taken for the lost ones. */
function fatesOf(c: Compared, target: number, copies: Int32Array, passed: Int32Array): boolean[] {
  const missing = copies.slice();
  for (let i = 0; i < missing.length; i++) missing[i] = Math.max(0, copies[i]! - passed[i]!);
  const out: boolean[] = [];
  for (let r = 0; r < c.runs.count; r++) {
    if (c.targets[r] !== target) continue;
    let lost = false;
    for (let i = c.from[r]!; i < c.to[r]!; i++) {
      if (missing[i]! === 0) continue;
      missing[i]!--;
      lost = true;
    }
    out.push(lost);
  }
  return out;
}

function pairLoss(
  c: Compared,
  from: number,
  target: number,
  cuts: Float64Array,
  passed: Int32Array,
  segmentSize: number,
  watchedUntil: number,
): PairLoss {
  const { runs, targets } = c;
  const copies = countCopies(c, cuts, target);
  const starts = new Uint8Array(cuts.length);
  for (let r = 0; r < runs.count; r++) if (targets[r] === target) starts[c.from[r]!] = 1;
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
      starts[j] === 0 &&
      Math.max(0, copies[j]! - passed[j]!) === missing &&
      (copies[j]! > 0 && passed[j]! === 0) === never
    ) {
      if (copies[j]! > seen) seen = copies[j]!;
      j++;
    }
    if (seen > 1 || never || missing > 0) {
      const segments = Math.max(1, Math.ceil((cuts[j]! - cuts[i]!) / segmentSize));
      if (seen > 1 || never) exposed += seen * segments;
      lost += missing * segments;
      if (missing > 0 && never) {
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
  for (let r = 0; r < runs.count; r++) {
    if (targets[r] !== target) continue;
    sent += runs.segments(r);
    let all = true;
    let none = true;
    for (let i = c.from[r]!; i < c.to[r]!; i++) {
      if (passed[i]! === 0) all = false;
      else none = false;
    }
    if (all && runs.largest(r) > largestPassed) largestPassed = runs.largest(r);
    if (none) {
      if (smallestLost === 0 || runs.smallest(r) < smallestLost) smallestLost = runs.smallest(r);
      if (watchedUntil - runs.time(r) > watchedFor) watchedFor = watchedUntil - runs.time(r);
      if (!runs.dontFragment(r)) dontFragment = false;
    }
  }
  return {
    from,
    to: target >> 1,
    proved: (target & 1) === 1,
    ...(lost > 0 ? { succession: successionOf(fatesOf(c, target, copies, passed)) } : {}),
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
