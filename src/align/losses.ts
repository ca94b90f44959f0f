import type { Coverage } from './paths.js';

/** What one direction lost between two captured points. Units are segments or datagrams. */
export interface PairLoss {
  /** Indexes of the points, in the direction of travel along the path as given. */
  readonly from: number;
  readonly to: number;
  /** Units seen at `from` while `to` was surely being captured. */
  readonly sent: number;
  /** Of those, copies that no later point saw. */
  readonly lost: number;
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
}

/** Answers for the analysis of one direction: is point `to` covered for what `from` saw at `t`? */
export type CoverageOf = (from: number, to: number, t: number) => Coverage;

/** First later point whose capture surely ran at `t`; else, for failing flows, the first that probably did. */
export function nextCovered(
  from: number,
  points: number,
  t: number,
  coverage: CoverageOf,
  acceptAssumed: boolean,
): { to: number; proved: boolean } | null {
  let assumed: number | null = null;
  for (let to = from + 1; to < points; to++) {
    const c = coverage(from, to, t);
    if (c === 'covered') return { to: assumed !== null && acceptAssumed ? assumed : to, proved: assumed === null || !acceptAssumed };
    if (c === 'assumed' && assumed === null) assumed = to;
  }
  return acceptAssumed && assumed !== null ? { to: assumed, proved: false } : null;
}
