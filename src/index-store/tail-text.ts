/** Gathers what filters know of lines whose patterns tell only their beginning. */
import { CODE_BITS, GRAM_CODE, gramFilter, KEYS, keysOfNoString, SIGN, type GramFilter } from './grams.js';
import { joined } from './joined.js';
import { packPairs } from './pairs.js';

const DOT = 46;
const NEWLINE = 10;
/** Text of blocks that share a set of pairs. */
const GROUP_SIZE = 1024 * 1024;

/** Made once: it is copied for each file. */
let noStrings: Int32Array | null = null;

export class TailText {
  private readonly groups: Uint8Array[] = [];
  /** A bit for each key that was met in this block or is of no string; null before the first line. */
  private met: Int32Array | null = null;
  private keys = new Uint32Array(1 << 12);
  private count = 0;
  private lines = 0;
  /** A byte for each two bytes. */
  private readonly pairs = new Uint8Array(1 << 16);
  private points = 0;
  private inGroup = 0;
  /** The next point of the block behind the lines that were seen; -1 before the first. */
  private point = -1;

  /** A line of the block. */
  see(bytes: Buffer, start: number, end: number): void {
    this.lines++;
    const { pairs } = this;
    const met = (this.met ??= (noStrings ??= keysOfNoString()).slice());
    let key = SIGN;
    let pair = NEWLINE;
    for (let i = start; i < end; i++) {
      const byte = bytes[i]!;
      key = ((key << CODE_BITS) | GRAM_CODE[byte]!) & (KEYS - 1);
      if ((met[key >> 5]! & (1 << (key & 31))) === 0) this.add(key);
      // The first byte of a line stands behind a line end.
      pair = ((pair << 8) | byte) & 0xffff;
      pairs[pair] = 1;
    }
    key = ((key << CODE_BITS) | SIGN) & (KEYS - 1);
    if ((met[key >> 5]! & (1 << (key & 31))) === 0) this.add(key);
    this.seePoints(bytes, start, end);
  }

  /** Points that join numbers one after the other. */
  private seePoints(bytes: Buffer, start: number, end: number): void {
    let chain = 0;
    let last = -1;
    let at = this.point < start ? pointFrom(bytes, start) : this.point;
    for (; at < end; at = pointFrom(bytes, at + 1)) {
      if (at === start || !isDigit(bytes[at - 1]!) || at + 1 >= end || !isDigit(bytes[at + 1]!)) continue;
      let before = at - 1;
      while (before > last && before >= start && isDigit(bytes[before]!)) before--;
      chain = before === last ? chain + 1 : 1;
      last = at;
      if (chain > this.points) this.points = chain;
    }
    this.point = at;
  }

  /** What is known of a block of `size` bytes, in `room` bytes; the next line begins another block. */
  end(size: number, room: number): { tail: GramFilter | null; group: number } {
    const { count, keys, lines } = this;
    const tail = lines === 0 ? null : gramFilter(keys, count, room);
    for (let i = 0; i < count; i++) this.meet(keys[i]!);
    this.count = 0;
    this.lines = 0;
    this.point = -1;
    const group = this.groups.length;
    if (tail !== null) this.inGroup += size;
    if (this.inGroup >= GROUP_SIZE) this.endGroup();
    return { tail, group };
  }

  /** All sets of pairs, one behind the other. */
  finish(): Uint8Array {
    if (this.inGroup > 0) this.endGroup();
    return joined(this.groups).bytes;
  }

  private endGroup(): void {
    this.groups.push(packPairs(this.pairs, this.points));
    this.pairs.fill(0);
    this.points = 0;
    this.inGroup = 0;
  }

  private add(key: number): void {
    this.meet(key);
    if (this.count === this.keys.length) {
      const larger = new Uint32Array(this.count * 2);
      larger.set(this.keys);
      this.keys = larger;
    }
    this.keys[this.count++] = key;
  }

  /** Marks a key, or takes the mark away. */
  private meet(key: number): void {
    const met = this.met!;
    met[key >> 5] = met[key >> 5]! ^ (1 << (key & 31));
  }
}

const isDigit = (byte: number): boolean => byte >= 48 && byte <= 57;

/** Where the next point stands from `from` on; Infinity when there is none. */
function pointFrom(bytes: Buffer, from: number): number {
  const at = bytes.indexOf(DOT, from);
  return at < 0 ? Infinity : at;
}
