import { BIT_ICMP_ERROR } from '../model/capture.js';
import type { LegTable } from './leg-table.js';
import type { ConnectionFlow } from './reuse.js';
import type { QuotedError } from './tap-summary.js';
import type { TapData } from './taps.js';

/** One flow at one tap. Way 0 is a→b of the flow, 1 is b→a. */
export class Leg {
  /**
   * @param flow index into the tap's flows
   * @param at index into `table`
   * @param shift what to add to the table's times for the run's axis
   */
  constructor(
    readonly tap: number,
    readonly flow: number,
    private readonly table: LegTable,
    private readonly at: number,
    private readonly shift: number,
  ) {}

  /** Way of the client, when a SYN, SYN-ACK or echo request tells. */
  get clientWay(): 0 | 1 | null {
    return this.table.clientWay(this.at);
  }
  /** The hash of some payload covers less than at other taps may: not to be compared. */
  get snapped(): boolean {
    return this.table.snapped(this.at);
  }
  packets(way: 0 | 1): number {
    return this.table.packets(this.at, way);
  }
  bytes(way: 0 | 1): number {
    return this.table.bytes(this.at, way);
  }
  /** Times on the run's axis by the tap's own clock; Infinity and -Infinity when there are none. */
  first(way: 0 | 1): number {
    return this.table.first(this.at, way) + this.shift;
  }
  last(way: 0 | 1): number {
    return this.table.last(this.at, way) + this.shift;
  }
  /** TTL of the first packet each way, 0 when there is none. */
  ttl(way: 0 | 1): number {
    return this.table.ttl(this.at, way);
  }
  /** The TCP segments of one way: every byte was sent once and in order, and nobody reset the connection. */
  inOrder(way: 0 | 1): boolean {
    return this.table.began(this.at, way) && this.table.inOrder(this.at, way);
  }
  /** Everything sent this way was acknowledged here. */
  acknowledged(way: 0 | 1): boolean {
    return this.table.acknowledged(this.at, way);
  }
  /** The same bytes of the sequence space, in as many segments, as another leg saw on the same way. */
  sameStream(way: 0 | 1, other: Leg, otherWay: 0 | 1): boolean {
    return this.table.sameStream(this.at, way, other.table, other.at, otherWay);
  }
  segments(way: 0 | 1): number {
    return this.table.segments(this.at, way);
  }
  largest(way: 0 | 1): number {
    return this.table.largest(this.at, way);
  }
  syns(way: 0 | 1): number {
    return this.table.syns(this.at, way);
  }
  ackPackets(way: 0 | 1): number {
    return this.table.ackPackets(this.at, way);
  }
}

/** An ICMP error about a flow of the same table, its time on the run's axis by the tap's own clock. */
export interface IcmpError extends QuotedError {
  readonly tap: number;
}

export function errorsOf(taps: readonly TapData[]): IcmpError[] {
  return taps.flatMap((t) => t.errors.map((e) => ({ ...e, tap: t.index, time: e.time + t.shift })));
}

export function flowKey(protocol: number, a: string, aPort: number, b: string, bPort: number): string {
  return `${protocol}|${a}|${aPort}|${b}|${bPort}`;
}

/** Key of a flow; of connections that share a five-tuple, each its own. */
export function keyOfFlow(f: ConnectionFlow): string {
  const key = flowKey(f.protocol, f.a, f.aPort, f.b, f.bPort);
  return f.isn === undefined ? key : `${key}|${f.isn}`;
}

/** When a leg's packets of one way passed its tap, by the tap's own clock on the run's axis, in file order. */
export function packetTimes(tap: TapData, leg: Leg, way: 0 | 1): number[] {
  const { rows, offsets } = tap.flowIndex;
  const c = tap.table.columns;
  const out: number[] = [];
  for (let i = offsets[leg.flow]!; i < offsets[leg.flow + 1]!; i++) {
    const r = rows[i]!;
    if (tap.rowTap !== null && tap.rowTap[r] !== tap.slot) continue;
    if (c.way[r] === way && !(c.bits[r]! & BIT_ICMP_ERROR)) out.push(c.time[r]! + tap.shift);
  }
  return out;
}
