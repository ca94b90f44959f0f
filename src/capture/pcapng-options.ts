import { u16, u64 } from './bytes.js';

/**
 * Where the value of the first option `code` begins in an option list (code 2, length 2, value padded to 4;
 * code 0 ends it), and its length in `options.length`; -1 without it, or with a shorter one than `least` bytes.
 */
export function findOption(
  buf: Uint8Array,
  from: number,
  to: number,
  bigEndian: boolean,
  code: number,
  least: number,
): number {
  for (let o = from; o + 4 <= to;) {
    const found = u16(buf, o, bigEndian);
    const length = u16(buf, o + 2, bigEndian);
    if (found === 0 || o + 4 + length > to) return -1;
    if (found === code) return length >= least ? o + 4 : -1;
    o += 4 + ((length + 3) & ~3);
  }
  return -1;
}

/** Length of the option whose value `findOption` found at `at`. */
export function optionLength(buf: Uint8Array, at: number, bigEndian: boolean): number {
  return u16(buf, at - 2, bigEndian);
}

/** Value of an 8-byte counter, or null without it. */
export function counterOption(
  buf: Uint8Array,
  from: number,
  to: number,
  bigEndian: boolean,
  code: number,
): number | null {
  const at = findOption(buf, from, to, bigEndian, code, 8);
  return at < 0 ? null : Number(u64(buf, at, bigEndian));
}
