/** State bits of a direction. */
export const STARTED = 1;
export const FINISHED = 2;
/** The other side has acknowledged something. */
export const ACKED = 4;
/** This side has sent an acknowledgement. */
export const ACKS = 8;
/** This side's window is closed. */
export const CLOSED_WINDOW = 16;
/** The latest packet of this side was a keep-alive that has no answer yet. */
export const KEEP_ALIVE_OPEN = 32;
/** All that was seen of this side are acknowledgements with one sequence number, perhaps that of a keep-alive. */
export const ONLY_ACKS = 64;
/** This side has sent a SYN-ACK. */
export const ANSWERED = 128;

/** State of each direction of TCP, by flow × 2 + way. */
export class Directions {
  readonly state: Uint8Array;
  /** One past the highest sequence number seen or acknowledged; the first one seen. */
  readonly highest: Uint32Array;
  readonly lowest: Uint32Array;
  /** Highest acknowledgement of this direction's bytes. */
  readonly acked: Uint32Array;
  /** Latest acknowledgement number, window, and duplicate acknowledgements in a row that this side sent. */
  readonly ackNumber: Uint32Array;
  readonly window: Uint16Array;
  readonly duplicates: Uint16Array;
  /** Time of the latest packet with bytes, SYN or FIN. */
  readonly sent: Float64Array;
  /** The bytes last sent again: their sequence number, how often, and the first such packet. */
  readonly againSeq: Uint32Array;
  readonly againCount: Uint16Array;
  readonly againRow: Int32Array;
  /** The packet that closed the window. */
  readonly closedRow: Int32Array;

  constructor(flows: number) {
    const n = flows * 2;
    this.state = new Uint8Array(n);
    this.highest = new Uint32Array(n);
    this.lowest = new Uint32Array(n);
    this.acked = new Uint32Array(n);
    this.ackNumber = new Uint32Array(n);
    this.window = new Uint16Array(n);
    this.duplicates = new Uint16Array(n);
    this.sent = new Float64Array(n);
    this.againSeq = new Uint32Array(n);
    this.againCount = new Uint16Array(n);
    this.againRow = new Int32Array(n);
    this.closedRow = new Int32Array(n);
  }

  has(d: number, bit: number): boolean {
    return (this.state[d]! & bit) !== 0;
  }

  /** Whether all bytes sent so far are acknowledged, as far as was seen. */
  allAcked(d: number): boolean {
    return this.has(d, ACKED) && this.acked[d] === this.highest[d];
  }

  /** For a new connection. */
  reset(d: number): void {
    this.state[d] = this.duplicates[d] = this.againCount[d] = 0;
  }
}
