import {
  BIT_DUPLICATE,
  BIT_FRAG_LATER,
  BIT_ICMP_ERROR,
  BIT_SNAPPED,
  PROTO_ICMP,
  PROTO_ICMPV6,
  PROTO_TCP,
  TCP_ACK,
  TCP_SYN,
} from '../model/capture.js';
import { isNeighbourDiscovery, staysOnLink } from './scope.js';
import type { ConnectionFlow } from './reuse.js';
import { Streams } from './streams.js';
import type { TapData } from './taps.js';

/** Numbers of one leg: five, each way. */
const STRIDE = 10;
const PACKETS = 0;
const BYTES = 2;
const FIRST = 4;
const LAST = 6;
const TTL = 8;

/** The numbers of all legs of a run in one array: there may be as many legs as flows times captures. */
class LegNumbers {
  data: Float64Array;
  private used = 0;

  constructor(expected: number) {
    this.data = new Float64Array(Math.max(16, expected) * STRIDE);
  }

  add(): number {
    if (this.used + STRIDE > this.data.length) {
      const larger = new Float64Array(this.data.length * 2);
      larger.set(this.data);
      this.data = larger;
    }
    const at = this.used;
    this.data.fill(0, at, at + STRIDE);
    this.data[at + FIRST] = this.data[at + FIRST + 1] = Infinity;
    this.data[at + LAST] = this.data[at + LAST + 1] = -Infinity;
    this.used += STRIDE;
    return at;
  }

  /** Takes back the leg added last. */
  drop(): void {
    this.used -= STRIDE;
  }
}

/** One flow at one tap, summed up in a single pass. Way 0 is a→b, 1 is b→a of the table's flow. */
export class Leg {
  /** Way of the client, when a SYN, SYN-ACK or echo request tells. */
  clientWay: 0 | 1 | null = null;
  /** The hash of some payload covers less than at other taps may: not to be compared. */
  snapped = false;

  constructor(
    private readonly numbers: LegNumbers,
    private readonly at: number,
    readonly tap: number,
    readonly flow: number,
    /** Index into the run's `Streams`, -1 for other protocols than TCP. */
    readonly stream: number,
  ) {}

  packets(way: 0 | 1): number {
    return this.numbers.data[this.at + PACKETS + way]!;
  }
  bytes(way: 0 | 1): number {
    return this.numbers.data[this.at + BYTES + way]!;
  }
  /** Times on the run's axis by the tap's own clock; Infinity and -Infinity when there are none. */
  first(way: 0 | 1): number {
    return this.numbers.data[this.at + FIRST + way]!;
  }
  last(way: 0 | 1): number {
    return this.numbers.data[this.at + LAST + way]!;
  }
  /** TTL of the first packet each way, 0 when there is none. */
  ttl(way: 0 | 1): number {
    return this.numbers.data[this.at + TTL + way]!;
  }
}

/** An ICMP error about a flow of the same table. */
export interface IcmpError {
  readonly tap: number;
  readonly row: number;
  /** Quoted flow in the tap's table and the way of the quoted packet. */
  readonly flow: number;
  readonly way: 0 | 1;
  readonly type: number;
  readonly code: number;
  readonly mtu: number;
  readonly sender: string;
  readonly ttl: number;
  readonly time: number;
}

export function flowKey(protocol: number, a: string, aPort: number, b: string, bPort: number): string {
  return `${protocol}|${a}|${aPort}|${b}|${bPort}`;
}

/** Key of a flow; of connections that share a five-tuple, each its own. */
export function keyOfFlow(f: ConnectionFlow): string {
  const key = flowKey(f.protocol, f.a, f.aPort, f.b, f.bPort);
  return f.isn === undefined ? key : `${key}|${f.isn}`;
}

/** Every flow at every tap, and every ICMP error that quotes one. */
export function collectLegs(taps: readonly TapData[]): {
  legs: Leg[];
  errors: IcmpError[];
  streams: Streams;
} {
  const legs: Leg[] = [];
  const errors: IcmpError[] = [];
  const expected = [...new Set(taps.map((t) => t.table))].reduce((n, t) => n + t.flows.length, 0);
  const streams = new Streams(expected);
  const numbers = new LegNumbers(expected);
  for (const tap of taps) {
    const { offsets } = tap.flowIndex;
    for (let f = 0; f < tap.table.flows.length; f++) {
      if (offsets[f] === offsets[f + 1]) continue;
      const leg = collectLeg(tap, f, errors, streams, numbers);
      if (leg) legs.push(leg);
    }
  }
  return { legs, errors, streams };
}

function collectLeg(
  tap: TapData,
  f: number,
  errors: IcmpError[],
  streams: Streams,
  numbers: LegNumbers,
): Leg | null {
  const { table, rowTap, slot, shift } = tap;
  const { rows, offsets } = tap.flowIndex;
  const c = table.columns;
  const ends = table.flows[f]!;
  if (staysOnLink(ends.a) || staysOnLink(ends.b)) return null;
  const icmp = ends.protocol === PROTO_ICMP || ends.protocol === PROTO_ICMPV6;
  const at = numbers.add();
  const n = numbers.data;
  const leg = new Leg(numbers, at, tap.index, f, ends.protocol === PROTO_TCP ? streams.add() : -1);
  let mss = 0;
  for (let i = offsets[f]!; i < offsets[f + 1]!; i++) {
    const r = rows[i]!;
    if (rowTap !== null && rowTap[r] !== slot) continue;
    const w = c.way[r]! as 0 | 1;
    const t = c.time[r]! + shift;
    const bits = c.bits[r]!;
    // A later fragment whose first was not seen has no ports: nobody can tell its flow.
    if (bits & BIT_FRAG_LATER && ends.aPort === 0 && ends.bPort === 0 && !icmp) continue;
    if (isNeighbourDiscovery(ends.protocol, c.flags[r]!)) continue;
    if (bits & BIT_ICMP_ERROR) {
      const quoted = c.aux[r]!;
      if (quoted > 0)
        errors.push({
          tap: tap.index,
          row: r,
          flow: quoted - 1,
          way: (c.window[r]! & 1) as 0 | 1,
          type: c.flags[r]! >> 8,
          code: c.flags[r]! & 0xff,
          mtu: c.ack[r]!,
          sender: w === 0 ? ends.a : ends.b,
          ttl: c.ttl[r]!,
          time: t,
        });
      continue;
    }
    if (bits & BIT_SNAPPED) leg.snapped = true;
    n[at + PACKETS + w]!++;
    n[at + BYTES + w]! += c.ipLength[r]!;
    if (t < n[at + FIRST + w]!) n[at + FIRST + w] = t;
    if (t > n[at + LAST + w]!) n[at + LAST + w] = t;
    if (n[at + TTL + w] === 0) n[at + TTL + w] = c.ttl[r]!;
    if (ends.protocol === PROTO_TCP) {
      const flags = c.flags[r]!;
      if (flags & TCP_SYN && c.aux[r]! > 0) mss = mss === 0 ? c.aux[r]! : Math.min(mss, c.aux[r]!);
      if (!(bits & BIT_DUPLICATE)) streams.packet(leg.stream, w, c, r, mss);
      if (flags & TCP_SYN && leg.clientWay === null) leg.clientWay = flags & TCP_ACK ? (w === 0 ? 1 : 0) : w;
    } else if (icmp && leg.clientWay === null) {
      const type = c.flags[r]! >> 8;
      if (type === 8 || type === 128) leg.clientWay = w;
      else if ((type === 0 || type === 129) && ends.aPort === ends.bPort) leg.clientWay = w === 0 ? 1 : 0;
    }
  }
  if (leg.packets(0) + leg.packets(1) > 0) return leg;
  numbers.drop();
  return null;
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
