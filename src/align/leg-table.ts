import {
  BIT_DUPLICATE,
  BIT_SNAPPED,
  PROTO_ICMP,
  PROTO_ICMPV6,
  PROTO_TCP,
  TCP_ACK,
  TCP_FIN,
  TCP_RST,
  TCP_SYN,
  type PacketColumns,
} from '../model/capture.js';

/** Whole numbers per leg: those of each way, then the MSS and the traits. */
const STRIDE = 28;
const WAY = 13;
const MSS = 26;
const TRAITS = 27;
/** Of each way. */
const PACKETS = 0;
/** All packets, with ICMP errors and fragments of which nobody can tell the flow. */
const SEEN = 1;
const TTL = 2;
const DIR = 3;
const BASE = 4;
const END = 5;
const STREAM_BYTES = 6;
const SEGMENTS = 7;
const LARGEST = 8;
const ACKED = 9;
const ACK_PACKETS = 10;
const STATE = 11;
const SYNS = 12;

/** Times and sums per leg, each way. */
const WIDE = 6;
const FIRST = 0;
const LAST = 2;
const BYTES = 4;

const STARTED = 1;
const REPEATED = 2;
const RESET = 4;
const ACK_SEEN = 8;

/** Bits of the traits: the way of the client plus one in the lowest two. */
const CLIENT = 3;
const SNAPPED = 4;

const FIRST_CAPACITY = 64;

export const DEFAULT_SEGMENT = 1448;

/** Bytes of a full segment by the smaller MSS of a handshake; timestamps take 12 bytes of each. */
export function segmentSizeOf(mss: number): number {
  return mss > 0 ? Math.max(mss - 12, 64) : DEFAULT_SEGMENT;
}

/** Columns of a `LegTable`, as they pass between threads. */
export interface LegColumns {
  readonly numbers: Uint32Array;
  readonly wide: Float64Array;
  readonly count: number;
}

/**
 * What one pass over a capture tells of each flow at each of its taps: packets, bytes, times, TTL; of TCP, how many
 * bytes each side sent, whether any was sent twice or out of order, and how far the other side acknowledged them.
 * All numbers lie in two arrays: there may be as many legs as flows, and objects for each cost too much. Way 0 is
 * a→b of the flow, 1 is b→a. Times are those of the capture's columns.
 */
export class LegTable {
  private numbers: Uint32Array<ArrayBufferLike>;
  private wide: Float64Array<ArrayBufferLike>;
  count: number;

  constructor(from: LegColumns | number = FIRST_CAPACITY) {
    if (typeof from === 'number') {
      this.numbers = new Uint32Array(from * STRIDE);
      this.wide = new Float64Array(from * WIDE);
      this.count = 0;
    } else ({ numbers: this.numbers, wide: this.wide, count: this.count } = from);
  }

  add(): number {
    const leg = this.count++;
    if (this.count * STRIDE > this.numbers.length) {
      const capacity = Math.max(FIRST_CAPACITY, leg * 2);
      const numbers = new Uint32Array(capacity * STRIDE);
      numbers.set(this.numbers);
      this.numbers = numbers;
      const wide = new Float64Array(capacity * WIDE);
      wide.set(this.wide);
      this.wide = wide;
    }
    const o = leg * WIDE;
    this.wide[o + FIRST] = this.wide[o + FIRST + 1] = Infinity;
    this.wide[o + LAST] = this.wide[o + LAST + 1] = -Infinity;
    return leg;
  }

  columns(): LegColumns {
    return { numbers: this.numbers, wide: this.wide, count: this.count };
  }

  /** Counts a packet of which no more is to be known than that it came from one end for the other. */
  see(leg: number, way: 0 | 1, dir: number): void {
    const o = leg * STRIDE + way * WAY;
    if (this.numbers[o + SEEN]!++ === 0) this.numbers[o + DIR] = dir;
  }

  /** Notes the TTL of a packet, if it is the first one. */
  hop(leg: number, way: 0 | 1, ttl: number): void {
    const o = leg * STRIDE + way * WAY + TTL;
    if (this.numbers[o] === 0) this.numbers[o] = ttl;
  }

  /** Takes in row `r` of the capture, a packet of the flow that was seen. */
  packet(leg: number, way: 0 | 1, protocol: number, c: PacketColumns, r: number): void {
    const d = this.numbers;
    const o = leg * STRIDE + way * WAY;
    const w = leg * WIDE + way;
    const time = c.time[r]!;
    const bits = c.bits[r]!;
    d[o + PACKETS]!++;
    this.wide[w + BYTES]! += c.ipLength[r]!;
    if (time < this.wide[w + FIRST]!) this.wide[w + FIRST] = time;
    if (time > this.wide[w + LAST]!) this.wide[w + LAST] = time;
    if (bits & BIT_SNAPPED) d[leg * STRIDE + TRAITS]! |= SNAPPED;
    if (protocol === PROTO_TCP) {
      const flags = c.flags[r]!;
      if (flags & TCP_SYN) this.syn(leg, way, flags, c.aux[r]!);
      if (!(bits & BIT_DUPLICATE)) segment(d, leg * STRIDE, way, flags, c, r);
    } else if (protocol === PROTO_ICMP || protocol === PROTO_ICMPV6) {
      const type = c.flags[r]! >> 8;
      if (type === 8 || type === 128) this.tellClient(leg, way);
      else if (type === 0 || type === 129) this.tellClient(leg, other(way));
    }
  }

  private syn(leg: number, way: 0 | 1, flags: number, mss: number): void {
    const at = leg * STRIDE + MSS;
    const known = this.numbers[at]!;
    if (mss > 0 && (known === 0 || mss < known)) this.numbers[at] = mss;
    this.tellClient(leg, (flags & TCP_ACK) !== 0 ? other(way) : way);
  }

  /** The first packet that tells who began counts. */
  private tellClient(leg: number, way: 0 | 1): void {
    const at = leg * STRIDE + TRAITS;
    if ((this.numbers[at]! & CLIENT) === 0) this.numbers[at]! |= way + 1;
  }

  /**
   * Adds the numbers of a leg of another table to this one's, `shift` being added to its times. The sum of
   * connections that are in order, complete and alike is such a connection.
   */
  addTo(leg: number, from: LegTable, its: number, shift: number): void {
    const first = this.numbers[leg * STRIDE + PACKETS]! + this.numbers[leg * STRIDE + WAY + PACKETS]! === 0;
    for (let way = 0; way < 2; way++) {
      const o = leg * STRIDE + way * WAY;
      const p = its * STRIDE + way * WAY;
      if (first) for (let k = 0; k < WAY; k++) this.numbers[o + k] = from.numbers[p + k]!;
      else {
        for (const k of [PACKETS, SEEN, STREAM_BYTES, SEGMENTS, ACK_PACKETS])
          this.numbers[o + k]! += from.numbers[p + k]!;
        this.numbers[o + STATE]! |= from.numbers[p + STATE]!;
        if (from.numbers[p + LARGEST]! > this.numbers[o + LARGEST]!)
          this.numbers[o + LARGEST] = from.numbers[p + LARGEST]!;
      }
      const w = leg * WIDE + way;
      const v = its * WIDE + way;
      this.wide[w + BYTES]! += from.wide[v + BYTES]!;
      this.wide[w + FIRST] = Math.min(this.wide[w + FIRST]!, from.wide[v + FIRST]! + shift);
      this.wide[w + LAST] = Math.max(this.wide[w + LAST]!, from.wide[v + LAST]! + shift);
    }
    if (first) {
      this.numbers[leg * STRIDE + MSS] = from.numbers[its * STRIDE + MSS]!;
      this.numbers[leg * STRIDE + TRAITS] = from.numbers[its * STRIDE + TRAITS]!;
    } else this.numbers[leg * STRIDE + TRAITS]! |= from.numbers[its * STRIDE + TRAITS]! & SNAPPED;
  }

  /** Way of the client, when a SYN, SYN-ACK or echo tells. */
  clientWay(leg: number): 0 | 1 | null {
    const way = this.numbers[leg * STRIDE + TRAITS]! & CLIENT;
    return way === 0 ? null : way === 1 ? 0 : 1;
  }
  /** The hash of some payload covers less than at other taps may: not to be compared. */
  snapped(leg: number): boolean {
    return (this.numbers[leg * STRIDE + TRAITS]! & SNAPPED) !== 0;
  }
  packets(leg: number, way: 0 | 1): number {
    return this.number(leg, way, PACKETS);
  }
  seen(leg: number, way: 0 | 1): number {
    return this.number(leg, way, SEEN);
  }
  /** Direction of the first packet: DIR_*. */
  dir(leg: number, way: 0 | 1): number {
    return this.number(leg, way, DIR);
  }
  /** TTL of the first packet, 0 when there is none. */
  ttl(leg: number, way: 0 | 1): number {
    return this.number(leg, way, TTL);
  }
  bytes(leg: number, way: 0 | 1): number {
    return this.wide[leg * WIDE + way + BYTES]!;
  }
  first(leg: number, way: 0 | 1): number {
    return this.wide[leg * WIDE + way + FIRST]!;
  }
  last(leg: number, way: 0 | 1): number {
    return this.wide[leg * WIDE + way + LAST]!;
  }
  /** Nothing was sent twice, skipped or reordered, and nobody reset the connection. */
  inOrder(leg: number, way: 0 | 1): boolean {
    return (this.number(leg, way, STATE) & (REPEATED | RESET)) === 0;
  }
  began(leg: number, way: 0 | 1): boolean {
    return (this.number(leg, way, STATE) & STARTED) !== 0;
  }
  /** Of streams in order: the same bytes of the sequence space, in as many segments. */
  sameStream(leg: number, way: 0 | 1, other: LegTable, its: number, itsWay: 0 | 1): boolean {
    const o = leg * STRIDE + way * WAY;
    const p = its * STRIDE + itsWay * WAY;
    return (
      this.numbers[o + BASE] === other.numbers[p + BASE] &&
      this.numbers[o + STREAM_BYTES] === other.numbers[p + STREAM_BYTES] &&
      this.numbers[o + SEGMENTS] === other.numbers[p + SEGMENTS]
    );
  }
  segments(leg: number, way: 0 | 1): number {
    return this.number(leg, way, SEGMENTS);
  }
  /** IP bytes of the largest packet, once cut to segments. */
  largest(leg: number, way: 0 | 1): number {
    return this.number(leg, way, LARGEST);
  }
  syns(leg: number, way: 0 | 1): number {
    return this.number(leg, way, SYNS);
  }
  /** Packets with an acknowledgement, apart from SYN-ACKs. */
  ackPackets(leg: number, way: 0 | 1): number {
    return this.number(leg, way, ACK_PACKETS);
  }
  /** Everything sent this way was acknowledged here. */
  acknowledged(leg: number, way: 0 | 1): boolean {
    return (
      (this.number(leg, way, STATE) & ACK_SEEN) !== 0 &&
      ((this.number(leg, way, ACKED) - this.number(leg, way, END)) | 0) >= 0
    );
  }

  private number(leg: number, way: 0 | 1, field: number): number {
    return this.numbers[leg * STRIDE + way * WAY + field]!;
  }
}

function other(way: 0 | 1): 0 | 1 {
  return way === 0 ? 1 : 0;
}

/** One TCP packet that is no duplicate; `leg` is where the numbers of its leg begin. */
function segment(
  d: Uint32Array<ArrayBufferLike>,
  leg: number,
  way: 0 | 1,
  flags: number,
  c: PacketColumns,
  r: number,
): void {
  const o = leg + way * WAY;
  if (flags & TCP_RST) {
    d[o + STATE]! |= RESET;
    return;
  }
  const payload = c.payload[r]!;
  const bytes = payload + (flags & TCP_SYN ? 1 : 0) + (flags & TCP_FIN ? 1 : 0);
  if (flags & TCP_SYN) d[o + SYNS]!++;
  if (flags & TCP_ACK) {
    const back = way === 0 ? leg + WAY : leg;
    if (!(flags & TCP_SYN)) d[o + ACK_PACKETS]!++;
    const ack = c.ack[r]!;
    const state = d[back + STATE]!;
    if (!(state & ACK_SEEN)) {
      d[back + STATE] = state | ACK_SEEN;
      d[back + ACKED] = ack;
    } else if (((ack - d[back + ACKED]!) | 0) > 0) d[back + ACKED] = ack;
  }
  if (bytes === 0) return;
  const seq = c.seq[r]!;
  const state = d[o + STATE]!;
  if (!(state & STARTED)) {
    d[o + STATE] = state | STARTED;
    d[o + BASE] = seq;
  } else if (seq !== d[o + END]!) d[o + STATE] = state | REPEATED;
  d[o + END] = (seq + bytes) >>> 0;
  d[o + STREAM_BYTES]! += bytes;
  const size = segmentSizeOf(d[leg + MSS]!);
  d[o + SEGMENTS]! += bytes <= size ? 1 : Math.ceil(bytes / size);
  const wire = c.ipLength[r]! - payload + (payload < size ? payload : size);
  if (wire > d[o + LARGEST]!) d[o + LARGEST] = wire;
}
