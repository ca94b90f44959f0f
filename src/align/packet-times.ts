import { WordTable } from '../capture/word-table.js';

/** Equal packets of one flow that are told apart by their order; of more, nobody says which is which. */
export const MAX_REPEATS = 64;

/** Times by a key of four words that names one packet, or a few equal ones; in order of arrival. */
export class PacketTimes {
  private readonly keys = new WordTable(Infinity);
  private first: number[] = [];
  /** All times of keys that have several: few do. */
  private readonly several = new Map<number, number[]>();

  get count(): number {
    return this.keys.count;
  }

  /** Forgets everything, but keeps the memory: a run compares thousands of flows. */
  clear(): void {
    this.keys.clear();
    this.first = [];
    this.several.clear();
  }

  add(a: number, b: number, c: number, d: number, time: number): void {
    const i = this.keys.intern(a, b, c, d);
    if (i === this.first.length) {
      this.first.push(time);
      return;
    }
    const times = this.several.get(i);
    if (times === undefined) this.several.set(i, [this.first[i]!, time]);
    else if (times.length < MAX_REPEATS) times.push(time);
  }

  /** Times of the key at `i`, an index below `count`. */
  times(i: number): readonly number[] {
    return this.several.get(i) ?? [this.first[i]!];
  }

  /** How many times there are, without a list of them. */
  repeats(i: number): number {
    return this.several.size === 0 ? 1 : (this.several.get(i)?.length ?? 1);
  }

  firstTime(i: number): number {
    return this.first[i]!;
  }

  /** The last word of the key at `i`. */
  lastWord(i: number): number {
    return this.keys.words[i * 4 + 3]!;
  }

  /** Index here of the key that is at `i` in another table; -1 where it is not known. */
  find(of: PacketTimes, i: number): number {
    const { words } = of.keys;
    const w = i * 4;
    return this.keys.find(words[w]!, words[w + 1]!, words[w + 2]!, words[w + 3]!);
  }

  /** Adds what another table has, but for times within `same` of one that is known here: those are the same packets. */
  join(other: PacketTimes, same: number): void {
    const { words } = other.keys;
    for (let i = 0; i < other.count; i++) {
      const times = other.times(i);
      const w = i * 4;
      const at = this.keys.intern(words[w]!, words[w + 1]!, words[w + 2]!, words[w + 3]!);
      if (at === this.first.length) {
        this.first.push(times[0]!);
        if (times.length > 1) this.several.set(at, [...times]);
        continue;
      }
      const known = this.times(at);
      const fresh = times.filter((t) => !known.some((k) => Math.abs(k - t) <= same));
      if (fresh.length === 0) continue;
      const all = [...known, ...fresh].sort((x, y) => x - y);
      this.several.set(at, all);
      this.first[at] = all[0]!;
    }
  }
}
