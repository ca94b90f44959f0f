/**
 * Which strings of four characters stand in the lines of a block whose patterns tell only their beginning. Letter case
 * does not count. Letters and `_` make a string; of other ASCII signs, digits aside, all are alike and may stand at one
 * of its ends: ` ref`, `refu`, `efus`, `fuse`, `used`, `sed `. Strings with digits, or with bytes beyond ASCII, are not
 * kept: the filters of words know those with digits.
 */
import { CLASS, FOLD, LETTER, SEPARATOR } from './classes.js';

/** A sign that is part of no word; also the start and the end of a line. */
export const SIGN = 28;
const UNDERSCORE = 95;
/** Bits of a code in the key of a string. */
export const CODE_BITS = 5;
const CODE = (1 << CODE_BITS) - 1;
/** Above all keys. */
export const KEYS = 1 << (4 * CODE_BITS);

/** 1 to 27 for letters and `_`, SIGN, and 0 for what is in no string. */
export const GRAM_CODE = new Uint8Array(256);
for (let byte = 0; byte < 128; byte++) {
  if (CLASS[byte] === LETTER) GRAM_CODE[byte] = FOLD[byte]! - 96;
  else if (byte === UNDERSCORE) GRAM_CODE[byte] = 27;
  else if (CLASS[byte] === SEPARATOR) GRAM_CODE[byte] = SIGN;
}

const isLetter = (code: number): boolean => code > 0 && code < SIGN;

/** Of the codes before the last: a bit for each last code with which they make a string. */
function lastCodes(a: number, b: number, c: number): number {
  if (a === 0 || a > SIGN || !isLetter(b) || !isLetter(c)) return 0;
  const letters = (1 << SIGN) - 2;
  return a === SIGN ? letters : letters | (1 << SIGN);
}

/** A bit for each key that is of no string, 32 in a number. */
export function keysOfNoString(): Int32Array {
  return Int32Array.from(
    { length: KEYS >> CODE_BITS },
    (_, codes) => ~lastCodes(codes >> (2 * CODE_BITS), (codes >> CODE_BITS) & CODE, codes & CODE),
  );
}

/**
 * Keys of the strings that stand in every line that holds `text`, letter case aside; `first` and `last`: no word goes on
 * at its start, at its end. `without`: letters in whose place others may stand.
 */
export function gramsIn(text: string, first: boolean, last: boolean, without = ''): number[] {
  const codes = Array.from(text, (char) => {
    const code = char.charCodeAt(0);
    return code >= 128 || without.includes(char) ? 0 : GRAM_CODE[code]!;
  });
  if (first) codes.unshift(SIGN);
  if (last) codes.push(SIGN);
  const keys = new Set<number>();
  for (let at = 0; at + 4 <= codes.length; at++) {
    const [a, b, c, d] = codes.slice(at, at + 4) as [number, number, number, number];
    if ((lastCodes(a, b, c) & (1 << d)) === 0) continue;
    keys.add((((((a << CODE_BITS) | b) << CODE_BITS) | c) << CODE_BITS) | d);
  }
  return [...keys];
}

/**
 * Strings as bits: one for each, at a place told by its key. When there is too little room for all of them, only those
 * whose keys fall below `rate` (of 256) are kept.
 */
export interface GramFilter {
  readonly rate: number;
  readonly bits: Uint8Array;
}

/** `keys`: the first `count` are distinct. `room`: bytes. */
export function gramFilter(keys: Uint32Array, count: number, room: number): GramFilter {
  // Half of the bits are set where there is room; with less, up to three quarters before strings are left out.
  const wanted = count / (8 * Math.LN2);
  const bits = new Uint8Array(Math.max(8, Math.ceil(Math.min(wanted, room))));
  const rate = Math.max(1, Math.min(255, Math.floor((510 * room) / Math.max(wanted, 1))));
  const length = bits.length * 8;
  for (let i = 0; i < count; i++) {
    const key = keys[i]!;
    if (!isKept(key, rate)) continue;
    const place = placeOf(key, length);
    bits[place >> 3] = bits[place >> 3]! | (1 << (place & 7));
  }
  return { rate, bits };
}

/** False when the string surely stands nowhere. */
export function mayHoldGram({ rate, bits }: GramFilter, key: number): boolean {
  if (!isKept(key, rate)) return true;
  const place = placeOf(key, bits.length * 8);
  return (bits[place >> 3]! & (1 << (place & 7))) !== 0;
}

const isKept = (key: number, rate: number): boolean =>
  rate === 255 || Math.imul(key, 0x2c1b3c6d) >>> 24 < rate;

function placeOf(key: number, length: number): number {
  let hash = Math.imul(key ^ (key >>> 9), 0x45d9f3b);
  hash = Math.imul(hash ^ (hash >>> 15), 0x297a2d39);
  // The upper part of the product: a division would take longer than all the rest.
  return Math.floor(((hash ^ (hash >>> 15)) >>> 0) * (length / 2 ** 32));
}
