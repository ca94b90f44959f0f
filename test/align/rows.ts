import ipaddr from 'ipaddr.js';
import type { ArpSummary, CaptureFlow, CaptureTable, MacPair } from '../../src/model/capture.js';
import { NO_TOPOLOGY, type Topology } from '../../src/align/topology.js';
import { align, prepare, type AlignInput } from '../../src/align/index.js';
import type { Trace } from '../../src/model/trace.js';

/** One packet: `10.0.1.5:40000 > 10.0.2.7:8080` at a time in milliseconds. */
export interface Row {
  readonly t: number;
  readonly ends: string;
  readonly protocol?: number;
  readonly flags?: number;
  readonly seq?: number;
  readonly ack?: number;
  readonly payload?: number;
  readonly ttl?: number;
  readonly ipId?: number;
  readonly bits?: number;
  readonly hash?: number;
  readonly mss?: number;
  readonly tsval?: number;
  readonly headers?: number;
  readonly dir?: number;
  readonly iface?: number;
  /** Of an ICMP error: the packet it quotes, and the MTU it tells. */
  readonly quoted?: string;
  readonly quotedProtocol?: number;
  readonly mtu?: number;
}

export interface CaptureOptions {
  readonly macs?: readonly MacPair[];
  readonly arp?: readonly ArpSummary[];
  readonly linkType?: number;
  readonly snapLength?: number;
  readonly interfaceName?: string;
  readonly ifIndexes?: readonly number[];
  readonly baseNs?: bigint;
}

/** A capture as the reader gives it, from rows in order of time. */
export function capture(file: string, rows: readonly Row[], o: CaptureOptions = {}): CaptureTable {
  const flows: CaptureFlow[] = [];
  const index = new Map<string, number>();
  const n = rows.length;
  const u32 = (f: (r: Row) => number): Uint32Array => Uint32Array.from(rows, f);
  const intern = (protocol: number, ends: string): [number, 0 | 1] => {
    const [src, dst] = ends.split(' > ').map(end) as [End, End];
    const forward = before(src, dst);
    const [a, b] = forward ? [src, dst] : [dst, src];
    const key = `${protocol} ${a.ip} ${a.port} ${b.ip} ${b.port}`;
    let i = index.get(key);
    if (i === undefined) {
      i = flows.push({ protocol, a: a.ip, aPort: a.port, b: b.ip, bPort: b.port }) - 1;
      index.set(key, i);
    }
    return [i, forward ? 0 : 1];
  };
  const placed = rows.map((r) => intern(r.protocol ?? 6, r.ends));
  const quoted = rows.map((r) => (r.quoted === undefined ? null : intern(r.quotedProtocol ?? 6, r.quoted)));
  const faces = o.ifIndexes ?? [null];
  return {
    file,
    format: 'pcap',
    baseNs: o.baseNs ?? 1_700_000_000_000_000_000n,
    packets: n,
    wireBytes: 0,
    interfaces: faces.map((ifIndex, i) => ({
      name: o.interfaceName ?? null,
      ifIndex,
      mac: null,
      linkType: o.linkType ?? 1,
      snapLength: o.snapLength ?? 262144,
      filter: null,
      droppedByKernel: null,
      packets: rows.filter((r) => (r.iface ?? 0) === i).length,
    })),
    flows,
    columns: {
      time: Float64Array.from(rows, (r) => r.t * 1e6),
      iface: Uint16Array.from(rows, (r) => r.iface ?? 0),
      dir: Uint8Array.from(rows, (r) => r.dir ?? 0),
      flow: u32((r) => placed[rows.indexOf(r)]![0]),
      way: Uint8Array.from(placed, (p) => p[1]),
      ttl: Uint8Array.from(rows, (r) => r.ttl ?? 64),
      ipId: Uint16Array.from(rows, (r) => r.ipId ?? 0),
      bits: Uint8Array.from(rows, (r) => (r.bits ?? 0) | (r.quoted === undefined ? 0 : 0x20)),
      ipLength: u32((r) => (r.headers ?? 52) + (r.payload ?? 0)),
      payload: u32((r) => r.payload ?? 0),
      hash: u32((r) => r.hash ?? (r.payload ? 1 : 0)),
      flags: Uint16Array.from(rows, (r) => r.flags ?? 0),
      seq: u32((r) => r.seq ?? 0),
      ack: u32((r) => r.mtu ?? r.ack ?? 0),
      window: Uint16Array.from(rows, (_, i) => quoted[i]?.[1] ?? 500),
      tsval: u32((r) => r.tsval ?? 0),
      aux: u32((r) => (quoted[rows.indexOf(r)] ? quoted[rows.indexOf(r)]![0] + 1 : (r.mss ?? 0))),
    },
    macs: o.macs ?? [],
    arp: o.arp ?? [],
    dns: [],
    app: [],
    otherFrames: 0,
    malformed: 0,
    truncated: false,
    corrupt: false,
    problems: [],
  };
}

interface End {
  readonly ip: string;
  readonly port: number;
}

function end(text: string): End {
  const i = text.lastIndexOf(':');
  return { ip: text.slice(0, i), port: Number(text.slice(i + 1)) };
}

function before(x: End, y: End): boolean {
  const [p, q] = [ipaddr.parse(x.ip).toByteArray(), ipaddr.parse(y.ip).toByteArray()];
  for (let i = 0; i < p.length; i++) if (p[i] !== q[i]) return p[i]! < q[i]!;
  return x.port <= y.port;
}

export const SYN = 2;
export const SYN_ACK = 18;
export const ACK = 16;
export const PSH_ACK = 24;
export const FIN_ACK = 17;
export const RST_ACK = 20;

/** `align` with nothing asked and nothing given. */
export function trace(tables: readonly CaptureTable[], more: Partial<AlignInput> = {}): Trace {
  return align({
    captures: tables.map((t) => prepare(t)),
    topology: NO_TOPOLOGY,
    question: { src: null, dst: null, protocol: null, since: null, until: null },
    given: new Map(),
    ...more,
  });
}

/** Two nodes: pod A (10.0.1.5) behind `eniaaaaaaaaaaa` of node-a, pod B (10.0.2.7) behind `enibbbbbbbbbbb` of node-b. */
export function twoNodes(more: Partial<Topology> = {}): Topology {
  const node = (id: string, n: number, pod: string, veth: string): Topology['nodes'][number] => ({
    id,
    aliases: [id],
    addresses: [`10.0.${n}.1`],
    pods: [{ ip: pod, veth, name: null }],
    interfaces: [
      { name: 'eth0', mac: `0a:00:00:00:00:0${n}`, kind: 'eni' },
      { name: veth, mac: `ee:00:00:00:00:0${n}`, kind: 'veth' },
    ],
  });
  return {
    ...NO_TOPOLOGY,
    nodes: [node('node-a', 1, '10.0.1.5', 'eniaaaaaaaaaaa'), node('node-b', 2, '10.0.2.7', 'enibbbbbbbbbbb')],
    ...more,
  };
}

/** Options that place a capture at one of the four points of `twoNodes`. */
export const AT = {
  src_veth: { macs: [{ iface: 0, src: '3a:00:00:00:00:01', dst: 'ee:00:00:00:00:01', packets: 9 }] },
  src_eth0: { macs: [{ iface: 0, src: '0a:00:00:00:00:01', dst: '02:00:00:00:00:01', packets: 9 }] },
  dst_eth0: { macs: [{ iface: 0, src: '02:00:00:00:00:02', dst: '0a:00:00:00:00:02', packets: 9 }] },
  dst_veth: { macs: [{ iface: 0, src: 'ee:00:00:00:00:02', dst: '3a:00:00:00:00:02', packets: 9 }] },
} as const;

const POINTS = ['src_veth', 'src_eth0', 'dst_eth0', 'dst_veth'] as const;

export interface Sent extends Omit<Row, 'ends'> {
  readonly ends?: string;
  /** From B to A. */
  readonly back?: boolean;
  /** How many of the four points it reached, in its own direction; 4 unless told. */
  readonly reach?: number;
}

/**
 * Captures of the four points of `twoNodes`, 0.1 ms apart, of packets between A and B. Each capture also holds a
 * healthy exchange of its own before and after, so that it surely ran.
 */
export function fourPoints(sent: readonly Sent[], only: readonly string[] = POINTS): CaptureTable[] {
  const last = Math.max(0, ...sent.map((s) => s.t));
  return POINTS.filter((p) => only.includes(p)).map((point) => {
    const k = POINTS.indexOf(point);
    const rows: Row[] = [];
    for (const s of [...ping(-1000), ...sent, ...ping(last + 3000)]) {
      const step = s.back === true ? 3 - k : k;
      if (step >= (s.reach ?? 4)) continue;
      const ends =
        s.ends ?? (s.back === true ? '10.0.2.7:8080 > 10.0.1.5:40000' : '10.0.1.5:40000 > 10.0.2.7:8080');
      rows.push({ ...s, ends, t: s.t + 1000 + step * 0.1, ttl: 64 - [0, 1, 1, 2][step]! });
    }
    rows.sort((x, y) => x.t - y.t);
    return capture(`${point}.pcap`, rows, AT[point]);
  });
}

function ping(t: number): Sent[] {
  return [
    {
      t,
      ends: '10.0.1.5:77 > 10.0.2.7:77',
      protocol: 1,
      flags: 8 << 8,
      seq: Math.abs(t) & 0xffff,
      payload: 56,
      headers: 28,
    },
    {
      t: t + 1,
      back: true,
      ends: '10.0.2.7:77 > 10.0.1.5:77',
      protocol: 1,
      flags: 0,
      seq: Math.abs(t) & 0xffff,
      payload: 56,
      headers: 28,
    },
  ];
}

/** A handshake at `t`: the client begins at `isn`, the server at 500. */
export function handshake(t: number, isn = 1000, mss = 1460): Sent[] {
  return [
    { t, flags: SYN, seq: isn, mss, headers: 60 },
    { t: t + 1, back: true, flags: SYN_ACK, seq: 500, ack: (isn + 1) >>> 0, mss, headers: 60 },
    { t: t + 2, flags: ACK, seq: (isn + 1) >>> 0, ack: 501 },
  ];
}
