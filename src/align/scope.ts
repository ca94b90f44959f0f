import { PROTO_ICMPV6 } from '../model/capture.js';

/** Packets that never leave their link: multicast, broadcast, link-local IPv6. They have no path to follow. */
export function staysOnLink(ip: string): boolean {
  if (ip.includes(':')) return /^(?:f[ef]|::$)/i.test(ip) && !/^fe[c-f]/i.test(ip);
  if (ip === '255.255.255.255' || ip === '0.0.0.0') return true;
  const first = Number(ip.slice(0, ip.indexOf('.')));
  return first >= 224 && first <= 239;
}

/** Neighbour and router discovery, redirects and multicast listener reports (RFC 4861, 2710, 3810). */
export function isNeighbourDiscovery(protocol: number, flags: number): boolean {
  if (protocol !== PROTO_ICMPV6) return false;
  const type = flags >> 8;
  return (type >= 130 && type <= 137) || type === 143;
}

/** A sender's initial TTL or hop limit: Linux and most others, Windows, network gear. */
const INITIAL_TTLS = new Set([64, 128, 255]);

export function isInitialTtl(ttl: number): boolean {
  return INITIAL_TTLS.has(ttl);
}
