import ipaddr from 'ipaddr.js';
import type { Family } from '../model/node.js';

/** An IPv4 address as an unsigned 32-bit number, an IPv6 address as a 128-bit bigint. */
export type Addr = number | bigint;

const OCTETS = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/;

function parseV4(text: string): number | null {
  const m = OCTETS.exec(text);
  if (m === null) return null;
  let value = 0;
  for (let i = 1; i <= 4; i += 1) {
    const octet = Number(m[i]);
    if (octet > 255) return null;
    value = value * 256 + octet;
  }
  return value;
}

function parseV6(text: string): bigint | null {
  if (!text.includes(':') || !ipaddr.IPv6.isValid(text)) return null;
  let value = 0n;
  for (const part of ipaddr.IPv6.parse(text).parts) value = (value << 16n) | BigInt(part);
  return value;
}

/** Reads an address of one family; null when the text is none. */
export function parseAddr(text: string, family: Family): Addr | null {
  return family === 4 ? parseV4(text) : parseV6(text);
}

/** Writes an address in its canonical form. */
export function formatAddr(addr: Addr): string {
  if (typeof addr === 'number') {
    return [addr >>> 24, (addr >>> 16) & 255, (addr >>> 8) & 255, addr & 255].join('.');
  }
  const parts: number[] = [];
  for (let shift = 112n; shift >= 0n; shift -= 16n) parts.push(Number((addr >> shift) & 0xffffn));
  return new ipaddr.IPv6(parts).toString();
}

/** An address and a mask, both of one family; the mask need not be contiguous (`10.0.0.1/255.0.0.255`). */
export interface Net {
  readonly addr: Addr;
  readonly mask: Addr;
  /** Prefix length, or -1 for a mask that is none. */
  readonly length: number;
}

const V6_ALL = (1n << 128n) - 1n;

/** The mask of a prefix length. */
export function maskOf(length: number, family: Family): Addr {
  if (family === 4) return length === 0 ? 0 : (0xffffffff << (32 - length)) >>> 0;
  return length === 0 ? 0n : (V6_ALL << BigInt(128 - length)) & V6_ALL;
}

export function maskAddr(addr: Addr, mask: Addr): Addr {
  return typeof addr === 'number' ? (addr & Number(mask)) >>> 0 : addr & (mask as bigint);
}

/** Reads `10.0.0.0/8`, `10.0.0.1`, `10.0.0.0/255.0.0.0`, `fd00::/8`; null when it is no net of that family. */
export function parseNet(text: string, family: Family): Net | null {
  const slash = text.indexOf('/');
  const addr = parseAddr(slash < 0 ? text : text.slice(0, slash), family);
  if (addr === null) return null;
  const whole = family === 4 ? 32 : 128;
  const suffix = slash < 0 ? String(whole) : text.slice(slash + 1);
  if (/^\d{1,3}$/.test(suffix)) {
    const length = Number(suffix);
    if (length > whole) return null;
    const mask = maskOf(length, family);
    return { addr: maskAddr(addr, mask), mask, length };
  }
  const mask = parseAddr(suffix, family);
  if (mask === null) return null;
  return { addr: maskAddr(addr, mask), mask, length: lengthOf(mask, family) };
}

function lengthOf(mask: Addr, family: Family): number {
  const whole = family === 4 ? 32 : 128;
  for (let length = 0; length <= whole; length += 1) if (maskOf(length, family) === mask) return length;
  return -1;
}

export function inNet(addr: Addr, net: Net): boolean {
  return typeof addr === 'number'
    ? (addr & Number(net.mask)) >>> 0 === net.addr
    : (addr & (net.mask as bigint)) === net.addr;
}

/** IPv4 0.0.0.0/8, 127.0.0.0/8, 224.0.0.0/4 and 255.255.255.255; the IPv6 counterparts. */
export function isLoopback(addr: Addr): boolean {
  return typeof addr === 'number' ? addr >>> 24 === 127 : addr === 1n;
}

export function isMulticast(addr: Addr): boolean {
  return typeof addr === 'number' ? addr >>> 28 === 14 : addr >> 120n === 0xffn;
}

export function isLimitedBroadcast(addr: Addr): boolean {
  return addr === 0xffffffff;
}

export function isZeroNet(addr: Addr): boolean {
  return typeof addr === 'number' ? addr >>> 24 === 0 : addr === 0n;
}

export function isLinkLocal6(addr: Addr): boolean {
  return typeof addr === 'bigint' && addr >> 118n === 0x3fan;
}
