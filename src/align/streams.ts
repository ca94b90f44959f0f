import { TCP_ACK, TCP_FIN, TCP_RST, TCP_SYN, type PacketColumns } from '../model/capture.js';

/** Numbers kept per leg and way, in one array for all legs of a run: objects per packet or leg cost too much. */
const STRIDE = 18;
const WAY = 9;
const BASE = 0;
const END = 1;
const BYTES = 2;
const SEGMENTS = 3;
const LARGEST = 4;
const ACKED = 5;
const ACK_PACKETS = 6;
const STATE = 7;
const SYNS = 8;

const STARTED = 1;
const REPEATED = 2;
const RESET = 4;
const ACK_SEEN = 8;

export const DEFAULT_SEGMENT = 1448;

/** Bytes of a full segment by the smaller MSS of a handshake; timestamps take 12 bytes of each. */
export function segmentSizeOf(mss: number): number {
  return mss > 0 ? Math.max(mss - 12, 64) : DEFAULT_SEGMENT;
}

/**
 * What one pass over a TCP flow at a tap tells: how many bytes each side sent, whether any was sent twice or out
 * of order, and how far the other side acknowledged them. Enough to see that a connection is healthy.
 */
export class Streams {
  /** Whole numbers below 2^32; sums go round beyond. */
  private data: Uint32Array;
  private count = 0;

  constructor(expected: number) {
    this.data = new Uint32Array(Math.max(16, expected) * STRIDE);
  }

  add(): number {
    if ((this.count + 1) * STRIDE > this.data.length) {
      const larger = new Uint32Array(this.data.length * 2);
      larger.set(this.data);
      this.data = larger;
    }
    return this.count++;
  }

  /** Takes in one packet that is no duplicate; `mss` is the smaller one of the handshake so far. */
  packet(stream: number, way: 0 | 1, c: PacketColumns, r: number, mss: number): void {
    const d = this.data;
    const o = stream * STRIDE + way * WAY;
    const flags = c.flags[r]!;
    if (flags & TCP_RST) {
      d[o + STATE]! |= RESET;
      return;
    }
    const payload = c.payload[r]!;
    const bytes = payload + (flags & TCP_SYN ? 1 : 0) + (flags & TCP_FIN ? 1 : 0);
    if (flags & TCP_SYN) d[o + SYNS]!++;
    if (flags & TCP_ACK) {
      const other = stream * STRIDE + (way === 0 ? WAY : 0);
      if (!(flags & TCP_SYN)) d[o + ACK_PACKETS]!++;
      const ack = c.ack[r]!;
      if (!(d[other + STATE]! & ACK_SEEN) || ((ack - d[other + ACKED]!) | 0) > 0) d[other + ACKED] = ack;
      d[other + STATE]! |= ACK_SEEN;
    }
    if (bytes === 0) return;
    const seq = c.seq[r]!;
    if (!(d[o + STATE]! & STARTED)) {
      d[o + STATE]! |= STARTED;
      d[o + BASE] = seq;
      d[o + END] = seq;
    }
    if (seq !== d[o + END]!) d[o + STATE]! |= REPEATED;
    d[o + END] = (seq + bytes) >>> 0;
    d[o + BYTES]! += bytes;
    const segment = segmentSizeOf(mss);
    d[o + SEGMENTS]! += bytes <= segment ? 1 : Math.ceil(bytes / segment);
    const wire = c.ipLength[r]! - payload + Math.min(payload, segment);
    if (wire > d[o + LARGEST]!) d[o + LARGEST] = wire;
  }

  private at(stream: number, way: 0 | 1, field: number): number {
    return this.data[stream * STRIDE + way * WAY + field]!;
  }
  /** Nothing was sent twice, skipped or reordered, and nobody reset the connection. */
  inOrder(stream: number, way: 0 | 1): boolean {
    return (this.at(stream, way, STATE) & (REPEATED | RESET)) === 0;
  }
  began(stream: number, way: 0 | 1): boolean {
    return (this.at(stream, way, STATE) & STARTED) !== 0;
  }
  base(stream: number, way: 0 | 1): number {
    return this.at(stream, way, BASE);
  }
  /** Modulo 2^32. */
  bytes(stream: number, way: 0 | 1): number {
    return this.at(stream, way, BYTES);
  }
  segments(stream: number, way: 0 | 1): number {
    return this.at(stream, way, SEGMENTS);
  }
  largest(stream: number, way: 0 | 1): number {
    return this.at(stream, way, LARGEST);
  }
  syns(stream: number, way: 0 | 1): number {
    return this.at(stream, way, SYNS);
  }
  /** Packets with an acknowledgement, apart from SYN-ACKs. */
  ackPackets(stream: number, way: 0 | 1): number {
    return this.at(stream, way, ACK_PACKETS);
  }
  /** Everything sent this way was acknowledged here. */
  acknowledged(stream: number, way: 0 | 1): boolean {
    return (
      (this.at(stream, way, STATE) & ACK_SEEN) !== 0 &&
      ((this.at(stream, way, ACKED) - this.at(stream, way, END)) | 0) >= 0
    );
  }
}
