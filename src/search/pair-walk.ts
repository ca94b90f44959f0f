/** Whether an expression can match where only some bytes stand beside each other. */
import { BYTES_OF, hasPair, KIND, KINDS, pointsIn } from '../index-store/pairs.js';
import type { Step } from './regex-states.js';

/** Pairs that are looked up for one expression; beyond, every set may hold a match. */
const MAX_LOOKUPS = 4_000_000;
const DOT = KIND[46]!;
const [ZERO, NINE] = [KIND[48]!, KIND[57]!];
const isDigit = (kind: number): boolean => kind >= ZERO && kind <= NINE;

/** A place in the expression, behind a byte of some kind. */
interface Way {
  readonly step: number;
  /** -1 before the first byte of the match. */
  readonly before: number;
  /** Points so far that join numbers; -1 behind a point that does not. */
  readonly chain: number;
}

export class PairWalk {
  /** For each step, the kinds of bytes that may stand there. */
  private readonly kinds: readonly (readonly number[])[];
  private lookups = 0;
  private last: { readonly pairs: Uint8Array; readonly answer: boolean } | null = null;

  constructor(
    private readonly steps: readonly Step[],
    private readonly start: readonly number[],
  ) {
    this.kinds = steps.map(({ bytes }) =>
      BYTES_OF.flatMap((all, kind) => (all.some((byte) => bytes[byte] === 1) ? [kind] : [])),
    );
  }

  /** False when no line whose pairs are all in `pairs` matches. Blocks that share a set follow each other. */
  canMatch(pairs: Uint8Array): boolean {
    if (this.last?.pairs.byteOffset !== pairs.byteOffset || this.last.pairs.buffer !== pairs.buffer)
      this.last = { pairs, answer: this.walk(pairs) };
    return this.last.answer;
  }

  private walk(pairs: Uint8Array): boolean {
    const { steps, start } = this;
    const points = pointsIn(pairs);
    const seen = new Set<number>();
    const open: Way[] = [];
    const add = (step: number, before: number, chain: number): void => {
      const key = (step * (KINDS + 1) + before + 1) * 512 + chain + 1;
      if (seen.has(key)) return;
      seen.add(key);
      open.push({ step, before, chain });
    };
    for (const step of start) add(step, -1, 0);
    for (let way = open.pop(); way !== undefined; way = open.pop()) {
      const { step, before } = way;
      if ((this.lookups += this.kinds[step]!.length) > MAX_LOOKUPS) return true;
      const { next } = steps[step]!;
      for (const kind of this.kinds[step]!) {
        if (before >= 0 && !hasPair(pairs, before, kind)) continue;
        const chain = points === Infinity ? 0 : chainBehind(way, kind);
        if (chain > points) continue;
        if (next === null) return true;
        for (const one of next) add(one, kind, chain);
        // A character beyond ASCII may go on.
        if (kind === KIND[128]) add(step, kind, chain);
      }
    }
    return false;
  }
}

/** As it is counted where the pairs are gathered. */
function chainBehind({ before, chain }: Way, kind: number): number {
  if (isDigit(kind)) return before === DOT ? chain + 1 : chain;
  if (kind !== DOT) return 0;
  return isDigit(before) ? chain : -1;
}
