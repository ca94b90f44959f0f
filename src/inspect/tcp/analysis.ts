import { NO_FLOW } from '../../capture/columns.js';
import {
  BIT_FRAG_LATER,
  BIT_ICMP_ERROR,
  PROTO_TCP,
  TCP_ACK,
  TCP_FIN,
  TCP_RST,
  TCP_SYN,
  type CaptureTable,
} from '../../model/capture.js';
import { COUNTED } from '../sightings.js';
import { Connections, NONE } from './connections.js';
import { SequenceTracker } from './sequence.js';
import type { SequenceTotals } from './totals.js';

/** Everything that one pass over the TCP packets tells. */
export interface TcpAnalysis {
  /** Per row a mark of `marks.ts`. */
  readonly marks: Uint8Array;
  readonly connections: Connections;
  readonly totals: SequenceTotals;
  /** TCP packets that were judged. */
  readonly packets: number;
  /** Per entry of `table.app`: its connection, NONE when the packet was a copy. */
  readonly appConnection: Int32Array;
}

/** SYNs cross within a round trip. */
const CROSS_NS = 1e9;

/** Rows that hold an application message are marked during the pass with this bit. */
const HAS_APP = 0x80;

/**
 * One pass in order of time; linear in packets, state per flow only. Flows are full five-tuples and sequence
 * numbers absolute, so parallel connections have nothing to do with each other.
 */
export function analyseTcp(table: CaptureTable, order: Uint32Array | null, kind: Uint8Array): TcpAnalysis {
  const pass = new TcpPass(table);
  for (let k = 0; k < table.packets; k++) {
    const i = order === null ? k : order[k]!;
    if (kind[i] === COUNTED && table.columns.flow[i] !== NO_FLOW) pass.packet(i);
  }
  return pass.end();
}

class TcpPass {
  private readonly marks: Uint8Array;
  private readonly connections = new Connections();
  private readonly tracker: SequenceTracker;
  private readonly current: Int32Array;
  private readonly tcp: Uint8Array;
  private readonly appRows = new Map<number, number>();
  private readonly appConnection: Int32Array;
  private packets = 0;

  constructor(private readonly table: CaptureTable) {
    const flows = table.flows.length;
    this.marks = new Uint8Array(table.packets);
    this.tracker = new SequenceTracker(table.columns, flows);
    this.current = new Int32Array(flows).fill(NONE);
    this.tcp = Uint8Array.from(table.flows, (f) => (f.protocol === PROTO_TCP ? 1 : 0));
    this.appConnection = new Int32Array(table.app.length).fill(NONE);
    for (const [n, message] of table.app.entries()) {
      this.appRows.set(message.packet, n);
      this.marks[message.packet] = HAS_APP;
    }
  }

  packet(i: number): void {
    const c = this.table.columns;
    const bits = c.bits[i]!;
    if ((bits & (BIT_ICMP_ERROR | BIT_FRAG_LATER)) !== 0) {
      if ((bits & BIT_ICMP_ERROR) !== 0) this.icmpError(i);
      return;
    }
    const flow = c.flow[i]!;
    if (this.tcp[flow] === 0) return;
    this.packets++;
    const k = this.connectionOf(i, flow);
    this.note(i, k);
    const app = (this.marks[i]! & HAS_APP) !== 0;
    this.marks[i] = (c.flags[i]! & TCP_RST) !== 0 ? 0 : this.tracker.step(i, flow * 2 + c.way[i]!);
    if (app) this.appConnection[this.appRows.get(i)!] = k;
  }

  end(): TcpAnalysis {
    for (let flow = 0; flow < this.current.length; flow++) {
      const k = this.current[flow]!;
      if (k !== NONE) this.tracker.finish(flow, this.connections.last[k]!);
    }
    return {
      marks: this.marks,
      connections: this.connections,
      totals: this.tracker.totals,
      packets: this.packets,
      appConnection: this.appConnection,
    };
  }

  private icmpError(i: number): void {
    const quoted = this.table.columns.aux[i]! - 1;
    const k = quoted < 0 || quoted >= this.current.length ? NONE : this.current[quoted]!;
    if (k !== NONE && this.connections.icmp[k] === NONE) this.connections.icmp[k] = i;
  }

  /** The connection that packet `i` belongs to; a SYN with another initial sequence number begins a new one. */
  private connectionOf(i: number, flow: number): number {
    const c = this.table.columns;
    const k = this.current[flow]!;
    const way = c.way[i]!;
    const syn = c.flags[i]! & (TCP_SYN | TCP_ACK);
    if (syn === TCP_SYN) {
      const { connections: all } = this;
      if (k !== NONE && all.syn[k] !== NONE && all.isn[k] === c.seq[i] && all.client[k] === way) return k;
      if (k !== NONE && this.crosses(i, k, way)) return k;
      return this.begin(i, flow, way, c.seq[i]!, k);
    }
    if (syn === (TCP_SYN | TCP_ACK)) return this.answered(i, flow, way, k);
    if (k !== NONE) return k;
    const { aPort, bPort } = this.table.flows[flow]!;
    return this.begin(i, flow, aPort > bPort ? 0 : 1, 0, NONE);
  }

  /** Both sides opened at once: the other one's SYN is on its way to the first. */
  private crosses(i: number, k: number, way: number): boolean {
    const { connections: all } = this;
    if (all.syn[k] === NONE || all.client[k] === way) return false;
    if (all.synAck[k] !== NONE || all.established[k] !== NONE || all.reset[k] !== NONE) return false;
    return this.table.columns.time[i]! - all.first[k]! < CROSS_NS;
  }

  private answered(i: number, flow: number, way: number, k: number): number {
    const c = this.table.columns;
    const { connections: all } = this;
    if (k !== NONE && all.syn[k] !== NONE) {
      // An answer to another SYN than the one seen is stale: it changes nothing.
      return k;
    }
    if (k !== NONE && all.synAck[k] !== NONE && all.isn[k] === c.seq[i]) return k;
    return this.begin(i, flow, 1 - way, c.seq[i]!, k);
  }

  private begin(i: number, flow: number, client: number, isn: number, previous: number): number {
    const time = this.table.columns.time[i]!;
    if (previous !== NONE) this.tracker.finish(flow, this.connections.last[previous]!);
    const k = this.connections.add(flow, client, isn, time, previous);
    this.current[flow] = k;
    return k;
  }

  private note(i: number, k: number): void {
    const c = this.table.columns;
    const { connections: all } = this;
    const flags = c.flags[i]!;
    const way = c.way[i]!;
    const fromClient = way === all.client[k];
    if ((flags & TCP_RST) !== 0) {
      if (all.reset[k] === NONE) {
        all.reset[k] = i;
        all.resetIdle[k] = c.time[i]! - all.last[k]!;
      }
    } else if ((flags & TCP_SYN) !== 0) {
      if (fromClient) this.syn(i, k);
      else this.synAck(i, k);
    } else if ((flags & TCP_ACK) !== 0) {
      // The client acknowledges only what it got, even where the capture did not see the SYN-ACK.
      const begun = all.syn[k] !== NONE || all.synAck[k] !== NONE;
      if (fromClient && begun && all.established[k] === NONE) all.established[k] = i;
      if (!fromClient && all.synAck[k] === NONE && all.syn[k] !== NONE && all.challenge[k] === NONE)
        all.challenge[k] = i;
    }
    if (c.payload[i]! > 0 && (flags & TCP_RST) === 0) {
      const data = all.data(way);
      if (data[k] === NONE) data[k] = i;
      all.lastDataWay[k] = way;
    }
    if ((flags & TCP_FIN) !== 0 && all.fin(way)[k] === NONE) all.fin(way)[k] = i;
    all.last[k] = c.time[i]!;
  }

  private syn(i: number, k: number): void {
    const { connections: all } = this;
    if (all.syn[k] === NONE) all.syn[k] = i;
    // Where SYNs crossed, the client sends a SYN-ACK too.
    const again = (this.table.columns.flags[i]! & TCP_ACK) === 0;
    if (again && all.syns[k]! < 0xffff) all.syns[k]!++;
    if (again && all.synAck[k] !== NONE) all.synAfterAnswer[k] = 1;
  }

  private synAck(i: number, k: number): void {
    const { connections: all } = this;
    const c = this.table.columns;
    if (all.syn[k] !== NONE && c.ack[i] !== (all.isn[k]! + 1) >>> 0) return;
    if (all.synAck[k] === NONE) all.synAck[k] = i;
    if (all.synAcks[k]! < 0xffff) all.synAcks[k]!++;
  }
}
