import { NO_FLOW } from '../capture/columns.js';
import {
  BIT_DUPLICATE,
  BIT_FRAG_LATER,
  BIT_ICMP_ERROR,
  BIT_SNAPPED,
  PROTO_ICMPV6,
  TCP_ACK,
  TCP_FIN,
  TCP_RST,
  TCP_SYN,
  type PacketColumns,
} from '../model/capture.js';
import {
  ACKED,
  ACK_PACKETS,
  ACK_SEEN,
  BASE,
  BYTES,
  CLIENT,
  DIR,
  END,
  FIRST,
  LARGEST,
  LAST,
  MSS,
  PACKETS,
  REPEATED,
  RESET,
  SEEN,
  SEGMENTS,
  SNAPPED,
  STARTED,
  STATE,
  STREAM_BYTES,
  STRIDE,
  SYNS,
  TRAITS,
  TTL,
  WAY,
  WIDE,
} from './leg-layout.js';
import { segmentSizeOf, type LegColumns } from './leg-table.js';
import { isNeighbourDiscovery } from './scope.js';

/** What has to be known of a flow for each of its packets, as bits. */
export const TCP = 1;
export const ICMP = 2;
export const ICMPV6 = 4;
/** Nobody can tell the flow of a later fragment whose first was not seen. */
export const PORTLESS = 8;
/** Its packets have no path to follow. */
export const ON_LINK = 16;

/** Packets of a flow of this kind that have no path to follow. */
export function isOffPath(kind: number, flags: number): boolean {
  return (kind & ON_LINK) !== 0 || ((kind & ICMPV6) !== 0 && isNeighbourDiscovery(PROTO_ICMPV6, flags));
}

/**
 * Adds all packets of a capture to its legs, in one pass and without calls where it matters: of a large capture this
 * is half of what there is to do after it was read.
 * @param rows how many it has
 * @param legOf leg of each row, `NO_FLOW` for none
 * @param flowOf flow of each row that has a leg
 * @param kinds of each flow
 * @returns rows of ICMP errors that quote a flow of the capture
 */
export function sumUp(
  c: PacketColumns,
  rows: number,
  legOf: Uint32Array,
  flowOf: Uint32Array,
  kinds: Uint8Array,
  legs: LegColumns,
): number[] {
  const { time, way, dir, ttl, bits, flags, ipLength, payload, aux } = c;
  const { wide } = legs;
  // The same bits: numbers that fit in a register need no check whether they do.
  const d = signed(legs.numbers);
  const seq = signed(c.seq);
  const ack = signed(c.ack);
  const errors: number[] = [];
  for (let r = 0; r < rows; r++) {
    const leg = legOf[r]!;
    if (leg === NO_FLOW) continue;
    const kind = kinds[flowOf[r]!]!;
    const flag = flags[r]!;
    if (kind > TCP && isOffPath(kind, flag)) continue;
    const w = way[r]!;
    const at = leg * STRIDE;
    const o = at + w * WAY;
    const bit = bits[r]!;
    if (d[o + SEEN]!++ === 0) d[o + DIR] = dir[r]!;
    if ((bit & BIT_ICMP_ERROR) !== 0) {
      if (aux[r]! > 0) errors.push(r);
      continue;
    }
    if (d[o + TTL] === 0) d[o + TTL] = ttl[r]!;
    if ((kind & PORTLESS) !== 0 && (bit & BIT_FRAG_LATER) !== 0) continue;
    if ((bit & BIT_DUPLICATE) !== 0) continue;
    d[o + PACKETS]!++;
    const length = ipLength[r]!;
    const v = leg * WIDE + w;
    wide[v + BYTES]! += length;
    const t = time[r]!;
    if (t < wide[v + FIRST]!) wide[v + FIRST] = t;
    if (t > wide[v + LAST]!) wide[v + LAST] = t;
    if ((bit & BIT_SNAPPED) !== 0) d[at + TRAITS]! |= SNAPPED;
    if ((kind & TCP) !== 0) {
      if ((flag & TCP_SYN) !== 0) syn(d, at, w, flag, aux[r]!);
      segment(d, at, w, flag, payload[r]!, seq[r]!, ack[r]!, length);
    } else if ((kind & ICMP) !== 0) {
      const type = flag >> 8;
      if (type === 8 || type === 128) tellClient(d, at, w);
      else if (type === 0 || type === 129) tellClient(d, at, 1 - w);
    }
  }
  return errors;
}

function signed(x: Uint32Array): Int32Array {
  return new Int32Array(x.buffer, x.byteOffset, x.length);
}

function syn(d: Int32Array, at: number, way: number, flags: number, mss: number): void {
  const known = d[at + MSS]!;
  if (mss > 0 && (known === 0 || mss < known)) d[at + MSS] = mss;
  tellClient(d, at, (flags & TCP_ACK) !== 0 ? 1 - way : way);
}

/** The first packet that tells who began counts. */
function tellClient(d: Int32Array, at: number, way: number): void {
  if ((d[at + TRAITS]! & CLIENT) === 0) d[at + TRAITS]! |= way + 1;
}

/** One TCP packet that is no duplicate; `at` is where the numbers of its leg begin. */
function segment(
  d: Int32Array,
  at: number,
  way: number,
  flags: number,
  payload: number,
  seq: number,
  ack: number,
  ipLength: number,
): void {
  const o = at + way * WAY;
  if ((flags & TCP_RST) !== 0) {
    d[o + STATE]! |= RESET;
    return;
  }
  let bytes = payload;
  if ((flags & (TCP_SYN | TCP_FIN)) !== 0) {
    if ((flags & TCP_FIN) !== 0) bytes++;
    if ((flags & TCP_SYN) !== 0) {
      bytes++;
      d[o + SYNS]!++;
    }
  }
  if ((flags & TCP_ACK) !== 0) {
    const back = at + (1 - way) * WAY;
    if ((flags & TCP_SYN) === 0) d[o + ACK_PACKETS]!++;
    const state = d[back + STATE]!;
    if ((state & ACK_SEEN) === 0) {
      d[back + STATE] = state | ACK_SEEN;
      d[back + ACKED] = ack;
    } else if (((ack - d[back + ACKED]!) | 0) > 0) d[back + ACKED] = ack;
  }
  if (bytes === 0) return;
  const state = d[o + STATE]!;
  if ((state & STARTED) === 0) {
    d[o + STATE] = state | STARTED;
    d[o + BASE] = seq;
  } else if (seq !== d[o + END]!) d[o + STATE] = state | REPEATED;
  d[o + END] = seq + bytes;
  d[o + STREAM_BYTES]! += bytes;
  const size = segmentSizeOf(d[at + MSS]!);
  d[o + SEGMENTS]! += bytes <= size ? 1 : Math.ceil(bytes / size);
  const wire = ipLength - payload + (payload < size ? payload : size);
  if (wire > d[o + LARGEST]!) d[o + LARGEST] = wire;
}
