import type { Point } from '../../../src/model/trace.js';
import type { Topology, TopologyNode } from '../../../src/align/topology.js';
import { prepare, type AlignInput } from '../../../src/align/index.js';
import type { CaptureTable } from '../../../src/model/capture.js';
import { Clockwork } from './clockwork.js';
import { runDatagrams } from './datagrams.js';
import { chooseFault, type FaultPlan } from './faults.js';
import { Network, nodeIp, type Conn, type Host, type Packet, type Sighting, type Tuple } from './network.js';
import { Random } from './random.js';
import { makeTable, type FileSpec } from './tables.js';
import { runTcp, type TcpScript } from './tcp.js';

const S = 1e9;
const MS = 1e6;

/** A capture of one of the four points, and when it ran. */
export interface TapPlan {
  readonly point: Point;
  readonly station: string;
  readonly node: number;
  readonly from: number;
  readonly to: number;
}

export interface Simulated {
  readonly input: AlignInput;
  readonly seed: number;
  readonly plan: FaultPlan;
  readonly sameNode: boolean;
  readonly conns: readonly Conn[];
  readonly taps: readonly TapPlan[];
  /** The tap plan of each file. */
  readonly tables: readonly CaptureTable[];
  readonly knows: 'all' | 'source' | 'none';
  readonly missRate: number;
  readonly sightings: readonly Sighting[];
  /** What the captures hold of them, and what they missed while they ran. */
  readonly captured: readonly Sighting[];
  readonly missed: readonly Sighting[];
  /** Nodes ask for the MACs of their pods and routers in the captures. */
  readonly asks: boolean;
  readonly nat: string;
  /** How the files are named. */
  readonly style: string;
  readonly words: string;
}

export function simulate(seed: number): Simulated {
  const random = new Random(seed);
  const six = random.chance(0.2);
  const sameNode = random.chance(0.2);
  const pod = (name: string, node: number, n: number, eni = 'eth0'): Host => ({
    name,
    ip: six ? `2001:db8:0:${node}::${n}` : `10.0.${node}.${n}`,
    node,
    pod: true,
    eni,
  });
  const far = sameNode ? 1 : 2;
  const second = random.chance(0.1);
  const A = pod('A', 1, 101);
  const B = pod('B', far, 72);
  const C = pod('C', 1, 157);
  const D = pod('D', far, 168, second ? 'eth1' : 'eth0');
  const E = pod('E', far, 182);
  const host = (n: number): Host => ({ name: `n${n}`, ip: nodeIp(n, six), node: n, pod: false, eni: 'eth0' });
  const plan = chooseFault(random, sameNode);
  const clock = new Clockwork();
  // Drawn apart, so that what a seed names besides stays what it was.
  const extra = new Random(seed ^ 0x2b5a19);
  const reorders = extra.chance(0.1) ? 0.03 : 0;
  const net = new Network(
    clock,
    random,
    plan,
    sameNode,
    (0.04 + random.next() * 0.6) * MS,
    random.chance(0.5),
    (): number => (reorders > 0 && extra.chance(reorders) ? 0.4 * MS : 0),
  );
  const conns: Conn[] = [];
  const nat = random.chance(0.15) ? 'dnat' : random.chance(0.1) && !sameNode && !six ? 'snat' : 'none';
  let port = 0;
  const connect = (protocol: number, client: Host, server: Host, dport: number, target: boolean): Conn => {
    const icmp = protocol === 1 || protocol === 58;
    const sport = icmp ? random.int(1, 65535) : 33000 + ((port += random.int(1, 300)) % 28000);
    const real: Tuple = { src: client.ip, sport, dst: server.ip, dport: icmp ? sport : dport };
    let near = real;
    let farView = real;
    if (nat === 'dnat' && server === B && !icmp)
      near = { ...real, dst: six ? 'fd00:10::77' : '172.20.5.77', dport: 80 };
    if (nat === 'snat' && client.pod && client.node === 1 && server.node !== 1) {
      const translated = random.int(1024, 65000);
      farView = { ...real, src: nodeIp(1, six), sport: translated, dport: icmp ? translated : dport };
    }
    const conn: Conn = {
      id: conns.length + 1,
      protocol,
      near,
      far: farView,
      client,
      server,
      target,
      lost: new Map(),
      lostAcks: new Set(),
    };
    conns.push(conn);
    return conn;
  };
  const duration = (random.chance(0.5) ? 5 : random.int(6, 25)) * S;
  const linearSyn = random.chance(0.5);
  const gso = random.chance(0.5);
  const mss = random.pick([1448, 8949, 8949, 1398]);
  const timestamps = random.chance(0.9);
  const script = (kind: 'http' | 'bulk'): TcpScript => ({
    exchanges:
      kind === 'bulk'
        ? [{ ask: random.pick([300, 400_000]), answer: random.pick([900, 700_000]), pause: 1 * MS }]
        : Array.from({ length: random.int(1, 8) }, () => ({
            ask: 87,
            answer: random.pick([900, 900, 1400, 12_000]),
            pause: random.int(10, 250) * MS,
          })),
    mss,
    gso,
    patience: 4 * S,
    close: random.chance(0.85) ? 'fin' : random.chance(0.5) ? 'rst' : 'none',
    linearSyn,
    timestamps,
  });
  const tcp = (
    client: Host,
    server: Host,
    dport: number,
    at: number,
    kind: 'http' | 'bulk',
    target: boolean,
  ): void =>
    clock.at(at, () => runTcp(net, clock, random, connect(6, client, server, dport, target), script(kind)));
  const echoProtocol = six ? 58 : 1;
  const dgram = (
    client: Host,
    server: Host,
    at: number,
    kind: 'udp' | 'one-way' | 'echo' | 'dns',
    target: boolean,
  ): void =>
    clock.at(at, () =>
      runDatagrams(
        net,
        clock,
        random,
        connect(
          kind === 'echo' ? echoProtocol : 17,
          client,
          server,
          kind === 'dns' ? 53 : 5353 + (target ? 1 : 0),
          target,
        ),
        {
          kind,
          count: random.int(3, 20),
          interval: random.int(50, 400) * MS,
          size: kind === 'echo' ? 56 : random.pick([48, 120, 700]),
          identical: kind === 'one-way' && random.chance(0.5),
          fragmentAt: plan.fragments && target && kind !== 'dns' ? 1480 : 0,
        },
      ),
    );
  // Traffic in question.
  const kinds =
    plan.traffic === 'mixed'
      ? ['http', 'http', random.pick(['bulk', 'udp', 'echo', 'one-way'])]
      : [plan.traffic, plan.traffic, plan.traffic];
  kinds.forEach((kind, i) => {
    const at = (0.2 + i * 0.4) * S;
    if (kind === 'http' || kind === 'bulk') tcp(A, B, 8080, at, kind, true);
    else dgram(A, B, at, kind as 'udp', true);
  });
  // Bystanders.
  if (random.chance(0.8)) {
    tcp(A, D, 9090, 0.3 * S, 'http', false);
    if (random.chance(0.7)) tcp(C, D, 5432, 0.1 * S, 'http', false);
    if (random.chance(0.7)) dgram(A, E, 0.4 * S, 'dns', false);
    if (random.chance(0.5)) dgram(A, D, 0.5 * S, 'echo', false);
    if (random.chance(0.3)) dgram(C, E, 0.5 * S, 'udp', false);
  }
  if (!sameNode) tcp(host(1), host(2), 10250, random.int(1, 900) * MS, 'http', false);
  if (random.chance(0.3)) tcp(host(B.node), B, 8080, 0.35 * S, 'http', false);
  clock.runUntil(duration);
  return assemble({
    seed,
    random,
    net,
    conns,
    plan,
    sameNode,
    duration,
    six,
    nat,
    A,
    B,
    hosts: [A, B, C, D, E],
    echoProtocol,
    extra,
    reorders,
  });
}

interface Run {
  readonly seed: number;
  readonly random: Random;
  readonly net: Network;
  readonly conns: readonly Conn[];
  readonly plan: FaultPlan;
  readonly sameNode: boolean;
  readonly duration: number;
  readonly six: boolean;
  readonly nat: string;
  readonly A: Host;
  readonly B: Host;
  readonly hosts: readonly Host[];
  readonly echoProtocol: number;
  readonly extra: Random;
  readonly reorders: number;
}

function assemble(run: Run): Simulated {
  const { random, sameNode, duration, plan } = run;
  const far = sameNode ? 1 : 2;
  const all: Point[] = sameNode ? ['src_veth', 'dst_veth'] : ['src_veth', 'src_eth0', 'dst_eth0', 'dst_veth'];
  let points = all;
  if (random.chance(0.3)) points = all.filter(() => random.chance(0.65));
  if (points.length === 0) points = [all[0]!];
  const windows = random.pick(['full', 'full', 'full', 'flush', 'late', 'early', 'both'] as const);
  const flush = windows === 'full' ? 0 : random.next() * 1 * S;
  const taps = points.map((point): TapPlan => {
    const node = point.startsWith('src') ? 1 : far;
    const shift = node === 1 || sameNode ? 0 : 1;
    const from = (windows === 'late' || windows === 'both') && shift === 1 ? 0.2 * duration : 0;
    const to =
      (windows === 'early' || windows === 'both') && shift === 0
        ? 0.8 * duration
        : duration - (windows === 'full' ? 0 : flush * random.next());
    return {
      point,
      station: point.endsWith('veth') ? `veth:${point === 'src_veth' ? 'A' : 'B'}` : `eth0:${node}`,
      node,
      from,
      to,
    };
  });
  const missRate = random.chance(0.1) ? random.pick([0.01, 0.05]) : 0;
  const offsets = new Map([
    [1, 0],
    [2, random.pick([0, 0, 3 * MS, -12 * MS, 61 * S, -61 * S, 3 * 3600 * S])],
  ]);
  const drift = random.chance(0.1) ? 50e-6 : 0;
  const clockOf = (node: number) => (t: number) => 1e15 + t + (node === 2 ? offsets.get(2)! + drift * t : 0);
  const doubled = run.extra.chance(0.05);
  const style = random.pick(['named', 'counter', 'node', 'words'] as const);
  const format = random.pick(['pcap', 'pcap', 'pcap', 'pcapng', 'sll2', 'sll'] as const);
  const snap = random.pick([262144, 262144, 262144, 96]);
  const asks = random.chance(0.7);
  const overlay = random.chance(0.08) && !sameNode;
  const nameOf = (t: TapPlan, i: number): string => {
    const iface = interfaceName(t.station);
    return {
      named: `i-0${t.node}aaaaaaaaaaaaaaa_${iface}_20261120.pcap`,
      counter: `capture${i + 1}.cap`,
      node: `node${t.node}_${iface}.pcap`,
      words: `${t.point.replace('_', '-')}.pcap`,
    }[style];
  };
  const base = {
    mac: macOf,
    peerMac: (s: string) => (s.startsWith('veth') ? macOf(s).replace(/^ee/, '3a') : '02:84:d6:1f:ba:06'),
    interfaceName,
    ifIndex: (s: string) => (s.startsWith('veth') ? 10 + s.charCodeAt(5) : Number(s[3]) + 2),
    view: (p: Packet, s: string) => viewOf(p, s),
    asks: (s: string) => {
      if (!asks) return null;
      const pod = s.startsWith('veth') ? run.hosts.find((h) => h.name === s.slice(5)) : undefined;
      const node = pod?.node ?? Number(s.split(':')[1]);
      return {
        sender: nodeIp(node, run.six),
        target: pod?.ip ?? (run.six ? `fe80::${node}` : `10.0.${node}.1`),
      };
    },
    encapsulated: (s: string) => overlay && s.startsWith('eth'),
  };
  const specs: { spec: FileSpec; taps: TapPlan[] }[] = [];
  if (format === 'sll' || format === 'sll2')
    for (const node of [...new Set(taps.map((t) => t.node))]) {
      const here = taps.filter((t) => t.node === node);
      const stations = [
        ...run.hosts.filter((h) => h.node === node).map((h) => `veth:${h.name}`),
        `eth0:${node}`,
        `eth1:${node}`,
      ];
      const { from, to } = here[0]!;
      const name =
        style === 'named' ? `i-0${node}aaaaaaaaaaaaaaa_any.pcap` : `any-${node === 1 ? 'one' : 'two'}.pcap`;
      specs.push({
        spec: { ...base, name, format, snap, stations, clock: clockOf(node) },
        taps: here.map((t) => ({ ...t, from, to })),
      });
    }
  else
    taps.forEach((t, i) => {
      specs.push({
        spec: { ...base, name: nameOf(t, i), format, snap, stations: [t.station], clock: clockOf(t.node) },
        taps: [t],
      });
    });
  const tables: CaptureTable[] = [];
  const captured: Sighting[] = [];
  const missed: Sighting[] = [];
  for (const { spec, taps: here } of specs) {
    const { from, to } = here[0]!;
    let burst = 0;
    const takes = (): boolean => {
      if (missRate === 0) return true;
      if (burst > 0) {
        burst--;
        return false;
      }
      if (random.chance(missRate / 3)) burst = random.int(0, 4);
      return burst === 0;
    };
    let seen = run.net.sightings.filter((s) => {
      if (!spec.stations.includes(s.station) || s.t < from || s.t > to) return false;
      const taken = takes();
      (taken ? captured : missed).push(s);
      return taken;
    });
    // A mirror or a bond shows each packet twice at once.
    if (doubled) seen = seen.flatMap((one) => [one, one]);
    if (random.chance(0.05) && seen.length > 20) {
      const cut = Math.floor(seen.length / 2);
      tables.push(
        makeTable({ ...spec, name: `${spec.name}00` }, seen.slice(0, cut)),
        makeTable({ ...spec, name: `${spec.name}01` }, seen.slice(cut)),
      );
    } else tables.push(makeTable(spec, seen));
  }
  const any = format.startsWith('sll');
  const reached = specs.flatMap((s) => s.taps);
  if (any)
    for (const p of all) {
      const node = p.startsWith('src') ? 1 : far;
      const like = reached.find((t) => t.node === node);
      if (like && !reached.some((t) => t.point === p))
        reached.push({
          ...like,
          point: p,
          station: p.endsWith('veth') ? `veth:${p === 'src_veth' ? 'A' : 'B'}` : `eth0:${node}`,
        });
    }
  const knows = random.pick(['all', 'all', 'source', 'none'] as const);
  const words = `seed ${run.seed}: ${plan.words}; ${sameNode ? 'same node' : 'cross'}${run.six ? ' v6' : ''} nat=${run.nat} ${format} snap=${snap} windows=${windows} points=${reached.map((t) => t.point).join('+')} miss=${missRate} names=${style} knows=${knows}${overlay ? ' overlay' : ''} skew=${offsets.get(2)! / S} drift=${drift}${run.reorders > 0 ? ' reorders' : ''}${doubled ? ' doubled' : ''}`;
  return {
    input: {
      captures: tables.map((t) => prepare(t)),
      topology: topologyOf(run, knows, run.random.chance(0.5)),
      question: { src: null, dst: null, protocol: null, since: null, until: null },
      given: new Map(),
    },
    seed: run.seed,
    plan,
    sameNode,
    conns: run.conns,
    taps: reached.sort((x, y) => all.indexOf(x.point) - all.indexOf(y.point)),
    tables,
    knows,
    missRate,
    sightings: run.net.sightings,
    captured,
    missed,
    asks,
    nat: run.nat,
    style,
    words,
  };
}

function interfaceName(station: string): string {
  return station.startsWith('veth')
    ? `eni${'abcdef0123456789'.slice(0, 9)}${station[5]!.toLowerCase()}0`
    : station.split(':')[0]!;
}

function macOf(station: string): string {
  return station.startsWith('veth')
    ? `ee:00:00:00:00:${station.charCodeAt(5).toString(16)}`
    : `0a:00:00:00:0${station[3]}:0${station[5]}`;
}

function viewOf(p: Packet, station: string): Tuple {
  const near = station === `veth:${p.conn.client.name}`;
  const t = near ? p.conn.near : p.conn.far;
  return p.way === 0 ? t : { src: t.dst, sport: t.dport, dst: t.src, dport: t.sport };
}

function topologyOf(run: Run, knows: 'all' | 'source' | 'none', conntrack: boolean): Topology {
  const node = (n: number): TopologyNode => ({
    id: `i-0${n}aaaaaaaaaaaaaaa`,
    aliases: [`i-0${n}aaaaaaaaaaaaaaa`],
    addresses: [nodeIp(n, run.six)],
    pods: run.hosts
      .filter((h) => h.node === n)
      .map((h) => ({ ip: h.ip, veth: interfaceName(`veth:${h.name}`), name: h.name })),
    interfaces: [
      { name: 'eth0', mac: macOf(`eth0:${n}`), kind: 'eni' },
      { name: 'eth1', mac: macOf(`eth1:${n}`), kind: 'eni' },
      ...run.hosts
        .filter((h) => h.node === n)
        .map((h) => ({
          name: interfaceName(`veth:${h.name}`),
          mac: macOf(`veth:${h.name}`),
          kind: 'veth' as const,
        })),
    ],
  });
  const nodes = knows === 'none' ? [] : knows === 'source' || run.sameNode ? [node(1)] : [node(1), node(2)];
  const service = nodes.length > 0 ? run.conns.find((c) => c.near.dst !== c.far.dst) : undefined;
  const eniOf = (id: string, ip: string): string | null =>
    nodes.some((n) => n.id === id) ? (run.hosts.find((h) => h.ip === ip)?.eni ?? null) : null;
  return {
    nodes,
    translate: (t) => {
      if (nodes.length === 0 || !conntrack) return null;
      const c = run.conns.find(
        (x) =>
          x.near !== x.far &&
          x.protocol === t.protocol &&
          x.near.src === t.src.ip &&
          x.near.sport === t.src.port &&
          x.near.dst === t.dst.ip &&
          x.near.dport === t.dst.port,
      );
      if (c === undefined || (c.near.src === c.far.src && c.near.dst === c.far.dst)) return null;
      return {
        protocol: t.protocol,
        src: { ip: c.far.src, port: c.far.sport },
        dst: { ip: c.far.dst, port: c.far.dport },
      };
    },
    endpoints: (protocol, address) =>
      service !== undefined &&
      service.protocol === protocol &&
      address.ip === service.near.dst &&
      address.port === service.near.dport
        ? [{ ip: service.far.dst, port: service.far.dport }]
        : [],
    egressInterface: (id, ip) => eniOf(id, ip),
    ingressInterface: (id, ip) => eniOf(id, ip),
  };
}
