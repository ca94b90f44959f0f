import { PROTO_ICMPV6 } from '../../model/capture.js';
import type { InspectContext } from '../context.js';

/** ICMP types 3, 4, 11 and 12 with their codes (RFC 792, 1122, 1812), as type × 256 + code. */
const V4: Readonly<Record<number, string>> = {
  0x0300: 'network unreachable',
  0x0301: 'host unreachable',
  0x0302: 'protocol unreachable',
  0x0303: 'port unreachable',
  0x0304: 'fragmentation needed',
  0x0305: 'source route failed',
  0x0306: 'network unknown',
  0x0307: 'host unknown',
  0x0309: 'network prohibited',
  0x030a: 'host prohibited',
  0x030d: 'administratively prohibited',
  0x0400: 'source quench',
  0x0b00: 'TTL exceeded',
  0x0b01: 'reassembly time exceeded',
};

/** ICMPv6 types 1 to 4 (RFC 4443). */
const V6: Readonly<Record<number, string>> = {
  0x0100: 'no route',
  0x0101: 'administratively prohibited',
  0x0102: 'beyond scope of source address',
  0x0103: 'address unreachable',
  0x0104: 'port unreachable',
  0x0105: 'source address refused by policy',
  0x0106: 'route rejected',
  0x0200: 'packet too big',
  0x0300: 'hop limit exceeded',
  0x0301: 'reassembly time exceeded',
};

/** What the ICMP error in row `i` says: `host unreachable`. */
export function icmpName(x: InspectContext, i: number): string {
  const kind = x.c.flags[i]!;
  const name = isV6(x, i) ? V6[kind] : V4[kind];
  if (name !== undefined) return name;
  return kind >> 8 === (isV6(x, i) ? 4 : 12) ? 'parameter problem' : `type ${kind >> 8} code ${kind & 255}`;
}

/** Whether the ICMP error in row `i` tells that a packet was too large for a link. */
export function isTooBig(x: InspectContext, i: number): boolean {
  return isV6(x, i) ? x.c.flags[i]! >> 8 === 2 : x.c.flags[i] === 0x0304;
}

function isV6(x: InspectContext, i: number): boolean {
  return x.table.flows[x.c.flow[i]!]!.protocol === PROTO_ICMPV6;
}
