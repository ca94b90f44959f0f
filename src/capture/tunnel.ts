import { PROTO_UDP } from '../model/capture.js';
import type { TableBuilder } from './builder.js';
import { be16 } from './bytes.js';
import { decodeIpv4, decodeIpv6 } from './ip.js';
import { MALFORMED, OK, type Status } from './status.js';

const PROTO_IPIP = 4;
const PROTO_IPV6_IN_IPV4 = 41;
const PROTO_GRE = 47;
const TYPE_IPV4 = 0x0800;
const TYPE_IPV6 = 0x86dd;
/** Transparent Ethernet bridging: an Ethernet frame follows. */
const TYPE_ETHERNET = 0x6558;
const MAX_DEPTH = 4;

/**
 * Decodes the packet inside IPIP (RFC 2003), 6in4 (RFC 4213), GRE (RFC 2784/2890), VXLAN (RFC 7348; ports 4789
 * and 8472) or Geneve (RFC 8926; port 6081) into the row. False when this is no tunnel, or there is no IP packet
 * in it: then the outer packet is to be described.
 */
export function decodeTunnel(
  t: TableBuilder,
  buf: Uint8Array,
  protocol: number,
  l4: number,
  cap: number,
  end: number,
  depth: number,
): boolean {
  let status: Status = MALFORMED;
  if (protocol === PROTO_UDP) {
    if (cap - l4 < 16) return false;
    const port = be16(buf, l4 + 2);
    if (port !== 4789 && port !== 8472 && port !== 6081) return false;
    if (depth === MAX_DEPTH) return false;
    status =
      port === 6081
        ? geneve(t, buf, l4 + 8, cap, end, depth + 1)
        : vxlan(t, buf, l4 + 8, cap, end, depth + 1);
  } else if (protocol === PROTO_IPIP && depth < MAX_DEPTH) {
    status = decodeIpv4(t, buf, l4, cap, end, depth + 1);
  } else if (protocol === PROTO_IPV6_IN_IPV4 && depth < MAX_DEPTH) {
    status = decodeIpv6(t, buf, l4, cap, end, depth + 1);
  } else if (protocol === PROTO_GRE && depth < MAX_DEPTH) {
    status = gre(t, buf, l4, cap, end, depth + 1);
  } else {
    return false;
  }
  if (status !== OK) t.clearRow();
  return status === OK;
}

/** VXLAN: flags 1 (0x08: the network identifier is valid), reserved, identifier 3, reserved 1, Ethernet frame. */
function vxlan(t: TableBuilder, buf: Uint8Array, o: number, cap: number, end: number, depth: number): Status {
  if ((buf[o]! & 0x08) === 0) return MALFORMED;
  return inner(t, buf, TYPE_ETHERNET, o + 8, cap, end, depth);
}

/** Geneve: version and option length in words 1, flags 1, protocol 2, identifier 3, reserved 1, options. */
function geneve(
  t: TableBuilder,
  buf: Uint8Array,
  o: number,
  cap: number,
  end: number,
  depth: number,
): Status {
  if (buf[o]! >> 6 !== 0) return MALFORMED;
  return inner(t, buf, be16(buf, o + 2), o + 8 + (buf[o]! & 0x3f) * 4, cap, end, depth);
}

/** GRE: flags and version 2, protocol 2, then checksum, key and sequence number of 4 each where flagged. */
function gre(t: TableBuilder, buf: Uint8Array, o: number, cap: number, end: number, depth: number): Status {
  if (cap - o < 4) return MALFORMED;
  const flags = be16(buf, o);
  if ((flags & 0x4007) !== 0) return MALFORMED; // source routes (obsolete), or PPTP's version
  const options = (flags >> 15) + ((flags >> 13) & 1) + ((flags >> 12) & 1);
  return inner(t, buf, be16(buf, o + 2), o + 4 + options * 4, cap, end, depth);
}

function inner(
  t: TableBuilder,
  buf: Uint8Array,
  type: number,
  o: number,
  cap: number,
  end: number,
  depth: number,
): Status {
  if (type === TYPE_ETHERNET) {
    if (cap - o < 14) return MALFORMED;
    type = be16(buf, o + 12);
    o += 14;
    for (let tags = 0; tags < 2 && (type === 0x8100 || type === 0x88a8) && cap - o >= 4; tags++) {
      type = be16(buf, o + 2);
      o += 4;
    }
  }
  if (type === TYPE_IPV4) return decodeIpv4(t, buf, o, cap, end, depth);
  if (type === TYPE_IPV6) return decodeIpv6(t, buf, o, cap, end, depth);
  return MALFORMED;
}
