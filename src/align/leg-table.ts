import {
  STRIDE,
  WAY,
  MSS,
  TRAITS,
  PACKETS,
  SEEN,
  TTL,
  DIR,
  BASE,
  END,
  STREAM_BYTES,
  SEGMENTS,
  LARGEST,
  ACKED,
  ACK_PACKETS,
  STATE,
  SYNS,
  WIDE,
  FIRST,
  LAST,
  BYTES,
  STARTED,
  REPEATED,
  RESET,
  ACK_SEEN,
  CLIENT,
  SNAPPED,
} from './leg-layout.js';

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
  private readonly numbers: Uint32Array;
  private readonly wide: Float64Array;
  readonly count: number;

  /** @param from the columns of a table, or the number of legs of a new one */
  constructor(from: LegColumns | number) {
    if (typeof from === 'number') {
      this.numbers = new Uint32Array(from * STRIDE);
      this.wide = new Float64Array(from * WIDE);
      this.count = from;
      for (let o = 0; o < this.wide.length; o += WIDE) {
        this.wide[o + FIRST] = this.wide[o + FIRST + 1] = Infinity;
        this.wide[o + LAST] = this.wide[o + LAST + 1] = -Infinity;
      }
    } else ({ numbers: this.numbers, wide: this.wide, count: this.count } = from);
  }

  columns(): LegColumns {
    return { numbers: this.numbers, wide: this.wide, count: this.count };
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
        this.numbers[o + PACKETS]! += from.numbers[p + PACKETS]!;
        this.numbers[o + SEEN]! += from.numbers[p + SEEN]!;
        this.numbers[o + STREAM_BYTES]! += from.numbers[p + STREAM_BYTES]!;
        this.numbers[o + SEGMENTS]! += from.numbers[p + SEGMENTS]!;
        this.numbers[o + ACK_PACKETS]! += from.numbers[p + ACK_PACKETS]!;
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
