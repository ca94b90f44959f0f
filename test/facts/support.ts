/** Hand-made values for tests of facts and rules: everything empty unless said. Reusable by other rooms. */
import { parseIpRoutes } from '../../src/artifacts/ip-route.js';
import { parseIpRules } from '../../src/artifacts/ip-rule.js';
import { parseIptablesSave } from '../../src/artifacts/iptables-save.js';
import { PROTO_UDP } from '../../src/model/capture.js';
import type { CaptureFlow, CaptureTable, DnsMessage } from '../../src/model/capture.js';
import type { Collected, Loc } from '../../src/model/location.js';
import type { LogMatches, LogRecord, LogScan, PolicyVerdict } from '../../src/model/logs.js';
import type {
  Conntrack,
  Counter,
  Family,
  Introspection,
  Iptables,
  NetInterface,
  NodeFacts,
  NodeIdentity,
  Pod,
} from '../../src/model/node.js';
import type { FactInstance, FactResult, FactValue } from '../../src/model/rule.js';
import type { Flow, PointCount, Tap, Trace, TraceSummary } from '../../src/model/trace.js';
import type { FactContext, FactDefinition, Question } from '../../src/facts/types.js';

export const at = (file: string, line = 1): Loc => ({ file, line });

export const ok = <T>(value: T, file = 'file'): Collected<T> => ({ state: 'ok', file, value });
export const missing = <T>(value: T, file = 'file'): Collected<T> => ({ state: 'missing', file, value });

const NO_IPTABLES: Iptables = {
  family: 4,
  backend: null,
  tables: new Map(),
  otherBackendPresent: false,
  notUnderstood: [],
};

const NO_IDENTITY: NodeIdentity = {
  instanceId: null,
  instanceType: null,
  region: null,
  zone: null,
  hostname: null,
  primaryIp: null,
  primaryMac: null,
  primaryInterface: null,
  vpcId: null,
  subnetId: null,
  vpcCidrs: [],
  enis: [],
  cniVersion: null,
  nodeAgentVersion: null,
  kubernetesVersion: null,
  kernel: null,
  os: null,
  ami: null,
  clusterName: null,
};

const NO_CONNTRACK: Conntrack = { stats: new Map(), count: 0, entries: [] };
const NO_INTROSPECTION: Introspection = { totalIps: 0, assignedIps: 0, enis: [] };

export type NodeParts = Partial<Omit<NodeFacts, 'identity'>> & { identity?: Partial<NodeIdentity> };

/** A node of which nothing was collected but what is given. */
export function node(parts: NodeParts = {}): NodeFacts {
  const { identity, ...rest } = parts;
  return {
    id: 'node-a',
    collectedAt: Date.UTC(2026, 10, 20, 22, 30),
    iptables: missing(NO_IPTABLES, 'networking/iptables-save.txt'),
    ip6tables: missing({ ...NO_IPTABLES, family: 6 }, 'networking/ip6tables-save.txt'),
    routes: missing([], 'networking/iproute.txt'),
    routes6: missing([], 'networking/ip6route.txt'),
    rules: missing([], 'networking/iprule.txt'),
    rules6: missing([], 'networking/ip6rule.txt'),
    interfaces: missing([], 'networking/ifconfig.txt'),
    conntrack: missing(NO_CONNTRACK, 'networking/conntrack.txt'),
    ethtool: missing(new Map(), 'networking/ethtool.txt'),
    sysctl: missing(new Map(), 'sysctls/sysctl_all.txt'),
    introspection: missing(NO_INTROSPECTION, 'ipamd/enis.json'),
    checkpoint: missing([], 'ipamd/ipam.json'),
    ipamdMetrics: missing(new Map(), 'ipamd/metrics.json'),
    cniContainers: missing([], 'cni/cni-configuration-variables-containerd.json'),
    cniConfigs: [],
    wiring: missing([], 'var_log/aws-routed-eni/plugin.log'),
    ebpfPrograms: missing([], 'networking/ebpf-data.txt'),
    ebpfMaps: missing(new Map(), 'networking/ebpf-maps-data.txt'),
    apiServer: missing(
      { url: null, attempts: 0, reached: 0, errors: [], clockSkewSeconds: null },
      'networking/curl_api_server.txt',
    ),
    nameservers: missing([], 'networking/resolv.conf'),
    images: missing([], 'containerd/containerd-images.txt'),
    processes: missing([], 'system/ps.txt'),
    pods: [],
    services: [],
    kubeProxyMode: 'unknown',
    ...rest,
    identity: { ...NO_IDENTITY, ...identity },
  };
}

export function pod(ip: string, parts: Partial<Pod> = {}): Pod {
  return {
    ip,
    namespace: 'shop',
    name: null,
    veth: null,
    vethFrom: null,
    eniId: null,
    deviceNumber: 0,
    table: 'main',
    branchEni: false,
    allocatedAt: null,
    loc: at('ipamd/ipam.json'),
    ...parts,
  };
}

/** Checkpoint entries for pods, as ipamd keeps them. */
export const checkpointOf = (pods: readonly Pod[]): NodeFacts['checkpoint'] =>
  ok(
    pods.map((p) => ({
      ip: p.ip,
      namespace: p.namespace,
      pod: p.name,
      containerId: null,
      ifName: 'eth0',
      allocatedAt: p.allocatedAt,
      loc: p.loc,
    })),
    'ipamd/ipam.json',
  );

/** Routes from lines of `ip route show table all`. */
export const routes = (...lines: string[]): NodeFacts['routes'] => {
  const family = lines.some((line) => line.includes('::')) ? 6 : 4;
  const file = `networking/ip${family === 6 ? '6' : ''}route.txt`;
  return ok(parseIpRoutes(lines.join('\n'), file, family), file);
};

/** Policy rules from lines of `ip rule show`. */
export const rules = (...lines: string[]): NodeFacts['rules'] =>
  ok(parseIpRules(lines.join('\n'), 'networking/iprule.txt', 4), 'networking/iprule.txt');

/** The rules every node has. */
export const BASE_RULES = [
  '0: from all lookup local',
  '1024: from all fwmark 0x80/0x80 lookup main',
  '32766: from all lookup main',
  '32767: from all lookup default',
];

export function iface(name: string, mtu = 9001, parts: Partial<NetInterface> = {}): NetInterface {
  return {
    name,
    mac: null,
    mtu,
    flags: ['UP', 'RUNNING'],
    addresses: [],
    rxPackets: null,
    txPackets: null,
    rxErrors: null,
    rxDropped: null,
    txErrors: null,
    txDropped: null,
    loc: at('networking/ifconfig.txt'),
    ...parts,
  };
}

export const interfaces = (...list: NetInterface[]): NodeFacts['interfaces'] =>
  ok(list, 'networking/ifconfig.txt');

export const sysctl = (values: Readonly<Record<string, string>>): NodeFacts['sysctl'] =>
  ok(
    new Map(
      Object.entries(values).map(([key, value], index) => [
        key,
        { value, loc: at('sysctls/sysctl_all.txt', index + 1) },
      ]),
    ),
    'sysctls/sysctl_all.txt',
  );

export const counters = (
  values: Readonly<Record<string, number>>,
  file = 'file',
): ReadonlyMap<string, Counter> =>
  new Map(Object.entries(values).map(([key, value], index) => [key, { value, loc: at(file, index + 1) }]));

/** Rules from `iptables-save` text, with or without counters. */
export const iptables = (text: string, family: Family = 4): NodeFacts['iptables'] =>
  ok(parseIptablesSave(text, 'networking/iptables-save.txt', family), 'networking/iptables-save.txt');

// ---------------------------------------------------------------- logs

export function record(parts: Partial<LogRecord> & { message: string }): LogRecord {
  return {
    node: 'node-a',
    source: 'network-policy-agent',
    file: 'var_log/aws-routed-eni/network-policy-agent.log',
    line: 1,
    time: null,
    timeNotes: [],
    level: 'info',
    fields: {},
    text: parts.message,
    ...parts,
  };
}

export function verdict(parts: Partial<PolicyVerdict> = {}): PolicyVerdict {
  const base: PolicyVerdict = {
    node: 'node-a',
    src: '10.0.2.7',
    dst: '10.0.1.9',
    dport: 8080,
    sport: null,
    returnTraffic: false,
    protocol: 'TCP',
    verdict: 'DENY',
    direction: 'ingress',
    tier: 'NETWORK_POLICY',
    count: 3,
    first: Date.UTC(2026, 10, 20, 22, 25),
    last: Date.UTC(2026, 10, 20, 22, 29),
    sports: [43211, 43212],
    records: [record({ message: 'Flow Info: …' })],
  };
  return { ...base, ...parts };
}

export function logs(parts: Partial<LogScan> = {}): LogScan {
  return { files: [], matches: new Map(), verdicts: [], ...parts };
}

export function matches(
  queryId: string,
  records: readonly LogRecord[],
  cut = false,
): [string, readonly LogMatches[]] {
  const byNode = [...new Set(records.map((r) => r.node))];
  return [
    queryId,
    byNode.map((id) => ({
      queryId,
      count: records.filter((r) => r.node === id).length,
      first: null,
      last: null,
      records: records.filter((r) => r.node === id),
      cut,
    })),
  ];
}

// ---------------------------------------------------------------- trace

export const count = (packets: number, returnPackets = 0): PointCount => ({
  packets,
  bytes: packets * 74,
  returnPackets,
  returnBytes: returnPackets * 74,
  first: '2026-11-20T22:26:08.000000Z',
  last: '2026-11-20T22:26:12.000000Z',
});

/** A TCP flow from pod 10.0.1.9 on node-a to pod 10.0.2.7 on node-b that was delivered. */
export function flow(parts: Partial<Flow> = {}): Flow {
  return {
    protocol: 'tcp',
    src: { ip: '10.0.1.9', port: 43211 },
    dst: { ip: '10.0.2.7', port: 8080 },
    translated: null,
    verdict: 'delivered',
    segment: 'none',
    direction: 'none',
    reason: 'answered',
    explanation: '',
    points: { src_veth: count(5, 5), src_eth0: count(5, 5), dst_eth0: count(5, 5), dst_veth: count(5, 5) },
    lastSeen: null,
    firstMissing: null,
    losses: [],
    rejection: null,
    size: null,
    syn: 1,
    synAck: 1,
    retransmissions: 0,
    firstNs: 0n,
    lastNs: 1_000_000n,
    ...parts,
  };
}

/** The same flow, dropped between two points. */
export const dropped = (parts: Partial<Flow> = {}): Flow =>
  flow({
    verdict: 'dropped',
    segment: 'src_node',
    direction: 'forward',
    reason: 'not-seen-beyond',
    lastSeen: 'src_veth',
    firstMissing: 'src_eth0',
    points: { src_veth: count(4) },
    synAck: 0,
    ...parts,
  });

export function tap(point: Tap['point'], parts: Partial<Tap> = {}): Tap {
  const veth = point === 'src_veth' || point === 'dst_veth';
  return {
    id: `${point ?? 'other'}.pcap`,
    file: `caps/${point ?? 'other'}.pcap`,
    iface: null,
    point,
    node: point?.startsWith('src') === true ? 'node-a' : 'node-b',
    interfaceName: veth ? `eni-${point.slice(0, 3)}` : 'eth0',
    kind: veth ? 'veth' : 'eni',
    podIps: [],
    reason: 'test',
    certainty: 'certain',
    packets: 100,
    first: 0n,
    last: 1_000_000n,
    missRate: 0,
    ...parts,
  };
}

export const ALL_TAPS: readonly Tap[] = [tap('src_veth'), tap('src_eth0'), tap('dst_eth0'), tap('dst_veth')];

/** A trace between node-a and node-b over the given flows; the summary follows the first one unless given. */
export function trace(
  flows: readonly Flow[],
  parts: Partial<Omit<Trace, 'summary'>> & { summary?: Partial<TraceSummary> } = {},
): Trace {
  const [first] = flows;
  const counts = { delivered: 0, dropped: 0, lossy: 0, rejected: 0, inconclusive: 0 };
  for (const f of flows) counts[f.verdict] += 1;
  const { summary, ...rest } = parts;
  return {
    trafficPath: 'cross_node',
    taps: ALL_TAPS,
    clocks: [],
    flows,
    counts,
    srcIp: first?.src.ip ?? null,
    dstIp: first?.dst.ip ?? null,
    srcNode: 'node-a',
    dstNode: 'node-b',
    losses: [],
    notes: [],
    ...rest,
    summary: {
      segment: first?.segment ?? 'none',
      direction: first?.direction ?? 'none',
      verdict: first?.verdict ?? 'inconclusive',
      seen: { src_veth: 'yes', src_eth0: 'no', dst_eth0: 'no', dst_veth: 'no' },
      confidence: 'high',
      explanation: '',
      against: [],
      flows: first === undefined ? [] : [0],
      ...summary,
    },
  };
}

// ---------------------------------------------------------------- captures

export interface SentPacket {
  /** Seconds since the first packet. */
  readonly at: number;
  readonly src: string;
  readonly dst: string;
  readonly sport: number;
  readonly dport: number;
  readonly dns?: Omit<DnsMessage, 'packet'>;
}

/** A capture of UDP packets, with the columns that facts read; the others are zero. */
export function capture(packets: readonly SentPacket[], file = 'caps/src_veth.pcap'): CaptureTable {
  const flows: CaptureFlow[] = [];
  const n = packets.length;
  const time = new Float64Array(n);
  const flowColumn = new Uint32Array(n);
  const way = new Uint8Array(n);
  const dns: DnsMessage[] = [];
  for (const [row, p] of packets.entries()) {
    const forward = `${p.src} ${String(p.sport)}` < `${p.dst} ${String(p.dport)}`;
    const ends = forward
      ? { a: p.src, aPort: p.sport, b: p.dst, bPort: p.dport }
      : { a: p.dst, aPort: p.dport, b: p.src, bPort: p.sport };
    let index = flows.findIndex(
      (f) => f.a === ends.a && f.b === ends.b && f.aPort === ends.aPort && f.bPort === ends.bPort,
    );
    if (index < 0) index = flows.push({ protocol: PROTO_UDP, ...ends }) - 1;
    time[row] = p.at * 1e9;
    flowColumn[row] = index;
    way[row] = forward ? 0 : 1;
    if (p.dns !== undefined) dns.push({ packet: row, ...p.dns });
  }
  return {
    file,
    format: 'pcap',
    baseNs: 0n,
    packets: n,
    wireBytes: 0,
    interfaces: [],
    flows,
    columns: {
      time,
      iface: new Uint16Array(n),
      dir: new Uint8Array(n),
      flow: flowColumn,
      way,
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
    },
    macs: [],
    arp: [],
    dns,
    app: [],
    otherFrames: 0,
    malformed: 0,
    truncated: false,
    corrupt: false,
    problems: [],
  };
}

// ---------------------------------------------------------------- context

export const NO_QUESTION: Question = { src: null, dst: null, protocol: null, since: null, until: null };

export function context(parts: Partial<FactContext> = {}): FactContext {
  return {
    nodes: [],
    logs: logs(),
    trace: null,
    captures: [] as readonly CaptureTable[],
    question: NO_QUESTION,
    ...parts,
  };
}

export const asks = (src: string | null, dst: string | null, port: number | null = null): Question => ({
  ...NO_QUESTION,
  src: src === null ? null : { ip: src, port: null },
  dst: dst === null ? null : { ip: dst, port },
});

/** Instances of a fact; fails the test when the fact is not known. */
export function instancesOf(fact: FactDefinition, of: FactContext): readonly FactInstance[] {
  const result: FactResult = fact.compute(of);
  if (!result.known) throw new Error(`${fact.name} is not known: ${result.reason}`);
  return result.instances;
}

/** Fields of every instance, cut down to the named ones. */
export function fieldsOf(
  fact: FactDefinition,
  of: FactContext,
  names: readonly string[],
): Record<string, FactValue | undefined>[] {
  return instancesOf(fact, of).map(({ fields }) =>
    Object.fromEntries(names.map((name) => [name, fields[name]])),
  );
}
