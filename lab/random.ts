/** Seeded choices: the same seed gives the same names and addresses. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = (seed ^ 0x9e3779b9) >>> 0;
  }

  /** An integer in [low, high]. */
  int(low: number, high: number): number {
    return low + Math.floor(this.#next() * (high - low + 1));
  }

  pick<T>(from: readonly T[]): T {
    return from[this.int(0, from.length - 1)]!;
  }

  chars(alphabet: string, length: number): string {
    let text = '';
    while (text.length < length) text += alphabet[this.int(0, alphabet.length - 1)]!;
    return text;
  }

  hex(length: number): string {
    return this.chars('0123456789abcdef', length);
  }

  uuid(): string {
    return [this.hex(8), this.hex(4), `4${this.hex(3)}`, `a${this.hex(3)}`, this.hex(12)].join('-');
  }

  /** A locally administered address with the given first byte. */
  mac(first: string): string {
    return [first, ...Array.from({ length: 5 }, () => this.hex(2))].join(':');
  }

  /** Mulberry32: 32 bits of state are plenty for names. */
  #next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }
}

/** A stable seed for a case: the base seed and the case's name. */
export function seedOf(base: number, name: string): number {
  let seed = base >>> 0;
  for (const c of name) seed = (Math.imul(seed, 31) + c.codePointAt(0)!) >>> 0;
  return seed;
}
