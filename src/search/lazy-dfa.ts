/** Runs the steps of an expression over bytes, a state for each set of steps, made when it is first met. */
import { BIT, CLASS, DIGIT, LETTER } from '../index-store/classes.js';
import { shapeKey, type MaskShape } from '../index-store/masks.js';
import type { Step } from './regex-states.js';

const NEWLINE = 10;
const DOT = 46;
/** States that are kept; beyond, every line is left to the engine. */
const MAX_STATES = 2000;

/** Steps that are followed through masks; beyond, a mask may hide a match. */
const MAX_FOLLOWED = 2_000_000;

/** The state of a text that has been matched, whatever follows. */
export const MATCHED = 0;
/** The state of a text of which nothing was matched so far. */
export const START = 1;

/** Bytes that no step and no mask tells apart. */
interface ByteClass {
  readonly byte: number;
  readonly kind: 'letter' | 'dot' | 'other';
  /** Bits of its bytes, as masks count them; -1 where a mask may hold it always. */
  readonly bits: number;
}

export class LazyDfa {
  /** Too many states: what `next` and `after` tell is that everything may match. */
  gaveUp = false;
  private readonly classOf = new Uint8Array(256);
  private readonly classes: ByteClass[] = [];
  /** A state has two to the power of `shift` places in the table, which hold where the places of the next one begin. */
  private readonly shift: number;
  private table: Int32Array;
  private readonly sets: (readonly number[])[] = [];
  private readonly known = new Map<string, number>();
  private stays: Uint8Array | null = null;
  private followed = 0;
  /** By state, then by shape. */
  private readonly afterMask: Map<number, number>[] = [];

  constructor(
    private readonly steps: readonly Step[],
    private readonly start: readonly number[],
  ) {
    this.divide();
    this.shift = Math.ceil(Math.log2(this.classes.length));
    this.table = new Int32Array(16 << this.shift).fill(-1);
    this.sets.push([], this.start);
    this.table.fill(MATCHED, 0, 1 << this.shift);
    this.known.set(String(this.start), START);
  }

  /** The state behind a byte. */
  next(state: number, byte: number): number {
    const by = this.classOf[byte]!;
    const to = this.table[(state << this.shift) | by]!;
    return (to >= 0 ? to : this.make(state << this.shift, by)) >> this.shift;
  }

  /** The state behind any text that a mask may hide. */
  after(state: number, shape: MaskShape): number {
    if (state === MATCHED) return MATCHED;
    const known = (this.afterMask[state] ??= new Map());
    const key = shapeKey(shape);
    let to = known.get(key);
    if (to === undefined) known.set(key, (to = this.through(state, shape)));
    return to;
  }

  /** Where the first match ends in `text` between `from` and `to`, lines taken one by one; -1 when there is none. */
  find(text: Buffer, from: number, to = text.length): number {
    const { classOf } = this;
    const stays = (this.stays ??= this.staying());
    let { table } = this;
    const start = START << this.shift;
    let at = start;
    for (let i = from; i < to; i++) {
      if (at === start) {
        while (i < to && stays[text[i]!] === 1) i++;
        if (i === to) break;
      }
      const by = classOf[text[i]!]!;
      let behind = table[at + by]!;
      if (behind <= MATCHED) {
        if (behind < 0) {
          behind = this.make(at, by);
          table = this.table;
        }
        if (behind === MATCHED) return i;
      }
      at = behind;
    }
    return -1;
  }

  /** 1 for each byte behind which, of a text of which nothing was matched, still nothing is. */
  private staying(): Uint8Array {
    const stays = new Uint8Array(256);
    for (let byte = 0; byte < 256; byte++) stays[byte] = Number(this.next(START, byte) === START);
    return stays;
  }

  /** Puts bytes that behave alike into one class. */
  private divide(): void {
    const found = new Map<string, number>();
    for (let byte = 0; byte < 256; byte++) {
      const kind = CLASS[byte] === LETTER ? 'letter' : byte === DOT ? 'dot' : 'other';
      const bits = CLASS[byte] === DIGIT ? -1 : BIT[byte]!;
      const key = `${byte === NEWLINE} ${byte >= 128} ${kind} ${bits} ${this.steps.map(({ bytes }) => bytes[byte]).join('')}`;
      let number = found.get(key);
      if (number === undefined) {
        found.set(key, (number = this.classes.length));
        this.classes.push({ byte, kind, bits });
      }
      this.classOf[byte] = number;
    }
  }

  /** Finds out what follows the state whose places begin at `at`, and where the places of that begin. */
  private make(at: number, by: number): number {
    const { byte } = this.classes[by]!;
    const set = this.sets[at >> this.shift]!;
    const to = (byte === NEWLINE ? START : this.stateOf(this.read(set, byte))) << this.shift;
    // Making the state may have made the table anew.
    this.table[at + by] = to;
    return to;
  }

  /** Steps behind a byte; null when the expression may end there. */
  private read(set: readonly number[], byte: number): ReadonlySet<number> | null {
    const found = new Set(this.start);
    for (const one of set) {
      const { bytes, next } = this.steps[one]!;
      if (bytes[byte] !== 1) continue;
      if (next === null) return null;
      for (const step of next) found.add(step);
      // A character beyond ASCII may go on.
      if (byte >= 128) found.add(one);
    }
    return found;
  }

  private stateOf(steps: ReadonlySet<number> | null): number {
    if (steps === null || this.gaveUp) return MATCHED;
    const set = [...steps].sort((a, b) => a - b);
    const key = String(set);
    const known = this.known.get(key);
    if (known !== undefined) return known;
    if (this.sets.length >= MAX_STATES) {
      this.gaveUp = true;
      return MATCHED;
    }
    const state = this.sets.push(set) - 1;
    this.known.set(key, state);
    if (this.sets.length << this.shift > this.table.length) {
      const larger = new Int32Array(this.table.length * 2).fill(-1);
      larger.set(this.table);
      this.table = larger;
    }
    return state;
  }

  /**
   * The steps behind each text of the mask's bytes with at most `run` letters in a row and `dots` points. Where in the
   * mask a match begins is not known, so that of the text before nothing is counted.
   */
  private through(state: number, { bits, run, dots }: MaskShape): number {
    const inside = this.classes.filter((one) => one.bits === -1 || (one.bits & bits) !== 0);
    const seen = new Set<number>();
    const found = new Set(this.start);
    const open = [...this.sets[state]!, ...this.start].map((step) => ({ step, letters: 0, points: 0 }));
    // What has no bound need not be counted.
    const [letter, point] = [run === Infinity ? 0 : 1, dots === Infinity ? 0 : 1];
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      if ((this.followed += inside.length) > MAX_FOLLOWED) return MATCHED;
      const { bytes, next } = this.steps[at.step]!;
      for (const { byte, kind } of inside) {
        if (bytes[byte] !== 1) continue;
        const letters = kind === 'letter' ? at.letters + letter : 0;
        const points = at.points + (kind === 'dot' ? point : 0);
        if (letters > run || points > dots) continue;
        if (next === null) return MATCHED;
        for (const step of byte >= 128 ? [...next, at.step] : next) {
          const key = (step * 128 + letters) * 16 + points;
          if (seen.has(key)) continue;
          seen.add(key);
          found.add(step);
          open.push({ step, letters, points });
        }
      }
    }
    return this.stateOf(found);
  }
}
