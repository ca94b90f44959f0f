import type { PacketColumns } from '../../model/capture.js';
import { TCP_ACK, TCP_FIN, TCP_SYN } from '../../model/capture.js';
import {
  ACKED,
  ACKS,
  ANSWERED,
  CLOSED_WINDOW,
  Directions,
  FINISHED,
  KEEP_ALIVE_OPEN,
  ONLY_ACKS,
  STARTED,
} from './directions.js';
import { Gaps, type Gap } from './gaps.js';
import {
  AGAIN_EARLY,
  AGAIN_FAST,
  AGAIN_LOST_BEFORE,
  AGAIN_NEEDLESS,
  AGAIN_SYN,
  AGAIN_SYN_ACK,
  AGAIN_TIMEOUT,
  DUPLICATE_ACK,
  KEEP_ALIVE,
  OUT_OF_ORDER,
  PLAIN,
  WINDOW_PROBE,
} from './marks.js';
import { SequenceTotals } from './totals.js';

/** Linux waits at least this long for an acknowledgement before it sends again. */
export const TIMEOUT_NS = 200e6;
/** RFC 5681: duplicate acknowledgements that make a sender send again. */
export const FAST_DUPLICATES = 3;
/** Without timestamps and identifications, bytes that come within this time of what follows them were overtaken. */
export const REORDER_NS = 3e6;
/** Where no acknowledgement was seen, a byte sent again after this silence is taken for a keep-alive. */
const KEEP_ALIVE_IDLE_NS = 1e9;
/** An acknowledgement further ahead than this is stale or forged. */
const MAX_AHEAD = 0x40000000;
/** Identifications of one sender's packets that are close in time differ by less. */
const NEAR_IDS = 4096;

/** Follows the sequence space of every direction and says of each packet what it is. */
export class SequenceTracker {
  readonly dirs: Directions;
  readonly gaps = new Gaps();
  readonly totals = new SequenceTotals();

  constructor(
    private readonly c: PacketColumns,
    flows: number,
  ) {
    this.dirs = new Directions(flows);
  }

  /** The mark of packet `i` of direction `d`; it is no reset. */
  step(i: number, d: number): number {
    const { c, dirs } = this;
    const flags = c.flags[i]!;
    const payload = c.payload[i]!;
    const length = payload + ((flags & TCP_SYN) >> 1) + (flags & TCP_FIN);
    let mark = length > 0 ? this.bytes(i, d, flags, payload, length) : this.noBytes(i, d);
    if ((flags & TCP_ACK) !== 0 && this.acknowledge(i, d, length === 0 && mark === PLAIN))
      mark = DUPLICATE_ACK;
    if ((flags & (TCP_SYN | TCP_FIN)) === 0) this.windowOf(i, d);
    if ((flags & TCP_FIN) !== 0) dirs.state[d]! |= FINISHED;
    return mark;
  }

  /** Ends both directions of a flow: what is still open becomes final. */
  finish(flow: number, time: number): void {
    for (let d = flow * 2; d <= flow * 2 + 1; d++) {
      for (const gap of this.gaps.take(d)) this.finalGap(d, gap);
      if (this.dirs.has(d, CLOSED_WINDOW))
        this.totals.closed.end(d, this.dirs.closedRow[d]!, null, this.c, time);
      if (this.dirs.againCount[d]! > 0)
        this.totals.notAcknowledged(this.dirs.againRow[d]!, this.dirs.againCount[d]!);
      this.dirs.reset(d);
    }
  }

  private bytes(i: number, d: number, flags: number, payload: number, length: number): number {
    const { c, dirs } = this;
    const seq = c.seq[i]!;
    const end = (seq + length) >>> 0;
    this.totals.segments++;
    const answers = (flags & TCP_SYN) !== 0 && (flags & TCP_ACK) !== 0;
    const first = answers && !dirs.has(d, ANSWERED);
    if (first) dirs.state[d]! |= ANSWERED;
    if (!dirs.has(d, STARTED)) {
      this.start(d, seq, end, c.time[i]!);
      return PLAIN;
    }
    // Both sides opened at once: the SYN-ACK has the sequence number of this side's own SYN.
    if (first && seq === dirs.lowest[d]!) return PLAIN;
    const ahead = (seq - dirs.highest[d]!) | 0;
    const probed = this.skipsProbe(d, ahead);
    if (ahead > 0 && !probed) this.open(i, d, dirs.highest[d]!, seq);
    if (ahead >= 0) {
      // Where no acknowledgements are seen, going on is the only sign that what was sent again arrived.
      if (!dirs.has(d, ACKED)) dirs.againCount[d] = 0;
      dirs.highest[d] = end;
      dirs.sent[d] = c.time[i]!;
      return PLAIN;
    }
    const mark = this.older(i, d, flags, payload, seq, end, ahead);
    if (((end - dirs.highest[d]!) | 0) > 0) dirs.highest[d] = end;
    if (mark !== KEEP_ALIVE) dirs.sent[d] = c.time[i]!;
    return mark;
  }

  /** Bytes below the highest ones seen. */
  private older(
    i: number,
    d: number,
    flags: number,
    payload: number,
    seq: number,
    end: number,
    ahead: number,
  ): number {
    const { c, dirs } = this;
    if ((flags & TCP_SYN) !== 0) return (flags & TCP_ACK) !== 0 ? AGAIN_SYN_ACK : AGAIN_SYN;
    if (ahead === -1 && payload === 1 && (flags & TCP_FIN) === 0) {
      const probe = this.probe(i, d);
      if (probe !== PLAIN) return probe;
    }
    const gap = this.gaps.fill(d, seq, end);
    if (gap !== null) return this.late(i, d, gap);
    // Bytes from before the first packet of the capture: whether they were sent already nobody knows.
    if (((seq - dirs.lowest[d]!) | 0) < 0) return PLAIN;
    return this.again(i, d, seq, end, c.time[i]! - dirs.sent[d]!);
  }

  private again(i: number, d: number, seq: number, end: number, silence: number): number {
    const { dirs } = this;
    if (dirs.has(d, ACKED) && ((dirs.acked[d]! - end) | 0) >= 0) return AGAIN_NEEDLESS;
    if (dirs.againCount[d]! > 0 && dirs.againSeq[d] === seq) {
      if (dirs.againCount[d]! < 0xffff) dirs.againCount[d]!++;
    } else {
      dirs.againCount[d] = 1;
      dirs.againSeq[d] = seq;
      dirs.againRow[d] = i;
    }
    if (dirs.duplicates[d ^ 1]! >= FAST_DUPLICATES) return AGAIN_FAST;
    return silence >= TIMEOUT_NS ? AGAIN_TIMEOUT : AGAIN_EARLY;
  }

  /** Bytes that fill a gap: overtaken, or lost before the tap and sent again. */
  private late(i: number, d: number, gap: Gap): number {
    const { c, dirs } = this;
    const stamps = c.tsval[i] !== 0 && gap.tsval !== 0 ? (c.tsval[i]! - gap.tsval) | 0 : 0;
    if (stamps !== 0) return stamps < 0 ? OUT_OF_ORDER : AGAIN_LOST_BEFORE;
    const ids = c.ipId[i] !== 0 && gap.ipId !== 0 ? ((c.ipId[i]! - gap.ipId) << 16) >> 16 : 0;
    if (ids !== 0 && Math.abs(ids) < NEAR_IDS) return ids < 0 ? OUT_OF_ORDER : AGAIN_LOST_BEFORE;
    if (dirs.duplicates[d ^ 1]! >= FAST_DUPLICATES) return AGAIN_LOST_BEFORE;
    return c.time[i]! - gap.time < REORDER_NS ? OUT_OF_ORDER : AGAIN_LOST_BEFORE;
  }

  /**
   * A packet of no or one byte just below the next sequence number: a keep-alive when all bytes are acknowledged,
   * a window probe when the other side's window is closed. Anything else that looks so is the last byte again.
   */
  private probe(i: number, d: number): number {
    const { c, dirs } = this;
    if (dirs.has(d, FINISHED)) return PLAIN;
    if (dirs.has(d ^ 1, CLOSED_WINDOW)) return WINDOW_PROBE;
    const idle = !dirs.has(d, ACKED) && c.time[i]! - dirs.sent[d]! >= KEEP_ALIVE_IDLE_NS;
    if (!dirs.allAcked(d) && !idle) return PLAIN;
    // Of a side that is not in the capture no answer can be expected.
    if (dirs.has(d ^ 1, STARTED)) {
      this.totals.keepAlivesUnanswered++;
      dirs.state[d]! |= KEEP_ALIVE_OPEN;
    }
    return KEEP_ALIVE;
  }

  /** A pure acknowledgement. Its sequence number is the next one, except in keep-alives. */
  private noBytes(i: number, d: number): number {
    const { c, dirs } = this;
    const seq = c.seq[i]!;
    if (!dirs.has(d, STARTED)) {
      this.start(d, seq, seq, c.time[i]!);
      dirs.state[d]! |= ONLY_ACKS;
      return PLAIN;
    }
    const ahead = (seq - dirs.highest[d]!) | 0;
    if (ahead === -1) return this.probe(i, d);
    if (ahead > 0 && ahead < MAX_AHEAD) {
      if (!this.skipsProbe(d, ahead)) this.open(i, d, dirs.highest[d]!, seq);
      dirs.highest[d] = seq;
    }
    return PLAIN;
  }

  /** A keep-alive that was the first packet seen of a side has the number below the next: nothing lies between. */
  private skipsProbe(d: number, ahead: number): boolean {
    const { dirs } = this;
    const probed = ahead === 1 && dirs.has(d, ONLY_ACKS);
    dirs.state[d]! &= ~ONLY_ACKS;
    return probed;
  }

  private start(d: number, seq: number, end: number, time: number): void {
    const { dirs } = this;
    dirs.state[d]! |= STARTED;
    dirs.lowest[d] = seq;
    dirs.highest[d] = end;
    dirs.sent[d] = time;
  }

  /** Notes what direction `d` acknowledges; true for a duplicate acknowledgement. */
  private acknowledge(i: number, d: number, pure: boolean): boolean {
    const { c, dirs } = this;
    const o = d ^ 1;
    const ack = c.ack[i]!;
    if (dirs.has(o, KEEP_ALIVE_OPEN)) {
      dirs.state[o]! &= ~KEEP_ALIVE_OPEN;
      this.totals.keepAlivesUnanswered--;
    }
    let duplicate = false;
    if (dirs.has(o, STARTED)) {
      const outstanding = (dirs.highest[o]! - ack) | 0;
      const same = dirs.has(d, ACKS) && dirs.ackNumber[d] === ack && dirs.window[d] === c.window[i];
      duplicate = pure && same && outstanding > 0 && c.window[i] !== 0;
      if (!dirs.has(o, ACKED) || ((ack - dirs.acked[o]!) | 0) > 0) this.advance(i, d, o, ack, outstanding);
    }
    if (duplicate && dirs.duplicates[d]! < 0xffff) dirs.duplicates[d]!++;
    else if (dirs.ackNumber[d] !== ack) dirs.duplicates[d] = 0;
    dirs.ackNumber[d] = ack;
    dirs.state[d]! |= ACKS;
    return duplicate;
  }

  private advance(i: number, d: number, o: number, ack: number, outstanding: number): void {
    const { dirs } = this;
    if (outstanding < -MAX_AHEAD) return;
    dirs.acked[o] = ack;
    dirs.state[o]! |= ACKED;
    if (dirs.againCount[o]! > 0 && ((ack - dirs.againSeq[o]!) | 0) > 0) dirs.againCount[o] = 0;
    if (outstanding === 0) dirs.state[o]! &= ~ONLY_ACKS;
    if (outstanding >= 0) return;
    if (this.skipsProbe(o, -outstanding)) dirs.lowest[o] = ack;
    else this.open(i, o, dirs.highest[o]!, ack, d);
    dirs.highest[o] = ack;
  }

  /** Opens a gap in direction `d`, shown by packet `i` of that direction, or of `by` that acknowledges it. */
  private open(i: number, d: number, from: number, to: number, by = d): void {
    const { c } = this;
    const own = by === d;
    const gap = {
      from,
      to,
      row: i,
      time: c.time[i]!,
      tsval: own ? c.tsval[i]! : 0,
      ipId: own ? c.ipId[i]! : 0,
    };
    const old = this.gaps.add(d, gap);
    if (old !== null) this.finalGap(d, old);
  }

  private finalGap(d: number, gap: Gap): void {
    const { dirs } = this;
    const acked = dirs.has(d, ACKED) && ((dirs.acked[d]! - gap.to) | 0) >= 0;
    this.totals.gap(gap.row, (gap.to - gap.from) >>> 0, acked);
  }

  private windowOf(i: number, d: number): void {
    const { c, dirs } = this;
    const window = c.window[i]!;
    const closed = dirs.has(d, CLOSED_WINDOW);
    if (window === 0) {
      this.totals.zeroWindowPackets++;
      if (!closed) {
        dirs.state[d]! |= CLOSED_WINDOW;
        dirs.closedRow[d] = i;
      }
    } else if (closed) {
      dirs.state[d]! &= ~CLOSED_WINDOW;
      this.totals.closed.end(d, dirs.closedRow[d]!, i, c, c.time[i]!);
    }
    dirs.window[d] = window;
  }
}
