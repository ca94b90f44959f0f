import {
  BIT_SNAPPED,
  PROTO_ICMP,
  PROTO_ICMPV6,
  PROTO_SCTP,
  PROTO_TCP,
  PROTO_UDP,
  TCP_SYN,
} from '../model/capture.js';
import type { TableBuilder } from './builder.js';
import { be16, be32, hashOf } from './bytes.js';
import { parseDns } from './dns.js';
import { icmp } from './icmp.js';
import { MALFORMED, OK, type Status } from './status.js';

/** Bytes of a payload that are hashed. */
export const HASHED = 64;
/** Shorter data is a keep-alive or window probe, not the beginning of anything. */
export const SHORTEST_MESSAGE = 5;

/** Layer 4 of the packet whose addresses and ends are set in `t`; `l4` is where its header begins. */
export function transport(t: TableBuilder, buf: Uint8Array, protocol: number, l4: number): Status {
  switch (protocol) {
    case PROTO_TCP:
      return tcp(t, buf, l4);
    case PROTO_UDP:
      return udp(t, buf, l4);
    case PROTO_ICMP:
      return t.six ? other(t, buf, protocol, l4) : icmp(t, buf, protocol, l4);
    case PROTO_ICMPV6:
      return t.six ? icmp(t, buf, protocol, l4) : other(t, buf, protocol, l4);
    case PROTO_SCTP:
      if (t.cap - l4 < 12) return MALFORMED;
      t.setFlow(buf, protocol, be16(buf, l4), be16(buf, l4 + 2));
      setPayload(t, buf, l4 + 12, t.end - l4 - 12);
      return OK;
    default:
      return other(t, buf, protocol, l4);
  }
}

function other(t: TableBuilder, buf: Uint8Array, protocol: number, l4: number): Status {
  t.setFlow(buf, protocol, 0, 0);
  setPayload(t, buf, l4, t.end - l4);
  return OK;
}

/** TCP (RFC 9293): ports, sequence and acknowledgement numbers, data offset and flags, window, options. */
function tcp(t: TableBuilder, buf: Uint8Array, l4: number): Status {
  if (t.cap - l4 < 20) return MALFORMED;
  const offset = (buf[l4 + 12]! >> 4) << 2;
  const size = t.end - l4;
  if (offset < 20 || offset > size) return MALFORMED;
  const sport = be16(buf, l4);
  const dport = be16(buf, l4 + 2);
  const c = t.columns;
  const row = t.row;
  const flags = be16(buf, l4 + 12) & 0x1ff;
  c.seq[row] = be32(buf, l4 + 4);
  c.ack[row] = be32(buf, l4 + 8);
  c.flags[row] = flags;
  c.window[row] = be16(buf, l4 + 14);
  if (offset > 20) tcpOptions(t, buf, l4 + 20, Math.min(l4 + offset, t.cap), (flags & TCP_SYN) !== 0);
  t.setFlow(buf, PROTO_TCP, sport, dport);
  const payload = size - offset;
  if ((flags & TCP_SYN) !== 0) t.app.begin(c.flow[row]!);
  if (payload > 0) {
    setPayload(t, buf, l4 + offset, payload);
    if (payload >= SHORTEST_MESSAGE) t.app.data(c.flow[row]!, c.way[row]!, row, buf, l4 + offset, t.cap);
    // Over TCP a length of 2 bytes precedes each message (RFC 1035, 4.2.2).
    if ((sport === 53 || dport === 53) && payload > 14) {
      const at = l4 + offset + 2;
      if (at + 12 <= t.cap && be16(buf, at - 2) >= 12) {
        dns(t, buf, at, Math.min(t.cap, at + be16(buf, at - 2)));
      }
    }
  }
  return OK;
}

/** Maximum segment size (kind 2, of a SYN) and timestamps (kind 8). */
export function tcpOptions(t: TableBuilder, buf: Uint8Array, o: number, to: number, syn: boolean): void {
  while (o < to) {
    const kind = buf[o]!;
    if (kind === 1) {
      o++;
      continue;
    }
    if (kind === 0 || o + 2 > to) return;
    const length = buf[o + 1]!;
    if (length < 2 || o + length > to) return;
    if (kind === 8 && length === 10) t.columns.tsval[t.row] = be32(buf, o + 2);
    else if (kind === 2 && length === 4 && syn) t.columns.aux[t.row] = be16(buf, o + 2);
    o += length;
  }
}

/** UDP (RFC 768). Its own length counts where it fits; fragments and jumbograms go by the IP length. */
function udp(t: TableBuilder, buf: Uint8Array, l4: number): Status {
  const size = t.end - l4;
  if (t.cap - l4 < 8 || size < 8) return MALFORMED;
  const own = be16(buf, l4 + 4);
  if (own > 0 && own < 8) return MALFORMED;
  const sport = be16(buf, l4);
  const dport = be16(buf, l4 + 2);
  const payload = (own > 0 && own < size ? own : size) - 8;
  t.setFlow(buf, PROTO_UDP, sport, dport);
  setPayload(t, buf, l4 + 8, payload);
  if (sport === 53 || dport === 53 || sport === 5353 || dport === 5353) {
    dns(t, buf, l4 + 8, Math.min(t.cap, l4 + 8 + payload));
  }
  return OK;
}

function dns(t: TableBuilder, buf: Uint8Array, from: number, to: number): void {
  const message = parseDns(buf, from, to, t.row);
  if (message !== null) t.dns.add(message);
}

/** Payload length, and the hash of as much of its first bytes as was captured. */
export function setPayload(t: TableBuilder, buf: Uint8Array, at: number, length: number): void {
  if (length <= 0) return;
  const c = t.columns;
  const row = t.row;
  const wanted = length < HASHED ? length : HASHED;
  const captured = t.cap - at < wanted ? t.cap - at : wanted;
  c.payload[row] = length;
  if (captured > 0) c.hash[row] = hashOf(buf, at, at + captured);
  if (captured < wanted) c.bits[row]! |= BIT_SNAPPED;
}
