import { BIT_DF, BIT_ENCAPSULATED, BIT_FRAG_FIRST, BIT_FRAG_LAST, BIT_FRAG_LATER } from '../model/capture.js';
import type { TableBuilder } from './builder.js';
import { be16, be32 } from './bytes.js';
import { NO_FLOW } from './columns.js';
import { FragmentCache } from './fragments.js';
import { walkIpv6, type Ipv6Walk } from './ipv6-headers.js';
import { MALFORMED, OK, type Status } from './status.js';
import { setPayload, transport } from './transport.js';
import { decodeTunnel } from './tunnel.js';

/** IP of either version, told by its first four bits. Bounds as in `decodeFrame`; `depth` counts tunnels. */
export function decodeIp(
  t: TableBuilder,
  buf: Uint8Array,
  o: number,
  cap: number,
  wire: number,
  depth: number,
): Status {
  if (cap <= o) return MALFORMED;
  if (buf[o]! >> 4 === 6) return decodeIpv6(t, buf, o, cap, wire, depth);
  return decodeIpv4(t, buf, o, cap, wire, depth);
}

/**
 * IPv4 (RFC 791). A total length of 0 stands for a segment larger than the field can tell (BIG TCP, TSO): then
 * the frame's length counts. Inside a tunnel a length beyond the outer packet means that it is no IP packet.
 */
export function decodeIpv4(
  t: TableBuilder,
  buf: Uint8Array,
  o: number,
  cap: number,
  wire: number,
  depth: number,
): Status {
  if (cap - o < 20) return MALFORMED;
  const first = buf[o]!;
  const header = (first & 15) << 2;
  if (first >> 4 !== 4 || header < 20 || header > cap - o) return MALFORMED;
  const own = be16(buf, o + 2);
  const length = own === 0 ? wire - o : own;
  if (length < header || (depth > 0 && length > wire - o)) return MALFORMED;

  const end = o + length;
  if (cap > end) cap = end;
  const protocol = buf[o + 9]!;
  const fragment = be16(buf, o + 6);
  const offset = fragment & 0x1fff;
  const more = (fragment & 0x2000) !== 0;
  const l4 = o + header;
  if (offset === 0 && !more && decodeTunnel(t, buf, protocol, l4, cap, end, depth)) return OK;

  const c = t.columns;
  const row = t.row;
  const id = be16(buf, o + 4);
  c.ttl[row] = buf[o + 8]!;
  c.ipId[row] = id;
  c.ipLength[row] = length;
  c.bits[row] = ((fragment & 0x4000) !== 0 ? BIT_DF : 0) | (depth > 0 ? BIT_ENCAPSULATED : 0);
  t.cap = cap;
  t.end = end;
  t.six = false;
  t.src = o + 12;
  t.dst = o + 16;
  if (offset === 0 && !more) return transport(t, buf, protocol, l4);
  return fragmentOf(t, buf, protocol, l4, offset, more, id);
}

const walk: Ipv6Walk = { protocol: 0, l4: 0, offset: 0, more: false, id: 0, fragmented: false, jumbo: 0 };

/** IPv6 (RFC 8200) with its extension headers and jumbo payloads (RFC 2675, BIG TCP). */
export function decodeIpv6(
  t: TableBuilder,
  buf: Uint8Array,
  o: number,
  cap: number,
  wire: number,
  depth: number,
): Status {
  if (cap - o < 40 || buf[o]! >> 4 !== 6) return MALFORMED;
  const own = be16(buf, o + 4);
  if (depth > 0 && own + 40 > wire - o) return MALFORMED;
  if (!walkIpv6(walk, buf, buf[o + 6]!, o + 40, cap)) return MALFORMED;
  let length = own + 40;
  if (own === 0) {
    if (walk.jumbo > 0) length = Math.min(walk.jumbo + 40, wire - o);
    else if (walk.protocol !== 59) length = wire - o;
  }

  const { protocol, l4, fragmented, offset, more, id } = walk;
  const end = o + length;
  if (l4 > end) return MALFORMED;
  if (cap > end) cap = end;
  if (!fragmented && decodeTunnel(t, buf, protocol, l4, cap, end, depth)) return OK;

  const c = t.columns;
  const row = t.row;
  c.ttl[row] = buf[o + 7]!;
  c.ipId[row] = fragmented ? id & 0xffff : 0;
  c.ipLength[row] = length;
  c.bits[row] = depth > 0 ? BIT_ENCAPSULATED : 0;
  t.cap = cap;
  t.end = end;
  t.six = true;
  t.src = o + 8;
  t.dst = o + 24;
  // An atomic fragment (RFC 6946: offset 0, nothing follows) is a whole packet.
  if (offset === 0 && !more) return transport(t, buf, protocol, l4);
  return fragmentOf(t, buf, protocol, l4, offset, more, id);
}

/** A fragment; `offset` in units of 8 bytes. Only the first one has the header that names the ports. */
function fragmentOf(
  t: TableBuilder,
  buf: Uint8Array,
  protocol: number,
  l4: number,
  offset: number,
  more: boolean,
  id: number,
): Status {
  const c = t.columns;
  const row = t.row;
  const { six, src, dst } = t;
  const from = six ? t.flows.addressWord(buf, src, true) : be32(buf, src);
  const to = six ? t.flows.addressWord(buf, dst, true) : be32(buf, dst);
  const key = FragmentCache.key(six, from, to, protocol, id);
  if (offset === 0) {
    c.bits[row]! |= BIT_FRAG_FIRST;
    const status = transport(t, buf, protocol, l4);
    if (status === OK && c.flow[row] !== NO_FLOW) t.fragments.put(key, c.flow[row]!, c.way[row]!, t.now);
    return status;
  }
  c.bits[row]! |= more ? BIT_FRAG_LATER : BIT_FRAG_LATER | BIT_FRAG_LAST;
  c.flags[row] = offset;
  setPayload(t, buf, l4, t.end - l4);
  const known = t.fragments.get(key, t.now);
  if (known === null) {
    t.setFlow(buf, protocol, 0, 0);
  } else {
    c.flow[row] = known.flow;
    c.way[row] = known.way;
  }
  return OK;
}
