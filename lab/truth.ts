/** Assembles `truth.json` from what the senders saw, what tshark counted and what the fault says of itself. */
import { CAUSES, type Fault } from './fault.js';
import type { CaptureRole } from './capture.js';
import { countFlow, type Counts, type Frame, type Tuple } from './counts.js';
import type { FlowOutcome, FlowSpec, Plan, PointName } from './types.js';

export interface TruthInput {
  readonly fault: Fault;
  readonly plan: Plan;
  readonly captures: ReadonlyMap<CaptureRole, readonly string[]>;
  readonly frames: ReadonlyMap<CaptureRole, readonly Frame[]>;
  /** For `-i any` files: interface index of each point. */
  readonly interfaces: ReadonlyMap<PointName, number>;
  readonly bundles: ReadonlyMap<'src' | 'dst', string>;
  readonly flows: readonly FlowSpec[];
  readonly outcomes: ReadonlyMap<string, FlowOutcome>;
  readonly translated: ReadonlyMap<string, Tuple>;
  readonly routerRules: readonly string[];
}

export function makeTruth(input: TruthInput): object {
  const { fault, plan } = input;
  const files = Object.fromEntries([
    ...[...input.captures].map(([role, files]) => {
      const paths = files.map((file) => `caps/${file}`);
      return [role, paths.length === 1 ? paths[0] : paths];
    }),
    ...[...input.bundles].map(([role, file]) => [`${role}_bundle`, `bundles/${file}`]),
  ]) as Record<string, string | string[]>;
  const { expected, optional = [], dropPoint, accept = [], notes = [] } = fault.truth;
  const skew = fault.capture?.skew ?? 0;
  return {
    case: fault.name,
    description: fault.description,
    kind: 'capture',
    files,
    expected_findings: expected,
    optional_findings: optional,
    must_not: CAUSES.filter((cause) => !expected.includes(cause) && !optional.includes(cause)),
    drop_point: dropPoint,
    accept_drop_points: [...new Set([dropPoint, ...accept])].sort(),
    notes,
    topology: topology(plan),
    packets_in_file: Object.fromEntries([...input.frames].map(([role, frames]) => [role, frames.length])),
    interfaces_in_file: interfacesInFile(input),
    skew_seconds:
      skew === 0
        ? {}
        : Object.fromEntries(
            [...input.captures.keys()].filter((role) => role.startsWith('dst')).map((role) => [role, skew]),
          ),
    flows: input.flows.map((flow) => flowTruth(flow, input)),
    vpc_rules: { iptables: input.routerRules },
  };
}

function topology(plan: Plan): object {
  const pod = (key: 'A' | 'B'): object => {
    const { name, namespace, ip, ip6, hostVeth } = plan.pods[key];
    return { name, namespace, ip: ip6 ?? ip, ip6, host_veth: hostVeth };
  };
  const orders = plan.services.find((s) => s.name.includes('/orders-api'))!;
  return {
    same_node: plan.options.sameNode ?? false,
    vpc_cidrs: [plan.vpcCidr],
    nodes: Object.values(plan.nodes).map(({ role, hostName, instanceId, ip, eni, subnet }) => ({
      role,
      name: hostName,
      instance_id: instanceId,
      ip,
      eni,
      subnet,
    })),
    src_pod: pod('A'),
    dst_pod: pod('B'),
    service: { cluster_ip: orders.clusterIp, port: orders.port, target: orders.endpoint },
  };
}

function interfacesInFile({ interfaces, captures, plan }: TruthInput): object {
  const device = (point: PointName): string =>
    point.endsWith('eth0') ? 'eth0' : point === 'src_veth' ? plan.pods.A.hostVeth : plan.pods.B.hostVeth;
  const entries = (['src_any', 'dst_any'] as const)
    .filter((role) => captures.has(role))
    .map((role) => {
      const points = [...interfaces].filter(([point]) => point.startsWith(role.slice(0, 3)));
      return [
        role,
        Object.fromEntries(points.map(([point, index]) => [`ifindex ${index} (${device(point)})`, point])),
      ];
    });
  return Object.fromEntries(entries) as object;
}

/** The frames of one point: a whole file, or one interface of an `-i any` file. */
function framesAt(point: PointName, input: TruthInput): readonly Frame[] | null {
  const own = input.frames.get(point);
  if (own) return own;
  const any = input.frames.get(`${point.slice(0, 3)}_any` as CaptureRole);
  const index = input.interfaces.get(point);
  return any && index !== undefined ? any.filter((frame) => frame.ifindex === index) : null;
}

function flowTruth(flow: FlowSpec, input: TruthInput): object {
  const outcome = input.outcomes.get(flow.id);
  const translated = input.translated.get(flow.id);
  const tuples: Tuple[] = translated ? [flow, translated] : [flow];
  const counts: Partial<Record<PointName, Counts>> = {};
  for (const point of ['src_veth', 'src_eth0', 'dst_eth0', 'dst_veth'] as const) {
    const frames = framesAt(point, input);
    if (frames) counts[point] = countFlow(frames, flow, tuples);
  }
  const { id, role, proto, src, sport, dst, dport, from, to, kind } = flow;
  return {
    id,
    role,
    proto,
    src,
    sport,
    dst,
    dport,
    from,
    to,
    kind,
    outcome: outcome?.outcome ?? 'unknown',
    requests_sent: outcome?.requests_sent ?? 0,
    replies: outcome?.replies ?? 0,
    ...(translated ? { translated } : {}),
    counts,
  };
}

/**
 * Reads from the source node's `conntrack -L` what a flow became by NAT. The reply tuple's source is the real
 * server, its destination the address that the server answers.
 */
export function translations(conntrack: string, flows: readonly FlowSpec[]): Map<string, Tuple> {
  const found = new Map<string, Tuple>();
  for (const line of conntrack.split('\n')) {
    const all = (key: string): string[] =>
      [...line.matchAll(new RegExp(`\\b${key}=(\\S+)`, 'g'))].map((m) => m[1]!);
    const [src, dst] = [all('src'), all('dst')];
    const icmp = line.startsWith('icmp');
    const [sport, dport] = icmp ? [all('id'), all('id')] : [all('sport'), all('dport')];
    if (src.length < 2 || sport.length < 2) continue;
    const flow = flows.find(
      (f) =>
        line.startsWith(f.proto) &&
        f.src === src[0] &&
        f.dst === dst[0] &&
        f.sport === Number(sport[0]) &&
        (icmp || f.dport === Number(dport[0])),
    );
    if (!flow) continue;
    const real = { src: dst[1]!, sport: Number(dport[1]), dst: src[1]!, dport: icmp ? 0 : Number(sport[1]) };
    if (
      real.src !== flow.src ||
      real.sport !== flow.sport ||
      real.dst !== flow.dst ||
      (!icmp && real.dport !== flow.dport)
    )
      found.set(flow.id, real);
  }
  return found;
}
