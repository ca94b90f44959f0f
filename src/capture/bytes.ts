/** Reading of numbers out of raw bytes. Callers guarantee the bounds; nothing here allocates. */

/** Unsigned 16 bits, network order. */
export function be16(buf: Uint8Array, o: number): number {
  return (buf[o]! << 8) | buf[o + 1]!;
}

/** 32 bits, network order, as a signed number: small integers stay unboxed across calls. */
export function be32(buf: Uint8Array, o: number): number {
  return (buf[o]! << 24) | (buf[o + 1]! << 16) | (buf[o + 2]! << 8) | buf[o + 3]!;
}

/** 32 bits, little endian, signed. */
export function le32(buf: Uint8Array, o: number): number {
  return buf[o]! | (buf[o + 1]! << 8) | (buf[o + 2]! << 16) | (buf[o + 3]! << 24);
}

/** Unsigned 32 bits in the byte order of the file's writer. */
export function u32(buf: Uint8Array, o: number, bigEndian: boolean): number {
  return (bigEndian ? be32(buf, o) : le32(buf, o)) >>> 0;
}

/** Unsigned 16 bits in the byte order of the file's writer. */
export function u16(buf: Uint8Array, o: number, bigEndian: boolean): number {
  return bigEndian ? be16(buf, o) : buf[o]! | (buf[o + 1]! << 8);
}

/** Unsigned 64 bits in the byte order of the file's writer. */
export function u64(buf: Uint8Array, o: number, bigEndian: boolean): bigint {
  const first = BigInt(u32(buf, o, bigEndian));
  const second = BigInt(u32(buf, o + 4, bigEndian));
  return bigEndian ? (first << 32n) | second : (second << 32n) | first;
}

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/**
 * 32-bit hash, signed, over `[from, to)`: FNV-1a of words of four bytes, each folded so that its high bits reach the
 * low ones; what is left over goes in byte by byte.
 */
export function hashOf(buf: Uint8Array, from: number, to: number): number {
  let h = FNV_OFFSET | 0;
  let o = from;
  for (; o + 4 <= to; o += 4) {
    h = Math.imul(h ^ be32(buf, o), FNV_PRIME);
    h ^= h >>> 15;
  }
  for (; o < to; o++) h = Math.imul(h ^ buf[o]!, FNV_PRIME);
  return h;
}

/** The same, of bytes behind a view: for the one place where it pays, for a view reads four bytes at once. */
export function hashOfView(view: DataView, from: number, to: number): number {
  let h = FNV_OFFSET | 0;
  let o = from;
  for (; o + 4 <= to; o += 4) {
    h = Math.imul(h ^ view.getInt32(o), FNV_PRIME);
    h ^= h >>> 15;
  }
  for (; o < to; o++) h = Math.imul(h ^ view.getUint8(o), FNV_PRIME);
  return h;
}
