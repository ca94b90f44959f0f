/** Verdict lines summed up to tuples, in bounded memory. */
import { directionOf, looksLikeReturn, type VerdictLine } from './policy-verdict.js';
import {
  byWeight,
  grow,
  keyOf,
  mergeTuple,
  unmix,
  type VerdictPlace,
  type VerdictTuple,
} from './verdict-tuple.js';

/** Tuples kept of one node. */
export const MAX_TUPLES = 100_000;

export class VerdictTable {
  /** Tuples and lines that were dropped to stay within the bound. */
  droppedTuples = 0;
  droppedLines = 0;
  private readonly tuples = new Map<string, VerdictTuple>();
  private readonly podIps: ReadonlySet<string>;

  constructor(
    podIps: readonly string[],
    private readonly maxTuples = MAX_TUPLES,
  ) {
    this.podIps = new Set(podIps.map((ip) => ip.toLowerCase()));
  }

  add(line: VerdictLine, seen: VerdictPlace): void {
    const returnTraffic = looksLikeReturn(line);
    const direction = directionOf(line, this.podIps);
    const key = keyOf(line, direction, returnTraffic);
    const tuple = this.tuples.get(key);
    if (tuple !== undefined) {
      grow(tuple, line, seen);
      return;
    }
    if (this.tuples.size >= this.maxTuples) this.shrink();
    this.tuples.set(key, {
      line,
      direction,
      returnTraffic,
      count: 1,
      first: seen.time,
      last: seen.time,
      sports: [line.sport],
      dports: [line.dport],
      firstSeen: { ...seen, text: '' },
      lastSeen: { ...seen, text: '' },
    });
  }

  /** Adds a tuple of another table, written later. */
  merge(tuple: VerdictTuple): void {
    const key = keyOf(tuple.line, tuple.direction, tuple.returnTraffic);
    const known = this.tuples.get(key);
    if (known !== undefined) {
      mergeTuple(known, tuple);
      return;
    }
    if (this.tuples.size >= this.maxTuples) this.shrink();
    this.tuples.set(key, { ...tuple, sports: [...tuple.sports], dports: [...tuple.dports] });
  }

  /** Numbers of the lines that stand for the tuples. */
  lineNumbers(): Set<number> {
    const all = new Set<number>();
    for (const { firstSeen, lastSeen } of this.tuples.values()) all.add(firstSeen.line).add(lastSeen.line);
    return all;
  }

  /** The tuples as they were counted, in no order, with the text of their lines: for `merge`. */
  raw(texts: ReadonlyMap<number, string>): VerdictTuple[] {
    for (const tuple of this.tuples.values()) {
      tuple.firstSeen.text = texts.get(tuple.firstSeen.line) ?? '';
      tuple.lastSeen.text = texts.get(tuple.lastSeen.line) ?? '';
    }
    return [...this.tuples.values()];
  }

  /** All tuples, DENY before the others, then by count. */
  result(): VerdictTuple[] {
    return [...unmix([...this.tuples.values()])]
      .sort((a, b) => byWeight(a[1], b[1]) || (a[0] < b[0] ? -1 : 1))
      .map(([, tuple]) => tuple);
  }

  /** Drops the quarter that tells least: ACCEPT before DENY, then the smallest counts, of these the oldest. */
  private shrink(): void {
    const all = [...this.tuples].reverse().sort((a, b) => byWeight(a[1], b[1]));
    for (const [key, tuple] of all.slice(Math.floor((this.maxTuples * 3) / 4))) {
      this.tuples.delete(key);
      this.droppedTuples++;
      this.droppedLines += tuple.count;
    }
  }
}
