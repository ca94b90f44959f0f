/**
 * The hot loop of indexing: one pass over the bytes of a line that hashes what is fixed and masks what varies.
 *
 *     "msg":"assigned IP 10.0.1.9 to sandbox 3f2a…"  →  "msg":"assigned IP ␀ to sandbox ␀"
 *
 * Words with a digit are masked, joined with what follows by `.:,/-` and a digit (times, addresses, numbers with
 * units), as are UUIDs, MAC and IPv6 addresses and the random suffix of pod names. Words of the trade (`ipv4`, `k8s`)
 * and the known beginnings of names (`eth` in `eth0`, klog's level in `E0517`) are kept.
 */
import { BIT, CLASS, DIGIT, LETTER, SEPARATOR, wordHash } from './classes.js';
import { allDigits, hasDigit, hashOf, isHex, isPodSuffix, isUuidGroup, keyOf } from './spans.js';
import { bytesFiltered, coresIn, quadsIn, VOCABULARY } from './units.js';
import type { WordSet } from './filter.js';
import { MaskShapes } from './masks.js';

const PREFIXES = ['eth', 'ens', 'enp', 'eni', 'veth', 'cali', 'lxc', 'vlan', 'azv'].map((text) =>
  Buffer.from(text),
);
/** Bytes of a line that make its pattern; what follows is a tail of which nothing is known. */
export const MAX_MASKED = 4096;
/** Kept words that make the coarse pattern of lines beyond the cap. */
const COARSE_WORDS = 6;
/** A longer word is no word but data, and is masked. */
const MAX_WORD = 128;

const DASH = 45;
const COLON = 58;
const DOT = 46;

/** Told of each masked span, when a template is made. */
export type SpanSink = (start: number, end: number) => void;

export class Masker {
  /** Key of the line's pattern, and of its first words. */
  key = 0;
  coarse = 0;
  /** Where the coarse pattern ends; -1 when the line has too few words. */
  coarseEnd = -1;
  /** Where the pattern ends: the end of the line, or near `MAX_MASKED`. */
  end = 0;
  /** What hides behind the masks, and whether words without digits do. */
  readonly shapes = new MaskShapes();
  special = false;

  constructor(
    private readonly words: WordSet | null,
    private readonly onSpan: SpanSink | null = null,
    private readonly onWord: ((start: number, end: number, hash: number) => void) | null = null,
  ) {}

  scan(bytes: Buffer, start: number, end: number): void {
    this.shapes.clear();
    this.special = false;
    this.coarseEnd = -1;
    this.end = end;
    let h1 = 0x2545f491;
    let h2 = 0x9747b28c | 0;
    let words = 0;
    let i = start;
    let cut = false;
    const limit = start + MAX_MASKED;
    while (i < end) {
      const byte = bytes[i]!;
      if (i >= limit && !cut) {
        cut = true;
        this.end = i;
        this.key = keyOf(h1, h2 ^ 0x5bd1e995);
      }
      if (CLASS[byte] === SEPARATOR) {
        h1 = Math.imul(h1 ^ byte, 0x85ebca6b);
        h2 = Math.imul(h2 + byte, 0xc2b2ae35) ^ (h2 >>> 15);
        i++;
        continue;
      }
      const from = i;
      let w1 = 0x3c6ef372;
      let w2 = 5381;
      let seen = 0;
      let b = byte;
      let kind = CLASS[b]!;
      do {
        seen |= kind;
        w1 = Math.imul(w1 ^ b, 0xcc9e2d51);
        w2 = ((w2 << 5) + w2 + b) | 0;
        i++;
        if (i >= end) break;
        b = bytes[i]!;
        kind = CLASS[b]!;
      } while (kind !== SEPARATOR);
      const digits = (seen & DIGIT) !== 0;
      const hash = digits ? hashOf(bytes, from, i) : 0;
      if ((digits && !VOCABULARY.has(hash)) || i - from > MAX_WORD) {
        const kept = this.keptPrefix(bytes, from, i);
        if (digits) this.note(bytes, from, i, hash);
        else this.special = true;
        i = this.extend(bytes, from, i, end);
        if (!cut) {
          this.see(bytes, from + kept, i);
          if (this.onSpan !== null) this.onSpan(from + kept, i);
        }
        w1 = kept === 0 ? 7 : bytes[from]! * 31 + bytes[from + kept - 1]! + kept;
        w2 = 0x1b873593;
      } else if (++words === COARSE_WORDS) {
        this.coarseEnd = i;
      }
      h1 = Math.imul(h1 ^ w1, 0x85ebca6b) ^ (h1 >>> 13);
      h2 = Math.imul(h2 + w2, 0xc2b2ae35) ^ (h2 >>> 15);
      if (this.coarseEnd === i) this.coarse = keyOf(h1 ^ 0x1234567, h2);
    }
    if (!cut) this.key = keyOf(h1, h2);
  }

  /** Puts a word of a masked span into the filter of the block. */
  private note(bytes: Buffer, start: number, end: number, hash: number): void {
    if (this.words !== null && bytesFiltered(bytes, start, end)) {
      this.words.add(hash);
      if (this.onWord !== null) this.onWord(start, end, hash);
    }
  }

  /** Length of the part of a word that is kept: a known beginning, or klog's level. */
  private keptPrefix(bytes: Buffer, start: number, end: number): number {
    const first = bytes[start]!;
    if (CLASS[first] !== LETTER) return 0;
    if (end - start === 5 && (first === 73 || first === 87 || first === 69 || first === 70)) {
      if (allDigits(bytes, start + 1, end)) return 1;
    }
    for (const prefix of PREFIXES) {
      const length = prefix.length;
      if (
        end - start > length &&
        first === prefix[0] &&
        bytes.compare(prefix, 0, length, start, start + length) === 0
      )
        return length;
    }
    return 0;
  }

  /** The end of the span that starts with a masked word. */
  private extend(bytes: Buffer, start: number, wordEnd: number, end: number): number {
    let from = start;
    let i = wordEnd;
    let dots = 0;
    while (i + 1 < end) {
      const joiner = bytes[i]!;
      if (joiner !== DOT && joiner !== COLON && joiner !== DASH && joiner !== 44 && joiner !== 47) break;
      const next = i + 1;
      let to = next;
      while (to < end && CLASS[bytes[to]!] !== SEPARATOR) to++;
      if (CLASS[bytes[next]!] !== DIGIT) {
        const joined =
          joiner === COLON
            ? isHex(bytes, from, i, 4) && isHex(bytes, next, to, 4)
            : joiner === DASH &&
              (isPodSuffix(bytes, from, i, next, to) || isUuidGroup(bytes, from, i, next, to));
        if (!joined || to === next) break;
        if (!hasDigit(bytes, next, to)) this.special = true;
      }
      if (joiner === DOT) dots++;
      if (hasDigit(bytes, next, to)) this.note(bytes, next, to, hashOf(bytes, next, to));
      from = next;
      i = to;
    }
    if (this.words !== null && dots >= 2) {
      if (dots >= 3) this.noteAddresses(bytes, start, i);
      // A word that is kept may end in a number that goes on here: `ipv4.1.2.3`.
      const goesOn = bytes[start - 1] === DOT && CLASS[bytes[start - 2]!] === DIGIT;
      if (dots >= 3 || goesOn) this.noteCores(bytes, goesOn ? start - 2 : start, i);
    }
    return i;
  }

  private noteAddresses(bytes: Buffer, start: number, end: number): void {
    const text = bytes.toString('latin1', start, end);
    for (const [from, to] of quadsIn(text)) {
      const hash = wordHash(text.slice(from, to));
      this.words!.add(hash);
      if (this.onWord !== null) this.onWord(start + from, start + to, hash);
    }
  }

  private noteCores(bytes: Buffer, start: number, end: number): void {
    for (const { at, core } of coresIn(bytes.toString('latin1', start, end)))
      this.words!.add(hashOf(bytes, start + at, start + at + core.length));
  }

  private see(bytes: Buffer, start: number, end: number): void {
    let bits = 0;
    let run = 0;
    let dots = 0;
    let letters = 0;
    for (let i = start; i < end; i++) {
      const byte = bytes[i]!;
      bits |= BIT[byte]!;
      letters = CLASS[byte] === LETTER ? letters + 1 : 0;
      if (letters > run) run = letters;
      if (byte === DOT) dots++;
    }
    this.shapes.add(bits, run, dots);
  }
}
