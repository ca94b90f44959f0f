/**
 * Renumbers addresses so that they share a prefix of the same length as before and nothing else of them is left: at
 * every branch of the tree of bits the side that was seen first becomes 0, the other 1.
 */
export class PrefixTree {
  private readonly root: Branch = { first: null, sides: [null, null] };

  /** The new bits of the first `length` bits of an address. */
  renumber(bits: readonly number[], length: number): number[] {
    const out: number[] = [];
    let at = this.root;
    for (let i = 0; i < length; i++) {
      const bit = bits[i] === 1 ? 1 : 0;
      at.first ??= bit;
      out.push(bit === at.first ? 0 : 1);
      at = at.sides[bit] ??= { first: null, sides: [null, null] };
    }
    return out;
  }
}

interface Branch {
  first: 0 | 1 | null;
  readonly sides: [Branch | null, Branch | null];
}

export function bitsOf(bytes: readonly number[]): number[] {
  return bytes.flatMap((b) => [7, 6, 5, 4, 3, 2, 1, 0].map((i) => (b >> i) & 1));
}

export function bytesOf(bits: readonly number[], size: number): number[] {
  return Array.from({ length: size }, (_, i) =>
    bits.slice(i * 8, i * 8 + 8).reduce<number>((n, bit, k) => n | (bit << (7 - k)), 0),
  );
}
