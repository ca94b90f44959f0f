import type { Analysis } from './analyse.js';
import { hostPair } from './grouping.js';
import type { PairLoss, Witness } from './losses.js';

/** Healthy connections between two hosts that are kept one by one; enough to list. */
const KEPT = 64;

/**
 * Keeps memory bounded where captures hold many healthy connections: beyond the first few between two hosts, one
 * analysis stands for all the others, with their sums.
 */
export class HealthyDigest {
  private readonly entries = new Map<string, { seen: number; rest: Sum | null }>();

  /** Takes in an analysis that lost nothing; true when it is to be kept as it is. */
  add(a: Analysis): boolean {
    const key = `${hostPair(a)}|${a.path.points.map((p) => p.station).join()}|${String(a.path.sameNode)}`;
    let entry = this.entries.get(key);
    if (entry === undefined) this.entries.set(key, (entry = { seen: 0, rest: null }));
    if (a.stands === 1 && entry.seen < KEPT) {
      entry.seen++;
      return true;
    }
    if (entry.rest === null) entry.rest = startSum(a);
    else addTo(entry.rest, a);
    return false;
  }

  /** The analyses that stand for all that were not kept. */
  rest(): Analysis[] {
    return [...this.entries.values()]
      .map((e) => e.rest)
      .filter((sum) => sum !== null)
      .map(({ analysis, stands, forward, back, witnesses }) => ({
        ...analysis,
        stands,
        forward,
        back,
        witnesses,
      }));
  }
}

interface Sum {
  readonly analysis: Analysis;
  stands: number;
  readonly forward: Writable<PairLoss>[];
  readonly back: Writable<PairLoss>[];
  readonly witnesses: readonly { readonly had: number[]; readonly missed: number[] }[];
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

function startSum(a: Analysis): Sum {
  return {
    analysis: a,
    stands: a.stands,
    forward: a.forward.map((p) => ({ ...p })),
    back: a.back.map((p) => ({ ...p })),
    witnesses: a.witnesses.map((w) => ({ had: [...w.had], missed: [...w.missed] })),
  };
}

function addTo(sum: Sum, a: Analysis): void {
  sum.stands += a.stands;
  for (let i = 0; i < sum.forward.length; i++) addPair(sum.forward[i]!, a.forward[i]!);
  for (let i = 0; i < sum.back.length; i++) addPair(sum.back[i]!, a.back[i]!);
  for (let i = 0; i < sum.witnesses.length; i++) addWitness(sum.witnesses[i]!, a.witnesses[i]!);
}

function addPair(p: Writable<PairLoss>, q: PairLoss): void {
  p.sent += q.sent;
  if (q.largestPassed > p.largestPassed) p.largestPassed = q.largestPassed;
}

function addWitness(v: { had: number[]; missed: number[] }, w: Witness): void {
  for (let k = 0; k < v.had.length; k++) {
    v.had[k]! += w.had[k]!;
    v.missed[k]! += w.missed[k]!;
  }
}
