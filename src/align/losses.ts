import { ASSUMED, LIKELY, type Coverage } from './coverage.js';

/**
 * Packets of one direction in the order in which they were sent, as far as each can be told to have passed or not:
 * how many were lost, and how many of those that followed a lost one were lost themselves. Chance losses do not
 * follow one another more often than others; a full queue or a rate limit loses packets in a row.
 */
export interface Succession {
  readonly sent: number;
  readonly lost: number;
  readonly afterLost: number;
  readonly lostAfterLost: number;
}

/** @param fates of packets in order: was it lost? */
export function successionOf(fates: readonly boolean[]): Succession {
  let lost = 0;
  let afterLost = 0;
  let lostAfterLost = 0;
  fates.forEach((here, i) => {
    if (here) lost++;
    if (i === 0 || !fates[i - 1]!) return;
    afterLost++;
    if (here) lostAfterLost++;
  });
  return { sent: fates.length, lost, afterLost, lostAfterLost };
}

/** What one direction lost between two captured points. Units are segments or datagrams. */
export interface PairLoss {
  /** Indexes of the points, in the direction of travel along the path as given. */
  readonly from: number;
  readonly to: number;
  /** Units seen at `from` while `to` was surely being captured. */
  readonly sent: number;
  /** Of those, copies that no later point saw. */
  readonly lost: number;
  /**
   * Of `sent`, copies that count as lost as soon as the capture at `to` misses them: what TCP acknowledged and sent
   * once does not.
   */
  readonly exposed: number;
  /** Copies that were missed and that the capture at `to` is thought to have missed by itself; absent for none. */
  readonly ownMisses?: number;
  /** Of the lost, distinct units of which no copy ever passed and which nobody acknowledged. */
  readonly neverPassed: number;
  /** Copies seen at `from` of the units that never passed. */
  readonly neverCopies: number;
  /** Longest time for which `from` was still being captured after such a unit, nanoseconds. */
  readonly watchedFor: number;
  /** False when the capture at `to` is only assumed to have been running. */
  readonly proved: boolean;
  /** Sizes on the wire of units that passed and that never did, IP bytes; 0 when there are none. */
  readonly largestPassed: number;
  readonly smallestLost: number;
  readonly dontFragment: boolean;
  /** Absent where nothing was lost. */
  readonly succession?: Succession;
}

/**
 * Per point: units that had to pass it, for they were seen before and after it or their arrival is proved, and
 * those of them that it did not see. Tells how much a capture misses.
 */
export interface Witness {
  readonly had: readonly number[];
  readonly missed: readonly number[];
}

/** Did the capture at a point hold frames from before and after a time? */
export type RanAround = (point: number, t: number) => boolean;

/** Answers for the analysis of one direction: is point `to` covered for what `from` saw at `t`? */
export type CoverageOf = (from: number, to: number, t: number) => Coverage;

/** How surely a capture must have run at a time for a packet's absence to count. */
export type LeastCoverage = (t: number) => Coverage;

/**
 * First later point whose capture ran at `t` as surely as `least` asks. Where a point in between is only assumed
 * to have run and the one after it surely did, the loss is proved and the nearer point names the place.
 */
export function nextCovered(
  from: number,
  points: number,
  t: number,
  coverage: CoverageOf,
  least: Coverage,
): { to: number; proved: boolean } | null {
  let first: number | null = null;
  for (let to = from + 1; to < points; to++) {
    const c = coverage(from, to, t);
    if (c >= least && first === null) first = to;
    if (first !== null && c >= LIKELY) return { to: first, proved: true };
  }
  return first === null ? null : { to: first, proved: least > ASSUMED };
}
