import ipaddr from 'ipaddr.js';
import {
  BIT_DF,
  BIT_DUPLICATE,
  BIT_ENCAPSULATED,
  BIT_FRAG_FIRST,
  BIT_FRAG_LAST,
  BIT_FRAG_LATER,
  BIT_ICMP_ERROR,
  BIT_SNAPPED,
  DIR_IN,
  DIR_OUT,
  type ArpSummary,
  type CaptureFlow,
  type CaptureInterface,
  type CaptureTable,
  type DnsMessage,
  type LinkSender,
  type MacPair,
  type PacketColumns,
} from '../../../src/model/capture.js';
import { mix } from './random.js';
import type { Packet, Sighting, Tuple } from './network.js';

/** How one capture file was made. */
export interface FileSpec {
  readonly name: string;
  readonly format: 'pcap' | 'sll' | 'sll2' | 'pcapng';
  readonly snap: number;
  /** Stations tapped; several for `-i any`. */
  readonly stations: readonly string[];
  /** Clock of the node at a true time. */
  readonly clock: (t: number) => number;
  readonly mac: (station: string) => string;
  readonly interfaceName: (station: string) => string;
  readonly ifIndex: (station: string) => number;
  /** MAC at the other end of a station. */
  readonly peerMac: (station: string) => string;
  /** The tuples of a conversation as a station shows them. */
  readonly view: (p: Packet, station: string) => Tuple;
  readonly encapsulated: (station: string) => boolean;
  /** Who asks for whose MAC before the first packet goes out of a station; null when it is known already. */
  readonly asks: (station: string) => { readonly sender: string; readonly target: string } | null;
}

const LINK = { pcap: 1, pcapng: 1, sll: 113, sll2: 276 } as const;
const HEADER = { pcap: 14, pcapng: 14, sll: 16, sll2: 20 } as const;
const EPOCH = 1_700_000_000_000_000_000n;

/** Fills the columns of one capture as the reader would. */
export function makeTable(spec: FileSpec, seen: readonly Sighting[]): CaptureTable {
  const rows = seen
    .map((s) => ({ s, t: Math.round(spec.clock(s.t) / 1000) * 1000 }))
    .sort((x, y) => x.t - y.t);
  const base = rows[0]?.t ?? 0;
  const questions = firstOut(rows, spec);
  const n = rows.length + questions.length;
  const c = columns(n);
  const flows = new Flows();
  const dns: DnsMessage[] = [];
  const macs = new Map<string, MacPair>();
  const senders = new Map<string, LinkSender>();
  const stations = spec.format === 'sll2' ? [...new Set(rows.map((r) => r.s.station))] : ['all'];
  const fragments = new Map<string, [number, 0 | 1]>();
  rows.forEach(({ s, t }, r) => {
    const p = s.packet;
    const v = spec.view(p, s.station);
    const iface = spec.format === 'sll2' ? stations.indexOf(s.station) : 0;
    c.time[r] = t - base;
    c.iface[r] = iface;
    c.dir[r] = spec.format.startsWith('sll') ? (s.out ? DIR_OUT : DIR_IN) : 0;
    c.ttl[r] = s.ttl;
    c.ipId[r] = p.ipId;
    c.ipLength[r] = p.headers + p.payload;
    c.payload[r] = p.payload;
    const six = v.src.includes(':');
    let bits = p.df && !six ? BIT_DF : 0;
    if (spec.encapsulated(s.station)) bits |= BIT_ENCAPSULATED;
    const room = Math.max(
      0,
      spec.snap - HEADER[spec.format] - p.headers - (spec.encapsulated(s.station) ? 50 : 0),
    );
    const wanted = Math.min(p.payload, 64);
    if (wanted > 0) c.hash[r] = room === 0 ? 0 : mix(p.content, Math.min(wanted, room));
    if (room < wanted) bits |= BIT_SNAPPED;
    c.flags[r] = p.flags;
    c.seq[r] = p.seq;
    c.ack[r] = p.ack;
    c.tsval[r] = p.tsval;
    c.aux[r] = p.flags & 2 && p.conn.protocol === 6 ? p.mss : 0;
    const icmp = p.conn.protocol === 1 || p.conn.protocol === 58;
    let flow: [number, 0 | 1] = flows.intern(
      p.conn.protocol,
      v.src,
      icmp ? v.sport : v.sport,
      v.dst,
      icmp ? v.sport : v.dport,
    );
    if (p.error !== undefined) {
      bits |= BIT_ICMP_ERROR;
      // `v` is the way of the error; the quoted packet went the other way.
      const quoted = flows.intern(p.conn.protocol, v.dst, icmp ? v.sport : v.dport, v.src, v.sport);
      c.aux[r] = quoted[0] + 1;
      c.window[r] = quoted[1];
      flow = flows.intern(six ? 58 : 1, p.error.sender, 0, v.dst, 0);
      c.flags[r] = (p.error.type << 8) | p.error.code;
      c.ack[r] = p.error.mtu;
      c.tsval[r] = 0;
    } else if (p.fragment !== undefined) {
      const key = `${v.src} ${v.dst} ${p.ipId}`;
      if (p.fragment.offset === 0) {
        bits |= BIT_FRAG_FIRST;
        fragments.set(key, flow);
      } else {
        bits |= p.fragment.last ? BIT_FRAG_LATER | BIT_FRAG_LAST : BIT_FRAG_LATER;
        c.flags[r] = p.fragment.offset / 8;
        c.seq[r] = 0;
        flow = fragments.get(key) ?? flows.intern(p.conn.protocol, v.src, 0, v.dst, 0);
      }
    }
    c.bits[r] = bits;
    c.flow[r] = flow[0];
    c.way[r] = flow[1];
    if (p.dns !== undefined)
      dns.push({ packet: r, id: p.dns.id, response: p.way === 1, rcode: 0, qname: p.dns.qname, qtype: 1 });
    if (!spec.format.startsWith('sll')) {
      const [own, peer] = [spec.mac(s.station), spec.peerMac(s.station)];
      const [src, dst] = s.out ? [own, peer] : [peer, own];
      const key = `${iface} ${src} ${dst}`;
      macs.set(key, { iface, src, dst, packets: (macs.get(key)?.packets ?? 0) + 1 });
    }
    if (spec.format === 'sll' && !s.out)
      senders.set(`${spec.peerMac(s.station)} ${v.src}`, {
        mac: spec.peerMac(s.station),
        ip: p.error === undefined ? v.src : p.error.sender,
      });
    const d = r - 1;
    if (d >= 0 && rows[d]!.s === s) c.bits[r]! |= BIT_DUPLICATE;
  });
  const arp: ArpSummary[] = [];
  questions.forEach((q, i) => {
    const r = rows.length + i;
    const iface = spec.format === 'sll2' ? stations.indexOf(q.station) : 0;
    c.time[r] = q.t - base;
    c.iface[r] = iface;
    c.flow[r] = 0xffffffff;
    c.dir[r] = spec.format.startsWith('sll') ? DIR_OUT : 0;
    if (q.target.includes(':')) {
      const group = ipaddr
        .fromByteArray([
          255,
          2,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          1,
          255,
          ...ipaddr.parse(q.target).toByteArray().slice(13),
        ])
        .toString();
      const [flow, way] = flows.intern(58, 'fe80::1', 0, group, 0);
      c.flow[r] = flow;
      c.way[r] = way;
      c.ttl[r] = 255;
      c.flags[r] = 135 << 8;
      c.ipLength[r] = 72;
    } else
      arp.push({
        iface,
        op: 'request',
        senderMac: spec.mac(q.station),
        senderIp: q.sender,
        targetIp: q.target,
        packets: 1,
        firstNs: q.t - base,
        lastNs: q.t - base,
      });
  });
  const interfaces: CaptureInterface[] = stations.map((station, i) => ({
    name: spec.format === 'pcapng' ? spec.interfaceName(spec.stations[0]!) : null,
    ifIndex: spec.format === 'sll2' ? spec.ifIndex(station) : null,
    mac:
      spec.format === 'sll2' && rows.some((r) => r.s.station === station && r.s.out)
        ? spec.mac(station)
        : null,
    linkType: LINK[spec.format],
    snapLength: spec.snap,
    filter: null,
    droppedByKernel: null,
    packets: spec.format === 'sll2' ? c.iface.reduce((m, x) => (x === i ? m + 1 : m), 0) : n,
  }));
  return {
    file: spec.name,
    format: spec.format === 'pcapng' ? 'pcapng' : 'pcap',
    baseNs: EPOCH + BigInt(base),
    packets: n,
    wireBytes: 0,
    interfaces,
    flows: flows.list,
    columns: c,
    macs: [...macs.values()],
    ...(senders.size > 0 ? { senders: [...senders.values()] } : {}),
    arp,
    dns,
    app: [],
    otherFrames: 0,
    malformed: 0,
    truncated: false,
    corrupt: false,
    problems: [],
  };
}

function firstOut(
  rows: readonly { readonly s: Sighting; readonly t: number }[],
  spec: FileSpec,
): { station: string; t: number; sender: string; target: string }[] {
  const done = new Set<string>();
  const out = [];
  for (const { s, t } of rows) {
    if (!s.out || done.has(s.station)) continue;
    done.add(s.station);
    const asks = spec.asks(s.station);
    if (asks !== null) out.push({ station: s.station, t, ...asks });
  }
  return out;
}

function columns(n: number): PacketColumns {
  return {
    time: new Float64Array(n),
    iface: new Uint16Array(n),
    dir: new Uint8Array(n),
    flow: new Uint32Array(n),
    way: new Uint8Array(n),
    ttl: new Uint8Array(n),
    ipId: new Uint16Array(n),
    bits: new Uint8Array(n),
    ipLength: new Uint32Array(n),
    payload: new Uint32Array(n),
    hash: new Uint32Array(n),
    flags: new Uint16Array(n),
    seq: new Uint32Array(n),
    ack: new Uint32Array(n),
    window: new Uint16Array(n),
    tsval: new Uint32Array(n),
    aux: new Uint32Array(n),
  };
}

class Flows {
  readonly list: CaptureFlow[] = [];
  private readonly index = new Map<string, number>();
  intern(protocol: number, src: string, sport: number, dst: string, dport: number): [number, 0 | 1] {
    const forward = before(src, sport, dst, dport);
    const [a, aPort, b, bPort] = forward ? [src, sport, dst, dport] : [dst, dport, src, sport];
    const key = `${protocol} ${a} ${aPort} ${b} ${bPort}`;
    let i = this.index.get(key);
    if (i === undefined) {
      i = this.list.push({ protocol, a, b, aPort, bPort }) - 1;
      this.index.set(key, i);
    }
    return [i, forward ? 0 : 1];
  }
}

function before(x: string, xp: number, y: string, yp: number): boolean {
  const [p, q] = [ipaddr.parse(x).toByteArray(), ipaddr.parse(y).toByteArray()];
  for (let i = 0; i < p.length; i++) if (p[i] !== q[i]) return p[i]! < q[i]!;
  return xp <= yp;
}
