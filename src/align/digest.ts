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
  private readonly entries = new Map<string, { seen: number; rest: Analysis | null }>();

  /** Takes in an analysis that lost nothing; true when it is to be kept as it is. */
  add(a: Analysis): boolean {
    const key = `${hostPair(a)}|${a.path.points.map((p) => p.station).join()}|${String(a.path.sameNode)}`;
    const entry = this.entries.get(key);
    if (entry === undefined) this.entries.set(key, { seen: 1, rest: null });
    else if (entry.seen < KEPT) entry.seen++;
    else {
      entry.rest = entry.rest === null ? { ...a, stands: 1 } : merge(entry.rest, a);
      return false;
    }
    return true;
  }

  /** The analyses that stand for all that were not kept. */
  rest(): Analysis[] {
    return [...this.entries.values()].map((e) => e.rest).filter((a) => a !== null);
  }
}

function merge(x: Analysis, y: Analysis): Analysis {
  return {
    ...x,
    stands: x.stands + 1,
    forward: x.forward.map((p, i) => add(p, y.forward[i]!)),
    back: x.back.map((p, i) => add(p, y.back[i]!)),
    witnesses: x.witnesses.map((w, i) => both(w, y.witnesses[i]!)),
  };
}

function add(p: PairLoss, q: PairLoss): PairLoss {
  return { ...p, sent: p.sent + q.sent, largestPassed: Math.max(p.largestPassed, q.largestPassed) };
}

function both(v: Witness, w: Witness): Witness {
  return { had: v.had.map((n, i) => n + w.had[i]!), missed: v.missed.map((n, i) => n + w.missed[i]!) };
}
