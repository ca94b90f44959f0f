/** Gathers what filters know of lines whose patterns tell only their beginning. */
import { CODE_BITS, GRAM_CODE, gramFilter, KEYS, SIGN, type GramFilter } from './grams.js';
import { joined } from './joined.js';
import { KIND, KINDS, packPairs } from './pairs.js';

const DOT = 46;
/** Text of blocks that share a set of pairs. */
const GROUP_SIZE = 1024 * 1024;

export class TailText {
  private readonly groups: Uint8Array[] = [];
  private readonly known = new Int32Array(KEYS >> 5);
  private keys = new Uint32Array(1 << 14);
  private count = 0;
  private lines = 0;
  private readonly pairs = new Uint8Array(KINDS * KINDS);
  private points = 0;
  private inGroup = 0;

  /** A line of the block. */
  see(bytes: Buffer, start: number, end: number): void {
    this.lines++;
    const { pairs, known } = this;
    let { points } = this;
    let kind = start < end ? KIND[bytes[start]!]! : 0;
    let key = SIGN;
    let letters = 0;
    // A sign stands before the letters.
    let open = true;
    // Points so far that join numbers; -1 behind a point that does not.
    let chain = 0;
    let before = 0;
    for (let i = start; i <= end; i++) {
      const byte = i < end ? bytes[i]! : 10;
      const code = i < end ? GRAM_CODE[byte]! : SIGN;
      key = ((key << CODE_BITS) | code) & (KEYS - 1);
      let whole = false;
      if (code === SIGN) {
        whole = letters >= 3;
        letters = 0;
        open = true;
      } else if (code === 0) {
        letters = 0;
        open = false;
      } else {
        letters++;
        whole = letters > 3 || (letters === 3 && open);
      }
      if (whole && (known[key >> 5]! & (1 << (key & 31))) === 0) this.add(key);
      if (i === end) break;
      const next = KIND[byte]!;
      if (i > start) pairs[kind * KINDS + next] = 1;
      kind = next;
      if (byte >= 48 && byte <= 57) {
        if (before === DOT && ++chain > points) points = chain;
      } else if (byte !== DOT) chain = 0;
      else if (before < 48 || before > 57) chain = -1;
      before = byte;
    }
    this.points = points;
  }

  /** What is known of a block of `size` bytes, in `room` bytes; the next line begins another block. */
  end(size: number, room: number): { tail: GramFilter | null; group: number } {
    const { count, keys, lines } = this;
    const tail = lines === 0 ? null : gramFilter(keys, count, room);
    for (let i = 0; i < count; i++) this.known[keys[i]! >> 5] = 0;
    this.count = 0;
    this.lines = 0;
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
    this.known[key >> 5] = this.known[key >> 5]! | (1 << (key & 31));
    if (this.count === this.keys.length) {
      const larger = new Uint32Array(this.count * 2);
      larger.set(this.keys);
      this.keys = larger;
    }
    this.keys[this.count++] = key;
  }
}
