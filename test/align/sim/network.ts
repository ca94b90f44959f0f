import type { Clockwork } from './clockwork.js';
import type { Random } from './random.js';

/** A pod, or a node's own network stack. */
export interface Host {
  readonly name: string;
  readonly ip: string;
  readonly node: number;
  readonly pod: boolean;
  /** Interface its packets leave and enter the node by: `eth0` or `eth1`. */
  readonly eni: string;
}

export interface Tuple {
  readonly src: string;
  readonly sport: number;
  readonly dst: string;
  readonly dport: number;
}

/** One conversation; `near` is what the client's veth shows, `far` what every other point shows. */
export interface Conn {
  readonly id: number;
  readonly protocol: number;
  readonly near: Tuple;
  readonly far: Tuple;
  readonly client: Host;
  readonly server: Host;
  /** The fault applies to it. */
  readonly target: boolean;
  /** What became of its packets: `vpc.forward` → copies lost there. */
  readonly lost: Map<string, Loss[]>;
  /** Where acknowledgements without data were lost: they may show, but need not. */
  readonly lostAcks: Set<string>;
}
export interface Loss {
  readonly t: number;
  readonly units: number;
  readonly packet: Packet;
}

export interface Packet {
  readonly conn: Conn;
  /** 0 from client to server. */
  readonly way: 0 | 1;
  readonly payload: number;
  /** Names the content: equal for equal bytes. */
  readonly content: number;
  readonly ipId: number;
  readonly df: boolean;
  readonly flags: number;
  readonly seq: number;
  readonly ack: number;
  readonly tsval: number;
  readonly mss: number;
  /** Layer 3 and 4 headers. */
  readonly headers: number;
  readonly fragment?: { readonly offset: number; readonly last: boolean };
  readonly error?: {
    readonly type: number;
    readonly code: number;
    readonly mtu: number;
    readonly sender: string;
  };
  readonly dns?: { readonly id: number; readonly qname: string };
}

/** Where a packet can be seen: `veth:A`, `eth0:1`, `eth1:2`. */
export type StationName = string;
export type Place = 'src_pod' | 'src_node' | 'vpc' | 'dst_node' | 'dst_pod';

export interface Sighting {
  readonly t: number;
  readonly station: StationName;
  readonly packet: Packet;
  readonly ttl: number;
  readonly out: boolean;
}

/** What a fault does to a packet at a place: nothing, drop, or refuse. */
export type Fate =
  | 'pass'
  | 'drop'
  | { readonly icmp: readonly [number, number]; readonly mtu: number; readonly delay: number }
  | 'rst';

export interface Fault {
  decide(place: Place, packet: Packet, t: number): Fate;
}

interface Step {
  readonly station: StationName;
  readonly ttl: number;
  readonly out: boolean;
  /** What lies between this station and the one before it. */
  readonly place: Place | null;
}

const MS = 1e6;

/** The way of packets between pods of two nodes (numbered 1, the source's, and 2), with taps on every interface. */
export class Network {
  readonly sightings: Sighting[] = [];
  private readonly handlers = new Map<string, (p: Packet) => void>();
  private ids = 1;

  constructor(
    readonly clock: Clockwork,
    private readonly random: Random,
    private readonly fault: Fault,
    readonly sameNode: boolean,
    private readonly vpcDelay: number,
    /** Receivers merge what arrives together. */
    private readonly gro: boolean,
    /** What a packet takes longer than others through the VPC: then later ones overtake it. */
    private readonly detour: () => number,
  ) {}

  nextId(): number {
    return this.ids++ & 0xffff;
  }

  listen(conn: Conn, way: 0 | 1, handler: (p: Packet) => void): void {
    this.handlers.set(`${conn.id}.${way}`, handler);
  }

  send(packet: Packet): void {
    this.walk([packet], this.steps(packet), 0);
  }

  /** A datagram in fragments: all of them, or none, get through a node. */
  sendFragments(list: readonly Packet[]): void {
    this.walk(list, this.steps(list[0]!), 0);
  }

  private steps(p: Packet): Step[] {
    const { client, server } = p.conn;
    const [from, to] = p.way === 0 ? [client, server] : [server, client];
    const steps: Step[] = [];
    let ttl = 64;
    if (from.pod) steps.push({ station: `veth:${from.name}`, ttl, out: false, place: null });
    if (from.node === to.node) {
      if (from.pod) ttl--;
      if (to.pod)
        steps.push({
          station: `veth:${to.name}`,
          ttl,
          out: true,
          place: from.pod ? nodePlace(from, this) : null,
        });
      return steps;
    }
    if (from.pod) ttl--;
    steps.push({
      station: `${from.eni}:${from.node}`,
      ttl,
      out: true,
      place: from.pod ? nodePlace(from, this) : null,
    });
    steps.push({ station: `${to.eni}:${to.node}`, ttl, out: false, place: 'vpc' });
    if (to.pod)
      steps.push({ station: `veth:${to.name}`, ttl: ttl - 1, out: true, place: nodePlace(to, this) });
    return steps;
  }

  private walk(packets: readonly Packet[], steps: readonly Step[], k: number): void {
    if (packets.length === 0) return;
    const step = steps[k];
    if (step === undefined) {
      this.arrive(packets);
      return;
    }
    for (const p of packets) {
      const survivors = step.place === null || k === 0 ? [p] : this.cross(p, steps, k, packets.length);
      if (p.fragment !== undefined && survivors.length === 0) {
        // The node beyond waits for the missing fragment: only this interface sees the others.
        if (step.place === 'vpc')
          for (const q of packets) if (q !== p && this.cross(q, steps, k, 1).length > 0) this.see(q, step);
        return;
      }
      if (p.fragment !== undefined) continue;
      for (const q of survivors) this.see(q, step);
      this.onward(survivors, steps, k);
    }
    if (packets[0]!.fragment !== undefined) {
      for (const q of packets) this.see(q, step);
      this.onward(packets, steps, k);
    }
  }

  private onward(packets: readonly Packet[], steps: readonly Step[], k: number): void {
    const next = steps[k + 1];
    const delay =
      next?.place === 'vpc'
        ? this.vpcDelay * (1 + this.random.next() * 0.3) + this.detour()
        : (0.004 + this.random.next() * 0.03) * MS;
    if (packets.length > 0) this.clock.after(delay, () => this.walk(packets, steps, k + 1));
  }

  /** Through the stretch before station `k`: what comes out of it. */
  private cross(p: Packet, steps: readonly Step[], k: number, units: number): Packet[] {
    const place = steps[k]!.place!;
    const split = place === 'vpc' && p.conn.protocol === 6 && p.mss > 0 && p.payload > p.mss;
    const pieces = split ? cut(p) : [p];
    const out: Packet[] = [];
    for (const piece of pieces) {
      const fate = p.error === undefined ? this.fault.decide(place, piece, this.clock.now) : 'pass';
      if (fate === 'pass') out.push(piece);
      else if (fate === 'drop')
        this.lose(piece, place, units > 1 ? 1 : Math.max(1, Math.ceil(piece.payload / (piece.mss || 1e9))));
      else this.refuse(piece, fate, steps, k);
    }
    return split ? this.merge(out) : out;
  }

  private lose(p: Packet, place: Place, units: number): void {
    const key = `${place}.${p.way === 0 ? 'forward' : 'return'}`;
    // Acknowledgements alone come and go, coalesced by receivers: nobody can count them.
    if (p.conn.protocol === 6 && p.payload === 0 && (p.flags & 3) === 0) {
      p.conn.lostAcks.add(key);
      return;
    }
    const list = p.conn.lost.get(key) ?? [];
    list.push({ t: this.clock.now, units, packet: p });
    p.conn.lost.set(key, list);
  }

  private merge(pieces: Packet[]): Packet[] {
    if (!this.gro) return pieces;
    const out: Packet[] = [];
    let room = 0;
    for (const p of pieces) {
      const last = out[out.length - 1];
      if (
        last !== undefined &&
        room > 0 &&
        (last.seq + last.payload) >>> 0 === p.seq &&
        last.payload + p.payload < 65000
      ) {
        out[out.length - 1] = { ...last, payload: last.payload + p.payload, flags: last.flags | p.flags };
        room--;
      } else {
        out.push(p);
        room = this.random.int(0, 44);
      }
    }
    return out;
  }

  private see(packet: Packet, s: Step): void {
    this.sightings.push({ t: this.clock.now, station: s.station, packet, ttl: s.ttl, out: s.out });
  }

  private arrive(packets: readonly Packet[]): void {
    const p = packets[0]!;
    const fate = p.error === undefined ? this.fault.decide('dst_pod', p, this.clock.now) : 'pass';
    if (fate === 'drop') {
      this.lose(p, 'dst_pod', 1);
      return;
    }
    if (fate === 'rst') {
      this.reset(p, this.steps({ ...p, way: p.way === 0 ? 1 : 0 }), 0, 64);
      return;
    }
    if (fate !== 'pass') {
      const server = p.way === 0 ? p.conn.server : p.conn.client;
      this.backError(p, fate, server.ip, this.steps({ ...p, way: p.way === 0 ? 1 : 0 }), 0);
      return;
    }
    const whole = packets.length === 1 ? p : { ...p, payload: packets.reduce((n, q) => n + q.payload, 0) };
    this.handlers.get(`${p.conn.id}.${p.way}`)?.(whole);
  }

  /** A node refuses on the way to station `k`: its answer goes back over the stations before. */
  private refuse(p: Packet, fate: Exclude<Fate, 'pass' | 'drop'>, steps: readonly Step[], k: number): void {
    const node = nodeBefore(steps, k, p);
    const back = steps
      .slice(0, k)
      .reverse()
      .map((s, i): Step => ({
        ...s,
        ttl: 64 - (s.station.startsWith('veth') && i > 0 ? 1 : 0),
        out: !s.out,
        place: null,
      }));
    if (fate === 'rst') this.reset(p, back, 0, null);
    else this.backError(p, fate, node, back, fate.delay);
  }

  private reset(p: Packet, steps: readonly Step[], delay: number, _ttl: number | null): void {
    const way = p.way === 0 ? 1 : 0;
    const rst: Packet = {
      ...p,
      way,
      payload: 0,
      content: 0,
      ipId: 0,
      flags: 0x14,
      seq: 0,
      ack: (p.seq + p.payload + (p.flags & 2 ? 1 : 0)) >>> 0,
      tsval: 0,
      mss: 0,
      headers: p.headers - 12,
    };
    this.clock.after(delay + 5000, () =>
      this.walk(
        [rst],
        steps.map((s) => ({ ...s, place: s.place })),
        0,
      ),
    );
  }

  private backError(
    p: Packet,
    fate: Exclude<Fate, string>,
    sender: string,
    steps: readonly Step[],
    delay: number,
  ): void {
    const way = p.way === 0 ? 1 : 0;
    const [type, code] = fate.icmp;
    const error: Packet = {
      ...p,
      way,
      payload: 40,
      content: 7,
      ipId: this.nextId(),
      df: false,
      flags: 0,
      error: { type, code, mtu: fate.mtu, sender },
    };
    this.clock.after(delay + 5000, () => this.walk([error], steps, 0));
  }
}

function nodePlace(h: Host, n: Network): Place {
  return h.node === 1 || n.sameNode ? 'src_node' : 'dst_node';
}

/** Address of the node that owns the stretch before station `k`. */
function nodeBefore(steps: readonly Step[], k: number, p: Packet): string {
  const m = /:(\d)$/.exec(steps[k]!.station) ?? /:(\d)$/.exec(steps[k - 1]!.station);
  const node = m ? Number(m[1]) : p.conn.client.node;
  return nodeIp(node, p.conn.client.ip.includes(':'));
}

export function nodeIp(node: number, six: boolean): string {
  return six ? `2001:db8:0:${node}::10` : `10.0.${node}.10`;
}

function cut(p: Packet): Packet[] {
  const out: Packet[] = [];
  for (let o = 0; o < p.payload; o += p.mss)
    out.push({
      ...p,
      seq: (p.seq + o) >>> 0,
      payload: Math.min(p.mss, p.payload - o),
      content: p.content + o,
    });
  return out;
}
