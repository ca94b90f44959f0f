import { be16, be32 } from './bytes.js';

/** Where the extension headers of an IPv6 packet lead. */
export interface Ipv6Walk {
  /** Next header that is no extension header. */
  protocol: number;
  /** Where its header begins. */
  l4: number;
  fragmented: boolean;
  /** Fragment offset in units of 8 bytes. */
  offset: number;
  more: boolean;
  id: number;
  /** Jumbo payload length, 0 without the option. */
  jumbo: number;
}

const MAX_HEADERS = 16;
const OPTION_JUMBO = 0xc2;

/**
 * Follows hop-by-hop (0), routing (43), fragment (44), authentication (51) and destination options (60) from
 * `o` on. False when a header is not within `[o, cap)` or there are too many.
 */
export function walkIpv6(walk: Ipv6Walk, buf: Uint8Array, next: number, o: number, cap: number): boolean {
  walk.fragmented = walk.more = false;
  walk.offset = walk.id = walk.jumbo = 0;
  for (let n = 0; n < MAX_HEADERS; n++) {
    let length = 0;
    if (next === 0 || next === 43 || next === 60) length = o + 2 <= cap ? (buf[o + 1]! + 1) * 8 : 8;
    else if (next === 44) length = 8;
    else if (next === 51) length = o + 2 <= cap ? (buf[o + 1]! + 2) * 4 : 8;
    else {
      walk.protocol = next;
      walk.l4 = o;
      return true;
    }
    if (o + length > cap) return false;
    if (next === 0) walk.jumbo = jumboLength(buf, o + 2, o + length);
    if (next === 44) {
      walk.fragmented = true;
      walk.offset = be16(buf, o + 2) >> 3;
      walk.more = (buf[o + 3]! & 1) !== 0;
      walk.id = be32(buf, o + 4);
      if (walk.offset > 0) {
        walk.protocol = buf[o]!;
        walk.l4 = o + 8;
        return true;
      }
    }
    next = buf[o]!;
    o += length;
  }
  return false;
}

function jumboLength(buf: Uint8Array, o: number, to: number): number {
  while (o < to) {
    if (buf[o] === 0) {
      o++; // Pad1
      continue;
    }
    if (o + 2 > to) return 0;
    if (buf[o] === OPTION_JUMBO && buf[o + 1] === 4 && o + 6 <= to) return be32(buf, o + 2) >>> 0;
    o += 2 + buf[o + 1]!;
  }
  return 0;
}
