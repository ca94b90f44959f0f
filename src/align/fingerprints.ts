import {
  BIT_DUPLICATE,
  BIT_ICMP_ERROR,
  PROTO_ICMP,
  PROTO_ICMPV6,
  PROTO_TCP,
  TCP_ACK,
  TCP_RST,
  TCP_SYN,
} from '../model/capture.js';
import type { Leg } from './legs.js';
import type { TapData } from './taps.js';

/** Copies of a SYN, each with a timestamp of its own: a capture may have missed the first. */
const MOST_SYNS = 8;

/**
 * What stays the same through NAT, strongest first: a SYN by its sequence number and timestamp (no two connections
 * share it), and the first payload each way. Read on demand: few flows are ever asked for theirs.
 */
export function fingerprintsOf(taps: readonly TapData[], leg: Leg): string[] {
  const tap = taps[leg.tap]!;
  const hashed = taps.every((t) => t.hashReach === taps[0]!.hashReach);
  const { rows, offsets } = tap.flowIndex;
  const c = tap.table.columns;
  const { protocol } = tap.flows[leg.flow]!;
  const out: string[] = [];
  const printed = [false, false];
  let syns = 0;
  for (let i = offsets[leg.flow]!; i < offsets[leg.flow + 1]!; i++) {
    const r = rows[i]!;
    if (tap.rowTap !== null && tap.rowTap[r] !== tap.slot) continue;
    if (c.bits[r]! & (BIT_ICMP_ERROR | BIT_DUPLICATE)) continue;
    const way = c.way[r]!;
    const flags = c.flags[r]!;
    if (protocol === PROTO_TCP && flags & TCP_SYN) {
      if (!(flags & TCP_ACK) && syns < MOST_SYNS) out.splice(syns++, 0, `S${c.seq[r]}.${c.tsval[r]}`);
      continue;
    }
    if (c.payload[r] === 0 || printed[way] === true || (protocol === PROTO_TCP && flags & TCP_RST)) continue;
    printed[way] = true;
    const content = `${c.payload[r]}.${hashed ? c.hash[r] : 's'}`;
    if (protocol === PROTO_TCP) out.push(`D${c.seq[r]}.${content}`);
    else if (protocol === PROTO_ICMP || protocol === PROTO_ICMPV6)
      out.push(`I${flags >> 8}.${c.seq[r]}.${content}`);
    else out.push(`U${content}.${c.ipId[r]}`);
    if (printed[0] && printed[1]) break;
  }
  return out;
}
