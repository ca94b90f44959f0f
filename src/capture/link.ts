import { DIR_IN, DIR_OUT } from '../model/capture.js';
import type { TableBuilder } from './builder.js';
import { NO_FLOW } from './columns.js';
import { be16, be32, le32 } from './bytes.js';
import type { Link } from './interfaces.js';
import { decodeIp, decodeIpv4, decodeIpv6 } from './ip.js';
import { MALFORMED, OK, OTHER, UNSUPPORTED, type Status } from './status.js';
import { macText } from './text.js';

const ETHERTYPE_IPV4 = 0x0800;
const ETHERTYPE_ARP = 0x0806;
const ETHERTYPE_IPV6 = 0x86dd;
const MAX_TAGS = 4;
const PACKET_OUTGOING = 4;

/**
 * Decodes one frame into the builder's row.
 * @param o where the frame begins
 * @param cap one past its last captured byte
 * @param wire one past its last byte as it was on the wire
 */
export function decodeFrame(
  t: TableBuilder,
  link: Link,
  buf: Uint8Array,
  o: number,
  cap: number,
  wire: number,
): Status {
  const end = wire - link.fcs;
  if (link.fcs > 0 && cap > end) cap = end;
  switch (link.linkType) {
    case 1:
      return ethernet(t, buf, o, cap, end, link.iface);
    case 113:
      return cooked1(t, buf, o, cap, end);
    case 276:
      return cooked2(t, link, buf, o, cap, end);
    case 12: // DLT_RAW as it leaked into files: BSD
    case 14: // the same: OpenBSD
    case 101:
      return decodeIp(t, buf, o, cap, end, 0);
    case 228:
      return decodeIpv4(t, buf, o, cap, end, 0);
    case 229:
      return decodeIpv6(t, buf, o, cap, end, 0);
    case 0:
    case 108:
      return loopback(t, buf, o, cap, end, link.linkType);
    default:
      return UNSUPPORTED;
  }
}

/** Ethernet: destination 6, source 6, type 2 (up to 1500: a length, IEEE 802.3). */
function ethernet(
  t: TableBuilder,
  buf: Uint8Array,
  o: number,
  cap: number,
  wire: number,
  iface: number,
): Status {
  if (cap - o < 14) return MALFORMED;
  const status = byType(t, be16(buf, o + 12), buf, o + 14, cap, wire);
  if (status === OK && t.columns.ipLength[t.row] !== 0)
    t.macs.add(iface, be32(buf, o), be32(buf, o + 4), be32(buf, o + 8));
  return status;
}

/** LINUX_SLL: packet type 2, ARPHRD 2, address length 2, address 8, protocol 2. */
function cooked1(t: TableBuilder, buf: Uint8Array, o: number, cap: number, wire: number): Status {
  if (cap - o < 16) return MALFORMED;
  const { columns: c, row } = t;
  c.dir[row] = direction(be16(buf, o));
  const status = byType(t, be16(buf, o + 14), buf, o + 16, cap, wire);
  if (c.dir[row] === DIR_IN && c.flow[row] !== NO_FLOW && be16(buf, o + 4) === 6)
    t.senders.add(c.flow[row]!, c.way[row]!, buf, o + 6);
  return status;
}

/** LINUX_SLL2: protocol 2, reserved 2, interface index 4, ARPHRD 2, packet type 1, address length 1, address 8. */
function cooked2(t: TableBuilder, link: Link, buf: Uint8Array, o: number, cap: number, wire: number): Status {
  if (cap - o < 20) return MALFORMED;
  const iface = t.interfaces.ofIndex(link, be32(buf, o + 4) >>> 0);
  t.columns.iface[t.row] = iface;
  t.columns.dir[t.row] = direction(buf[o + 10]!);
  const entry = t.interfaces.list[iface]!;
  // The address is the sender's: of a packet going out, the interface's own.
  if (entry.mac === null && buf[o + 10] === PACKET_OUTGOING && buf[o + 11] === 6)
    entry.mac = macText(buf, o + 12);
  return byType(t, be16(buf, o), buf, o + 20, cap, wire);
}

function direction(packetType: number): number {
  if (packetType === PACKET_OUTGOING) return DIR_OUT;
  return packetType < PACKET_OUTGOING ? DIR_IN : 0;
}

/**
 * NULL and LOOP: an address family of 4 bytes, in the byte order of the machine that captured or in network
 * order; 2 is IPv4 everywhere, IPv6 is 10 on Linux and 24, 28 or 30 on the BSDs and macOS.
 */
function loopback(
  t: TableBuilder,
  buf: Uint8Array,
  o: number,
  cap: number,
  wire: number,
  type: number,
): Status {
  if (cap - o < 4) return MALFORMED;
  const big = be32(buf, o) >>> 0;
  const family = type === 108 || big < 0x10000 ? big : le32(buf, o);
  if (family === 2) return decodeIpv4(t, buf, o + 4, cap, wire, 0);
  if (family === 10 || family === 24 || family === 28 || family === 30)
    return decodeIpv6(t, buf, o + 4, cap, wire, 0);
  return OTHER;
}

function byType(
  t: TableBuilder,
  type: number,
  buf: Uint8Array,
  o: number,
  cap: number,
  wire: number,
): Status {
  for (let tags = 0; type === 0x8100 || type === 0x88a8 || type === 0x9100; tags++) {
    if (tags === MAX_TAGS) return OTHER;
    if (cap - o < 4) return MALFORMED;
    type = be16(buf, o + 2);
    o += 4;
  }
  // 802.3 with LLC and SNAP (AA AA 03, organisation 0) carries an Ethernet type again.
  if (type <= 1500 && cap - o >= 8 && be32(buf, o) === (0xaaaa0300 | 0) && be16(buf, o + 4) === 0) {
    type = be16(buf, o + 6);
    o += 8;
  }
  if (type === ETHERTYPE_IPV4) return decodeIpv4(t, buf, o, cap, wire, 0);
  if (type === ETHERTYPE_IPV6) return decodeIpv6(t, buf, o, cap, wire, 0);
  if (type !== ETHERTYPE_ARP) return OTHER;
  if (cap - o < 28) return MALFORMED;
  return t.arp.add(t.columns.iface[t.row]!, buf, o, t.now) ? OK : OTHER;
}
