/** Small helpers to lay out bytes by hand. */

export function concat(...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let o = 0;
  for (const part of parts) {
    out.set(part, o);
    o += part.length;
  }
  return out;
}

export function bytes(...values: number[]): Uint8Array {
  return Uint8Array.from(values);
}

export function u16be(value: number): Uint8Array {
  return bytes((value >>> 8) & 255, value & 255);
}

export function u32be(value: number): Uint8Array {
  return bytes(value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255);
}

export function u16(value: number, bigEndian: boolean): Uint8Array {
  return bigEndian ? u16be(value) : u16be(value).reverse();
}

export function u32(value: number, bigEndian: boolean): Uint8Array {
  return bigEndian ? u32be(value) : u32be(value).reverse();
}

export function u64(value: bigint, bigEndian: boolean): Uint8Array {
  const raw = BigInt.asUintN(64, value);
  const high = u32be(Number(raw >> 32n));
  const low = u32be(Number(raw & 0xffffffffn));
  return bigEndian ? concat(high, low) : concat(high, low).reverse();
}

/** `0a 00 2c`: spaces and line breaks are free. */
export function hex(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text.replace(/\s+/g, ''), 'hex'));
}

/** Text as UTF-8 bytes; bytes as they are. */
export function data(value: string | Uint8Array | undefined): Uint8Array {
  if (value === undefined) return new Uint8Array(0);
  return typeof value === 'string' ? new TextEncoder().encode(value) : value;
}
