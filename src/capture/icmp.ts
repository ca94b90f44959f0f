import {
  BIT_ICMP_ERROR,
  PROTO_ICMP,
  PROTO_ICMPV6,
  PROTO_SCTP,
  PROTO_TCP,
  PROTO_UDP,
} from '../model/capture.js';
import type { TableBuilder } from './builder.js';
import { be16, be32 } from './bytes.js';
import { walkIpv6, type Ipv6Walk } from './ipv6-headers.js';
import { MALFORMED, OK, type Status } from './status.js';
import { setPayload } from './transport.js';

/**
 * ICMP (RFC 792) and ICMPv6 (RFC 4443): type 1, code 1, checksum 2, then 4 bytes by type (echo: identifier and
 * sequence; fragmentation needed and packet too big: the MTU), then the data or the packet it speaks of.
 */
export function icmp(t: TableBuilder, buf: Uint8Array, protocol: number, l4: number): Status {
  if (t.cap - l4 < 8 || t.end - l4 < 8) return MALFORMED;
  const type = buf[l4]!;
  const code = buf[l4 + 1]!;
  const c = t.columns;
  const row = t.row;
  c.flags[row] = (type << 8) | code;
  const six = protocol === PROTO_ICMPV6;
  const echo = six ? type === 128 || type === 129 : type === 8 || type === 0;
  const identifier = echo ? be16(buf, l4 + 4) : 0;
  if (echo) c.seq[row] = be16(buf, l4 + 6);
  setPayload(t, buf, l4 + 8, t.end - l4 - 8);
  t.setFlow(buf, protocol, identifier, identifier);
  // Redirects (type 5, ICMPv6 137) quote a packet too, but that packet was delivered.
  const error = six ? type >= 1 && type <= 4 : type === 3 || type === 4 || type === 11 || type === 12;
  if (!error) return OK;
  c.bits[row]! |= BIT_ICMP_ERROR;
  if (six) {
    if (type === 2) c.ack[row] = be32(buf, l4 + 4);
    quoted6(t, buf, l4 + 8);
  } else {
    if (type === 3 && code === 4) c.ack[row] = be16(buf, l4 + 6);
    quoted4(t, buf, l4 + 8);
  }
  return OK;
}

function quoted4(t: TableBuilder, buf: Uint8Array, o: number): void {
  if (t.cap - o < 20 || buf[o]! >> 4 !== 4) return;
  const header = (buf[o]! & 15) << 2;
  if (header < 20 || header > t.cap - o) return;
  const later = (be16(buf, o + 6) & 0x1fff) !== 0;
  quotedFlow(t, buf, o + 12, o + 16, false, buf[o + 9]!, o + header, later);
}

const walk: Ipv6Walk = { protocol: 0, l4: 0, offset: 0, more: false, id: 0, fragmented: false, jumbo: 0 };

function quoted6(t: TableBuilder, buf: Uint8Array, o: number): void {
  if (t.cap - o < 40 || buf[o]! >> 4 !== 6) return;
  if (!walkIpv6(walk, buf, buf[o + 6]!, o + 40, t.cap)) return;
  quotedFlow(t, buf, o + 8, o + 24, true, walk.protocol, walk.l4, walk.offset > 0);
}

/** Notes the flow, way and TCP sequence number of the quoted packet; at least 8 bytes of its layer 4 are there. */
function quotedFlow(
  t: TableBuilder,
  buf: Uint8Array,
  src: number,
  dst: number,
  six: boolean,
  protocol: number,
  l4: number,
  later: boolean,
): void {
  let sport = 0;
  let dport = 0;
  const c = t.columns;
  if (!later) {
    const ports = protocol === PROTO_TCP || protocol === PROTO_UDP || protocol === PROTO_SCTP;
    const echo =
      (protocol === PROTO_ICMP || protocol === PROTO_ICMPV6) && t.cap - l4 >= 8 && isEcho(buf[l4]!, six);
    if (ports && t.cap - l4 < 4) return;
    if (ports) {
      sport = be16(buf, l4);
      dport = be16(buf, l4 + 2);
      if (protocol === PROTO_TCP && t.cap - l4 >= 8) c.seq[t.row] = be32(buf, l4 + 4);
    } else if (echo) {
      sport = dport = be16(buf, l4 + 4);
    }
  }
  const flow = t.flows.intern(buf, src, dst, six, protocol, sport, dport);
  c.aux[t.row] = flow + 1;
  c.window[t.row] = flow < 0 ? 0 : t.flows.way;
}

function isEcho(type: number, six: boolean): boolean {
  return six ? type === 128 || type === 129 : type === 8 || type === 0;
}
