import type { SimPacket } from './types.js';

export const ICMP = 1;
export const TCP = 6;
export const UDP = 17;
export const ICMPV6 = 58;
export const SCTP = 132;

const NUMBERS: ReadonlyMap<string, number> = new Map([
  ['all', 0],
  ['icmp', ICMP],
  ['igmp', 2],
  ['ipencap', 4],
  ['ipip', 4],
  ['tcp', TCP],
  ['udp', UDP],
  ['dccp', 33],
  ['ipv6', 41],
  ['gre', 47],
  ['esp', 50],
  ['ipv6-crypt', 50],
  ['ah', 51],
  ['ipv6-auth', 51],
  ['icmpv6', ICMPV6],
  ['ipv6-icmp', ICMPV6],
  ['ospf', 89],
  ['vrrp', 112],
  ['sctp', SCTP],
  ['udplite', 136],
]);

/** Number of a protocol as iptables and iproute2 print it; null for a name that is not known. */
export function protocolNumber(word: string): number | null {
  if (/^\d{1,3}$/.test(word)) return Number(word);
  return NUMBERS.get(word) ?? null;
}

/** Number of the protocol of the packet asked about. */
export function packetProtocol(protocol: SimPacket['protocol']): number {
  return typeof protocol === 'number' ? protocol : NUMBERS.get(protocol)!;
}

/** Protocols that `-m multiport` and sets read ports of. */
export function hasPorts(protocol: number): boolean {
  return protocol === TCP || protocol === UDP || protocol === SCTP || protocol === 33 || protocol === 136;
}

const FLAG_BITS: ReadonlyMap<string, number> = new Map([
  ['FIN', 1],
  ['SYN', 2],
  ['RST', 4],
  ['PSH', 8],
  ['ACK', 16],
  ['URG', 32],
  ['ALL', 63],
  ['NONE', 0],
]);

/** Bits of `SYN,ACK`; null for a word that is no TCP flag. */
export function tcpFlagBits(words: string): number | null {
  let bits = 0;
  for (const word of words.split(',')) {
    const bit = FLAG_BITS.get(word);
    if (bit === undefined) return null;
    bits |= bit;
  }
  return bits;
}
