/** Prefixes over text, forgiving: what is no address matches nothing. */
import ipaddr from 'ipaddr.js';

type Parsed = readonly [ipaddr.IPv4 | ipaddr.IPv6, number];

/** `10.0.0.0/8`, `10.0.1.9` (a host), `default` is not accepted. Null when it is none of these. */
export function parsePrefix(value: string): Parsed | null {
  try {
    if (value.includes('/')) return ipaddr.parseCIDR(value);
    const address = ipaddr.parse(value);
    return [address, address.kind() === 'ipv4' ? 32 : 128];
  } catch {
    return null;
  }
}

/** True when `inner` (an address or a prefix) lies wholly inside `outer`. */
export function contains(outer: string, inner: string): boolean {
  const a = parsePrefix(outer);
  const b = parsePrefix(inner);
  if (a === null || b === null || a[0].kind() !== b[0].kind() || b[1] < a[1]) return false;
  return b[0].match(a[0], a[1]);
}
