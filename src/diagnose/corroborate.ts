import { arrivalInterface, primaryInterface } from '../facts/support/nodes.js';
import type { NodeFacts } from '../model/node.js';
import { portOf } from '../model/flow-ends.js';
import type { Flow, Trace } from '../model/trace.js';
import { simulate, type SimPacket, type SimResult } from '../simulate/index.js';
import type { Corroboration } from './input.js';

const SIMULATED = new Set(['tcp', 'udp', 'icmp', 'icmpv6', 'sctp']);

/**
 * Asks the node on which the captures lose the flow in question what its own rules and routes would do with that
 * very packet. Null when the captures place the loss elsewhere or nothing of the node was collected.
 */
export function corroborate(nodes: readonly NodeFacts[], trace: Trace | null): Corroboration | null {
  const run = simulateWhereLost(nodes, trace);
  if (run === null) return null;
  return sentAstray(run.node, run.packet, run.result) ?? judge(run.node, run.result);
}

/** The flow in question, worked through the rules and routes of the node that loses it. */
export function simulateWhereLost(
  nodes: readonly NodeFacts[],
  trace: Trace | null,
): { readonly node: NodeFacts; readonly packet: SimPacket; readonly result: SimResult } | null {
  if (trace === null) return null;
  const { segment, verdict, direction } = trace.summary;
  if ((segment !== 'src_node' && segment !== 'dst_node') || (verdict !== 'dropped' && verdict !== 'rejected'))
    return null;
  const node = nodes.find((n) => n.id === (segment === 'src_node' ? trace.srcNode : trace.dstNode));
  const flow = trace.flows[trace.summary.flows[0] ?? -1];
  if (node === undefined || flow === undefined || !SIMULATED.has(flow.protocol)) return null;
  const packet = packetOf(flow, node, segment, direction === 'return');
  if (packet === null) return null;
  return { node, packet, result: simulate(node, packet) };
}

/**
 * A packet for a pod of the node that leaves by anything but the pod's veth: the way to the pod is missing, and
 * a wider route takes it back out (where neighbours do not answer for it) or elsewhere.
 */
function sentAstray(node: NodeFacts, packet: SimPacket, result: SimResult): Corroboration | null {
  const pod = node.pods.find((p) => p.ip === packet.dst);
  if (pod === undefined || result.verdict !== 'forwarded' || result.outInterface === null) return null;
  if (result.outInterface !== packet.iif && (pod.veth === null || result.outInterface === pod.veth))
    return null;
  const route = result.trail.filter((t) => t.hook === 'ROUTING' && t.file !== null).at(-1);
  return {
    node: node.id,
    verdict: 'agrees',
    text: route?.text ?? null,
    kind: 'route',
    file: route?.file ?? null,
    line: route?.line ?? null,
    packets: null,
  };
}

/** The flow's packet as it enters the node in question: by the pod's veth, or by an interface towards the VPC. */
function packetOf(
  flow: Flow,
  node: NodeFacts,
  segment: 'src_node' | 'dst_node',
  back: boolean,
): SimPacket | null {
  const after = flow.translated ?? { src: flow.src, dst: flow.dst };
  const fromPod = (segment === 'src_node') !== back;
  const [src, dst] = back
    ? [after.dst, after.src]
    : segment === 'src_node'
      ? [flow.src, flow.dst]
      : [after.src, after.dst];
  const iif = fromPod ? vethOf(node, src.ip) : cameInBy(flow, node, segment, dst.ip);
  if (iif === null) return null;
  return {
    family: src.ip.includes(':') ? 6 : 4,
    src: src.ip,
    dst: dst.ip,
    protocol: flow.protocol as 'tcp',
    sport: portOf(flow, src) ?? 0,
    dport: portOf(flow, dst) ?? 0,
    iif,
    ctstate: back ? 'ESTABLISHED' : 'NEW',
  };
}

function vethOf(node: NodeFacts, ip: string): string | null {
  return node.pods.find((p) => p.ip === ip)?.veth ?? null;
}

/** The interface towards the VPC by which packets for the pod come in: as captures show it, else by its ENI. */
function cameInBy(flow: Flow, node: NodeFacts, segment: 'src_node' | 'dst_node', ip: string): string | null {
  const seen = flow.points[segment === 'src_node' ? 'src_eth0' : 'dst_eth0']?.arrivedBy;
  const pod = node.pods.find((p) => p.ip === ip);
  return seen ?? (pod === undefined ? primaryInterface(node) : arrivalInterface(node, pod));
}

function judge(node: NodeFacts, result: SimResult): Corroboration {
  const decision = result.decidedBy;
  const base = { node: node.id, packets: null };
  if (result.verdict === 'dropped' || result.verdict === 'rejected')
    return {
      ...base,
      verdict: 'agrees',
      text: decision?.text ?? null,
      kind: decision?.kind === 'ttl' ? null : (decision?.kind ?? null),
      file: decision?.loc?.file ?? null,
      line: decision?.loc?.line ?? null,
    };
  const nothing = { text: null, kind: null, file: null, line: null } as const;
  return { ...base, ...nothing, verdict: result.verdict === 'undetermined' ? 'open' : 'contradicts' };
}
