/** Mixes four words. The seed differs per process: nobody can prepare a file whose keys all collide. */
const seed = (Math.random() * 0x7fffffff) | 0;
function mix(a: number, b: number, c: number, d: number): number {
  let h = Math.imul(a ^ seed, 0x85ebca6b);
  h = Math.imul((h ^ (h >>> 15)) + b, 0xc2b2ae35);
  h = Math.imul((h ^ (h >>> 13)) + c, 0x27d4eb2f);
  h = Math.imul((h ^ (h >>> 16)) + d, 0x165667b1);
  return h ^ (h >>> 15);
}

/** Set of keys of four 32-bit words: open addressing, linear probing. Indexes count from 0 in order of arrival. */
export class WordTable {
  count = 0;
  words: Int32Array<ArrayBuffer>;
  private slots: Int32Array<ArrayBuffer>;
  private mask: number;
  /** Where the key asked for last begins in `words`: mostly the next one is the same, or the one that came after it. */
  private latest = 0;
  /** Slot for the key that was not found last. */
  private free = 0;

  /** @param expected keys that will come, where that is known: growing costs as much as adding */
  constructor(
    private readonly limit: number,
    expected = 1024,
  ) {
    const size = 2 ** Math.ceil(Math.log2(Math.max(expected, 1024)));
    this.words = new Int32Array(size * 4);
    this.slots = new Int32Array(size * 4);
    this.mask = size * 4 - 1;
  }

  /** Index of the key, added when new; -1 when new and the table is full. */
  intern(a: number, b: number, c: number, d: number): number {
    const known = this.find(a, b, c, d);
    if (known >= 0) return known;
    if (this.count >= this.limit) return -1;
    const index = this.count++;
    this.slots[this.free] = this.count;
    if (index * 4 === this.words.length) this.words = widened(this.words);
    const w = index << 2;
    this.words[w] = a;
    this.words[w + 1] = b;
    this.words[w + 2] = c;
    this.words[w + 3] = d;
    this.latest = w;
    if (this.count * 2 > this.mask) this.rehash();
    return index;
  }

  /** Index of the key, -1 where it was never added. */
  find(a: number, b: number, c: number, d: number): number {
    const { words } = this;
    const l = this.latest;
    if (words[l] === a && words[l + 1] === b && words[l + 2] === c && words[l + 3] === d && this.count > 0)
      return l >> 2;
    const m = l + 4;
    if (
      m >> 2 < this.count &&
      words[m] === a &&
      words[m + 1] === b &&
      words[m + 2] === c &&
      words[m + 3] === d
    )
      return (this.latest = m) >> 2;
    let s = mix(a, b, c, d) & this.mask;
    for (let entry = this.slots[s]!; entry !== 0; entry = this.slots[s]!) {
      const w = (entry - 1) << 2;
      if (words[w] === a && words[w + 1] === b && words[w + 2] === c && words[w + 3] === d) {
        this.latest = w;
        return entry - 1;
      }
      s = (s + 1) & this.mask;
    }
    this.free = s;
    return -1;
  }

  /** Forgets all keys. */
  clear(): void {
    this.slots.fill(0);
    this.count = this.latest = 0;
  }

  private rehash(): void {
    const slots = new Int32Array(this.slots.length * 2);
    const mask = slots.length - 1;
    const { words } = this;
    for (let i = 0, w = 0; i < this.count; i++, w += 4) {
      let s = mix(words[w]!, words[w + 1]!, words[w + 2]!, words[w + 3]!) & mask;
      while (slots[s] !== 0) s = (s + 1) & mask;
      slots[s] = i + 1;
    }
    this.slots = slots;
    this.mask = mask;
  }
}

function widened(old: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const words = new Int32Array(old.length * 2);
  words.set(old);
  return words;
}
