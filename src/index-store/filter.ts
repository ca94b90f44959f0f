/** Which words a block holds: a Bloom filter, built from the distinct hashes of its words. */

/** Above this many distinct words a block's filter would let everything through: none is kept. */
const MAX_WORDS = 1 << 16;

/** Bytes for each word and bits that are asked of it, where there is room: four of a thousand words are let through. */
const BYTES_PER_WORD = 1.5;
const MOST_PROBES = 6;

/** Words as bits: `probes` of them for each. */
export interface WordFilter {
  readonly probes: number;
  readonly bytes: Uint8Array;
}

/** Distinct hashes of one block; `clear` for the next one. */
export class WordSet {
  size = 0;
  overflow = false;
  private table = new Int32Array(1 << 12);
  private readonly used: number[] = [];

  add(hash: number): boolean {
    const value = hash === 0 ? 1 : hash;
    const mask = this.table.length - 1;
    let slot = mix(value) & mask;
    for (; this.table[slot] !== 0; slot = (slot + 1) & mask) if (this.table[slot] === value) return false;
    if (this.size >= MAX_WORDS) {
      this.overflow = true;
      return true;
    }
    this.table[slot] = value;
    this.used.push(value);
    if (++this.size * 2 > this.table.length) this.grow();
    return true;
  }

  clear(): void {
    if (this.size > 0) this.table.fill(0);
    this.used.length = 0;
    this.size = 0;
    this.overflow = false;
  }

  /** In `room` bytes at most; empty when the block has no words, null when it has too many to tell. */
  filter(room: number): WordFilter | null {
    if (this.overflow) return null;
    if (this.size === 0) return { probes: 1, bytes: new Uint8Array() };
    const bytes = new Uint8Array(
      Math.max(8, Math.min(Math.ceil(this.size * BYTES_PER_WORD), Math.ceil(room))),
    );
    const bits = bytes.length * 8;
    const probes = Math.max(1, Math.min(MOST_PROBES, Math.round((bits / this.size) * Math.LN2)));
    for (const hash of this.used) {
      for (let probe = 0; probe < probes; probe++) {
        const bit = position(hash, probe, bits);
        bytes[bit >> 3] = bytes[bit >> 3]! | (1 << (bit & 7));
      }
    }
    return { probes, bytes };
  }

  private grow(): void {
    this.table = new Int32Array(this.table.length * 2);
    const mask = this.table.length - 1;
    for (const value of this.used) {
      let slot = mix(value) & mask;
      while (this.table[slot] !== 0) slot = (slot + 1) & mask;
      this.table[slot] = value;
    }
  }
}

/** False when the block surely lacks the word. */
export function mayHold({ probes, bytes }: WordFilter, hash: number): boolean {
  const value = hash === 0 ? 1 : hash;
  const bits = bytes.length * 8;
  if (bits === 0) return false;
  for (let probe = 0; probe < probes; probe++) {
    const bit = position(value, probe, bits);
    if ((bytes[bit >> 3]! & (1 << (bit & 7))) === 0) return false;
  }
  return true;
}

function mix(hash: number): number {
  let h = hash ^ (hash >>> 16);
  h = Math.imul(h, 0x45d9f3b);
  return h ^ (h >>> 15);
}

function position(hash: number, probe: number, bits: number): number {
  const step = Math.imul(hash, 0x9e3779b1) | 1;
  // The upper part of the product: a division takes longer.
  return Math.floor(((mix(hash) + Math.imul(step, probe)) >>> 0) * (bits / 2 ** 32));
}
