import {
  BIT_DUPLICATE,
  BIT_ICMP_ERROR,
  PROTO_ICMP,
  PROTO_ICMPV6,
  PROTO_SCTP,
  PROTO_TCP,
  PROTO_UDP,
  TCP_ACK,
  TCP_FIN,
  TCP_PSH,
  TCP_RST,
  TCP_SYN,
  type CaptureTable,
} from '../model/capture.js';
import type { Flow, FlowEnd, Point, Tap, Trace } from '../model/trace.js';
import type { LadderPacket } from './ladder-rows.js';

/** Packets of the flow that are looked at per point. */
const MAX_PACKETS = 1000;

const NUMBER: Record<string, number> = {
  tcp: PROTO_TCP,
  udp: PROTO_UDP,
  icmp: PROTO_ICMP,
  icmpv6: PROTO_ICMPV6,
  sctp: PROTO_SCTP,
};

export interface TapTable {
  readonly tap: Tap;
  readonly table: CaptureTable;
  /** Interface whose packets count; null for all. */
  readonly iface: number | null;
}

/** Taps whose packets can be told from the others of their file. */
export function tapsAt(trace: Trace, point: Point, tables: readonly CaptureTable[]): TapTable[] {
  return trace.taps
    .filter((t) => t.point === point)
    .flatMap((tap): TapTable[] => {
      const table = tables.find((t) => t.file === tap.file);
      if (table === undefined) return [];
      if (tap.iface === null) return [{ tap, table, iface: null }];
      const used = table.interfaces.map((f, i) => ({ f, i })).filter(({ f }) => f.packets > 0);
      const iface = used.length > 1 ? used[tap.iface]?.i : undefined;
      return iface === undefined ? [] : [{ tap, table, iface }];
    });
}

/** Time 0 of all tables: the earliest base. */
export function origin(tables: readonly CaptureTable[]): bigint {
  return (
    tables.reduce<bigint | null>(
      (o, t) => (t.packets > 0 && (o === null || t.baseNs < o) ? t.baseNs : o),
      null,
    ) ?? 0n
  );
}

/** The flow's packets at one point, on the clock of the source node; nanoseconds since `base`. */
export function packetsAt(
  flow: Flow,
  taps: readonly TapTable[],
  trace: Trace,
  base: bigint,
): { packets: LadderPacket[]; leftOut: number } {
  const packets: LadderPacket[] = [];
  let leftOut = 0;
  for (const { tap, table, iface } of taps) {
    const wanted = flowsIn(table, flow);
    const least = wanted.findIndex((way) => way !== NOT_WANTED);
    if (least < 0) continue;
    const most = wanted.findLastIndex((way) => way !== NOT_WANTED);
    const shift = Number(table.baseNs - base);
    const { columns: c } = table;
    const flowOf = c.flow;
    for (let r = 0; r < table.packets; r++) {
      const f = flowOf[r]!;
      // Mostly one flow of a great many.
      if (f < least || f > most) continue;
      const forwardWay = wanted[f]!;
      if (forwardWay === NOT_WANTED || (iface !== null && c.iface[r] !== iface)) continue;
      if (c.bits[r]! & (BIT_DUPLICATE | BIT_ICMP_ERROR)) continue;
      if (packets.length >= MAX_PACKETS) {
        leftOut++;
        continue;
      }
      packets.push(packet(table, r, c.way[r] !== forwardWay, c.time[r]! + shift - clockError(tap, trace)));
    }
  }
  return { packets, leftOut };
}

/** What the tap's clock is ahead of the source node's, nanoseconds; 0 when not known. */
function clockError(tap: Tap, trace: Trace): number {
  const from = trace.srcNode;
  if (tap.node === null || from === null || tap.node === from) return 0;
  const straight = trace.clocks.find((c) => c.a === from && c.b === tap.node);
  if (straight) return straight.offsetNs ?? 0;
  return -(trace.clocks.find((c) => c.b === from && c.a === tap.node)?.offsetNs ?? 0);
}

const NOT_WANTED = -1;

/** Of each flow of a table, the way that is forward where it is the wanted one, before or after NAT. */
function flowsIn(table: CaptureTable, flow: Flow): Int8Array {
  const number = NUMBER[flow.protocol];
  const sources = [flow.src, ...(flow.translated ? [flow.translated.src] : [])];
  const targets = [flow.dst, ...(flow.translated ? [flow.translated.dst] : [])];
  const anyPort = flow.protocol.startsWith('icmp');
  const is = (ip: string, port: number, ends: readonly FlowEnd[]): boolean =>
    ends.some((e) => (anyPort || e.port === port) && e.ip === ip);
  const ways = new Int8Array(table.flows.length).fill(NOT_WANTED);
  table.flows.forEach((f, i) => {
    if (f.protocol !== number) return;
    if (is(f.a, f.aPort, sources) && is(f.b, f.bPort, targets)) ways[i] = 0;
    else if (is(f.b, f.bPort, sources) && is(f.a, f.aPort, targets)) ways[i] = 1;
  });
  return ways;
}

const FLAGS: readonly (readonly [number, string])[] = [
  [TCP_SYN, 'SYN'],
  [TCP_FIN, 'FIN'],
  [TCP_RST, 'RST'],
  [TCP_PSH, 'PSH'],
  [TCP_ACK, 'ACK'],
];

function packet(table: CaptureTable, r: number, back: boolean, time: number): LadderPacket {
  const c = table.columns;
  const protocol = table.flows[c.flow[r]!]!.protocol;
  const payload = c.payload[r]!;
  const seq = c.seq[r]!;
  if (protocol === PROTO_TCP) {
    const names = FLAGS.filter(([bit]) => c.flags[r]! & bit).map(([, name]) => name);
    return {
      time,
      back,
      key: `${c.flags[r]! & ~TCP_PSH}.${seq}.${c.ack[r]}.${payload}`,
      range: { seq, length: payload },
      label: names.join('-'),
    };
  }
  const icmp = protocol === PROTO_ICMP || protocol === PROTO_ICMPV6;
  return {
    time,
    back,
    key: `${seq}.${payload}.${c.hash[r]}`,
    range: null,
    label: icmp ? `echo ${back ? 'reply' : 'request'} seq ${seq}, ${payload} bytes` : `${payload} bytes`,
  };
}
