import type { PacketColumns } from '../../model/capture.js';

/** Entries kept of each list; all are counted. */
const KEPT = 10_000;
/** As often as this the same bytes must have been sent again in vain to be told of. */
export const IN_VAIN = 3;

/** A receiver's window that was closed: the packet that said so, and how long until it was open again. */
export interface ClosedWindow {
  /** flow × 2 + way of the side whose window it is. */
  readonly direction: number;
  readonly row: number;
  /** Nanoseconds until the window was open again, or until the connection's or the capture's end. */
  readonly duration: number;
  readonly reopened: boolean;
}

export class ClosedWindows {
  readonly list: ClosedWindow[] = [];
  leftOut = 0;

  end(direction: number, row: number, reopenedBy: number | null, c: PacketColumns, time: number): void {
    if (this.list.length >= KEPT) this.leftOut++;
    else this.list.push({ direction, row, duration: time - c.time[row]!, reopened: reopenedBy !== null });
  }
}

/** Gaps of one kind: places and bytes, and the packets that showed the first of them. */
export interface GapTotal {
  places: number;
  bytes: number;
  readonly rows: number[];
}

/** What was counted over the sequence spaces of all connections. */
export class SequenceTotals {
  /** Packets with data, SYN or FIN. */
  segments = 0;
  keepAlivesUnanswered = 0;
  zeroWindowPackets = 0;
  readonly closed = new ClosedWindows();
  /** Never seen, yet acknowledged: the capture missed them. */
  readonly unseen: GapTotal = { places: 0, bytes: 0, rows: [] };
  /** Never seen and never acknowledged. */
  readonly missing: GapTotal = { places: 0, bytes: 0, rows: [] };
  /** Bytes sent again `IN_VAIN` times or more and never acknowledged. */
  readonly inVain: { readonly row: number; readonly times: number }[] = [];
  inVainCount = 0;

  gap(row: number, bytes: number, acknowledged: boolean): void {
    const total = acknowledged ? this.unseen : this.missing;
    total.places++;
    total.bytes += bytes;
    if (total.rows.length < KEPT) total.rows.push(row);
  }

  notAcknowledged(row: number, times: number): void {
    if (times < IN_VAIN) return;
    this.inVainCount++;
    if (this.inVain.length < KEPT) this.inVain.push({ row, times });
  }
}
