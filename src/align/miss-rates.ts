import type { Analysis } from './analyse.js';
import { hostPair } from './grouping.js';
import type { PairLoss, Witness } from './losses.js';
import type { PathPoint } from './paths.js';
import { wilson } from './wilson.js';

/** Below this many packets that had to pass, a tap's own rate says less than that of all taps together. */
const ENOUGH = 30;
/** Captures lose packets in bunches: their counts spread wider than independent chances would. */
const BUNCHES = 3;
/** Packets of the losing flows between two hosts that had to pass a tap, from which on they tell what it missed. */
const ENOUGH_OF_FLOWS = 20;
/** Standard deviations that one in twenty exceeds. */
const LIKELY_SPREAD = 1.64;

/** How much worse than all together a tap may be of which little is known, and the least that it is taken for. */
const MUCH_WORSE = 3;
const LEAST = 0.02;

/** How many of the packets that had to pass each tap it did not see. */
export class MissRates {
  private readonly sums = new Map<number, { had: number; missed: number }>();
  private had = 0;
  private missed = 0;

  constructor(analyses: readonly Analysis[]) {
    for (const a of analyses)
      for (const witness of a.witnesses)
        witness.had.forEach((had, k) => {
          const missed = witness.missed[k]!;
          this.had += had;
          this.missed += missed;
          for (const tap of a.path.points[k]!.watchers) {
            const s = this.sums.get(tap.index) ?? { had: 0, missed: 0 };
            this.sums.set(tap.index, { had: s.had + had, missed: s.missed + missed });
          }
        });
  }

  /** Rate of a tap, null when nothing had to pass it. */
  of(tap: number): number | null {
    const s = this.sums.get(tap);
    return s === undefined || s.had === 0 ? null : s.missed / s.had;
  }

  /** As many as `lost` of `sent` packets may be a tap's own misses, by what little is known of it. */
  mayExplain(tap: number, lost: number, sent: number): boolean {
    const s = this.sums.get(tap);
    if (s === undefined || s.had === 0) return true;
    const m = wilson(s.missed, s.had).high;
    return lost <= sent * m + LIKELY_SPREAD * Math.sqrt(BUNCHES * sent * m * (1 - m));
  }

  /**
   * The worst of the taps at a point. What little a tap shows of itself is filled up with what all of them show; and
   * where any misses were seen, the rate is taken as high as they allow.
   */
  private at(p: PathPoint): number {
    if (this.missed === 0) return 0;
    const overall = this.missed / this.had;
    return Math.max(
      0,
      ...p.watchers.map((t) => {
        const { had, missed } = this.sums.get(t.index) ?? { had: 0, missed: 0 };
        const high = wilson(missed + overall * ENOUGH, had + ENOUGH).high;
        // What little is known of a tap is no reason to think it far worse than the others.
        return had < ENOUGH
          ? Math.min(high, Math.max(LEAST, MUCH_WORSE * overall, had > 0 ? missed / had : 0))
          : high;
      }),
    );
  }

  /** Too little had to pass a point to know what it misses. */
  private unknown(p: PathPoint): boolean {
    return p.watchers.every((t) => (this.sums.get(t.index)?.had ?? 0) < ENOUGH);
  }

  /** Takes away losses that the tap's own misses explain; all flows between two hosts are weighed together. */
  discount(analyses: readonly Analysis[]): Analysis[] {
    const pools = new Map<string, { exposed: number; lost: number; had: number; missed: number }>();
    // A capture misses packets: a lost super-packet is one, however many segments it is cut into.
    const packetsOf = (a: Analysis, p: PairLoss): { exposed: number; lost: number } => {
      const packets = a.tcp === null ? 0 : (p.succession?.lost ?? 0);
      const lost = packets > 0 ? Math.min(p.lost, packets) : p.lost;
      return { lost, exposed: p.lost === 0 ? p.exposed : Math.max(lost, (p.exposed * lost) / p.lost) };
    };
    const keyOf = (a: Analysis, p: PairLoss, way: string): string =>
      `${hostPair(a)}|${a.path.points[p.from]!.station}|${a.path.points[p.to]!.station}|${way}`;
    const each = (a: Analysis, visit: (p: PairLoss, way: string) => void): void => {
      for (const p of a.forward) visit(p, 'forward');
      for (const p of a.back) visit(p, 'return');
    };
    for (const a of analyses) {
      const counted = new Set<string>();
      each(a, (p, way) => {
        const key = keyOf(a, p, way);
        const s = pools.get(key) ?? { exposed: 0, lost: 0, had: 0, missed: 0 };
        const { exposed, lost } = packetsOf(a, p);
        let { had, missed } = s;
        if (p.lost > 0 && !counted.has(key))
          for (const w of a.witnesses) {
            had += w.had[p.to]!;
            missed += w.missed[p.to]!;
          }
        if (p.lost > 0) counted.add(key);
        pools.set(key, { exposed: s.exposed + exposed, lost: s.lost + lost, had, missed });
      });
    }
    const keep =
      (a: Analysis, way: string) =>
      (p: PairLoss): PairLoss => {
        if (p.lost === 0) return p;
        const { exposed, lost, had, missed } = pools.get(keyOf(a, p, way))!;
        const to = a.path.points[p.to]!;
        // A capture loses packets for a while: what it misses of these very flows counts for them before all else.
        const m = Math.max(this.at(to), had < ENOUGH_OF_FLOWS ? 0 : missed / had);
        const explained = exposed * m + 3 * Math.sqrt(BUNCHES * exposed * m * (1 - m));
        // One packet is no loss where captures are known to miss some, nor where nothing is known of the capture.
        const single = lost === 1 && (this.missed > 0 || (a.tcp === null && exposed > 1 && this.unknown(to)));
        return lost > explained && !single
          ? p
          : { ...p, lost: 0, ownMisses: p.lost, neverPassed: 0, neverCopies: 0, smallestLost: 0 };
      };
    return analyses.map((a) => ({
      ...a,
      forward: a.forward.map(keep(a, 'forward')),
      back: a.back.map(keep(a, 'return')),
    }));
  }
}

/** A witness with its points in reverse order. */
export function reversed(w: Witness): Witness {
  return { had: [...w.had].reverse(), missed: [...w.missed].reverse() };
}
