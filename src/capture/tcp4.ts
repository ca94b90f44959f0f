import { BIT_DF, BIT_SNAPPED, PROTO_TCP, TCP_SYN } from '../model/capture.js';
import type { TableBuilder } from './builder.js';
import { hashOfView } from './bytes.js';
import { NO_FLOW } from './columns.js';
import { HASHED, SHORTEST_MESSAGE, tcpOptions } from './transport.js';

/** Ethernet, IPv4 and TCP headers without options. */
const LEAST = 54;
const L4 = 34;
/** Two NOPs, then the timestamps (kind 8, length 10): the options of nearly all segments that have any. */
const TIMESTAMPS = 0x0101080a;

/**
 * Decodes the frame that captures are made of: Ethernet without tags, a whole IPv4 packet without options, TCP, no
 * DNS. It does what `decodeFrame` does, in one function and without steps in between; a test compares the two.
 * @param o where the frame begins
 * @param captured its captured bytes
 * @returns false, and nothing is written, where the frame is of another kind: then `decodeFrame` is to be called
 */
export function decodeTcp4(
  t: TableBuilder,
  view: DataView,
  buf: Uint8Array,
  o: number,
  captured: number,
  iface: number,
): boolean {
  // Type and the first two bytes of IPv4 in one: version 4, five words of header.
  if (captured < LEAST || view.getInt32(o + 12) >>> 8 !== 0x080045) return false;
  const length = view.getUint16(o + 16);
  const fragment = view.getUint16(o + 20);
  if (buf[o + 23] !== PROTO_TCP || (fragment & 0x3fff) !== 0) return false;
  const l4 = o + L4;
  const bitsAndOffset = view.getUint16(l4 + 12);
  const offset = (bitsAndOffset >> 12) << 2;
  const payload = length - 20 - offset;
  if (offset < 20 || payload < 0) return false;
  const ports = view.getInt32(l4);
  const sport = ports >>> 16;
  const dport = ports & 0xffff;
  if (sport === 53 || dport === 53) return false;

  const cap = o + (captured < length + 14 ? captured : length + 14);
  const c = t.columns;
  const { row } = t;
  let bits = (fragment & 0x4000) !== 0 ? BIT_DF : 0;
  c.ttl[row] = buf[o + 22]!;
  c.ipId[row] = view.getUint16(o + 18);
  c.ipLength[row] = length;
  c.seq[row] = view.getInt32(l4 + 4);
  c.ack[row] = view.getInt32(l4 + 8);
  const flags = bitsAndOffset & 0x1ff;
  c.flags[row] = flags;
  c.window[row] = view.getUint16(l4 + 14);
  if (offset > 20) {
    if (offset === 32 && l4 + 32 <= cap && view.getInt32(l4 + 20) === TIMESTAMPS)
      c.tsval[row] = view.getInt32(l4 + 24);
    else tcpOptions(t, buf, l4 + 20, l4 + offset < cap ? l4 + offset : cap, (flags & TCP_SYN) !== 0);
  }
  const flow = t.flows.intern4(view.getInt32(o + 26), view.getInt32(o + 30), PROTO_TCP, sport, dport);
  const { way } = t.flows;
  if (flow >= 0) {
    c.flow[row] = flow;
    if (way !== 0) c.way[row] = way;
  }
  const known = flow >= 0 ? flow : NO_FLOW;
  if ((flags & TCP_SYN) !== 0) t.app.begin(known);
  if (payload > 0) {
    const at = l4 + offset;
    const wanted = payload < HASHED ? payload : HASHED;
    const had = cap - at < wanted ? cap - at : wanted;
    c.payload[row] = payload;
    if (had > 0) c.hash[row] = hashOfView(view, at, at + had);
    if (had < wanted) bits |= BIT_SNAPPED;
    if (payload >= SHORTEST_MESSAGE) t.app.data(known, flow >= 0 ? way : 0, row, buf, at, cap);
  }
  if (bits !== 0) c.bits[row] = bits;
  t.macs.add(iface, view.getInt32(o), view.getInt32(o + 4), view.getInt32(o + 8));
  return true;
}
