import { NO_FLOW } from '../capture/columns.js';
import type { CaptureTable, PacketColumns } from '../model/capture.js';
import { pairDns, type DnsDialogue } from './dns.js';
import { connectionMessages, type ConnectionMessages } from './app.js';
import { timeOrder, type TimeOrder } from './order.js';
import { COUNTED, findSightings, type Sightings } from './sightings.js';
import { analyseTcp, type TcpAnalysis } from './tcp/analysis.js';
import { endText, isoMicros, protocolName } from './text.js';
import type { CheckExample } from './types.js';

interface PairCounter {
  between(protocol: string, src: string, dst: string, n: number): void;
}

/** What was worked out of a capture once, for all checks. */
export class InspectContext {
  readonly c: PacketColumns;
  readonly order: TimeOrder;
  readonly sightings: Sightings;
  readonly tcp: TcpAnalysis;
  /** Times of the earliest and the latest packet, nanoseconds after `baseNs`; 0 without packets. */
  readonly first: number;
  readonly last: number;

  private dialogue: DnsDialogue | null = null;
  private messages: ReadonlyMap<number, ConnectionMessages> | null = null;

  constructor(readonly table: CaptureTable) {
    this.c = table.columns;
    this.order = timeOrder(table.columns.time);
    const { rows } = this.order;
    this.sightings = findSightings(table, rows);
    this.tcp = analyseTcp(table, rows, this.sightings.kind);
    const n = table.packets;
    this.first = n === 0 ? 0 : this.c.time[rows === null ? 0 : rows[0]!]!;
    this.last = n === 0 ? 0 : this.c.time[rows === null ? n - 1 : rows[n - 1]!]!;
  }

  /** DNS questions and their answers. */
  get dns(): DnsDialogue {
    return (this.dialogue ??= pairDns(this));
  }

  /** TLS and HTTP messages by connection. */
  get app(): ReadonlyMap<number, ConnectionMessages> {
    return (this.messages ??= connectionMessages(this.table.app, this.tcp.appConnection));
  }

  /** Row at place `k` in order of time. */
  rowAt(k: number): number {
    return this.order.rows === null ? k : this.order.rows[k]!;
  }

  /** Whether the row is an IP packet with a flow, and no copy of one that counts. */
  counts(i: number): boolean {
    return this.sightings.kind[i] === COUNTED && this.c.flow[i] !== NO_FLOW;
  }

  /** Nanoseconds of capture after time `t`. */
  after(t: number): number {
    return this.last - t;
  }

  time(t: number): string | null {
    return isoMicros(this.table.baseNs + BigInt(Math.round(t)));
  }

  /** The end that way `way` of flow `flow` comes from. */
  source(flow: number, way: number): string {
    return endText(this.table.flows[flow]!, way === 0 ? 'a' : 'b');
  }

  /** Way of the client's packets where no handshake tells: the higher port is the client's. */
  clientWay(flow: number): number {
    const { aPort, bPort } = this.table.flows[flow]!;
    return aPort > bPort ? 0 : 1;
  }

  /** Counts `n` between client and server of a flow; the client without its port, so that connections add up. */
  between(tally: PairCounter, flow: number, clientWay = this.clientWay(flow), n = 1): void {
    const f = this.table.flows[flow]!;
    tally.between(this.protocol(flow), clientWay === 0 ? f.a : f.b, this.source(flow, 1 - clientWay), n);
  }

  protocol(flow: number): string {
    return protocolName(this.table.flows[flow]!.protocol);
  }

  /** An example that is packet `i`. */
  example(i: number, text: string): CheckExample {
    const flow = this.c.flow[i]!;
    const time = this.time(this.c.time[i]!);
    if (flow === NO_FLOW) return { time, src: null, dst: null, text };
    const way = this.c.way[i]!;
    return { time, src: this.source(flow, way), dst: this.source(flow, 1 - way), text };
  }
}
