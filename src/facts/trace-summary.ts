import { socketText } from '../model/flow-ends.js';
import type { Flow, Trace } from '../model/trace.js';
import { POINTS } from '../model/trace.js';
import { failedFlows } from './support/concern.js';
import { PROTOCOLS, defineFact, flag, known, number, oneOf, text, unknown } from './support/define.js';
import { destinationFields, destinationOf } from './support/destination.js';
import { flowEvidence, tapEvidence } from './support/evidence.js';

/** The flow a summary speaks of first, or the worst one. */
export function leadingFlow(trace: Trace): Flow | null {
  const [first] = trace.summary.flows;
  return (first === undefined ? undefined : trace.flows[first]) ?? null;
}

function asOption(protocol: Flow['protocol']): 'tcp' | 'udp' | 'icmp' | 'sctp' | null {
  if (protocol === 'other') return null;
  return protocol === 'icmpv6' ? 'icmp' : protocol;
}

/** The node on which the packets in question die: null when that is the VPC, a pod's own, or not known. */
function placeNode(trace: Trace): string | null {
  if (['src_node', 'src_pod'].includes(trace.summary.segment)) return trace.srcNode;
  if (['dst_node', 'dst_pod'].includes(trace.summary.segment)) return trace.dstNode;
  return null;
}

/** The captures' answer for the flows in question, as one instance. */
export const traceSummary = defineFact({
  name: 'trace_summary',
  description: 'The verdict of the aligned captures on the flows in question.',
  fields: {
    segment: oneOf(['none', 'src_pod', 'src_node', 'vpc', 'dst_node', 'dst_pod', 'unknown']),
    direction: oneOf(['forward', 'return', 'none']),
    verdict: oneOf(['delivered', 'dropped', 'lossy', 'rejected', 'inconclusive']),
    confidence: oneOf(['high', 'medium', 'low']),
    reason: text('reason code of the leading flow, such as not-seen-beyond or size'),
    explanation: text('one sentence for people'),
    doubts: text('what speaks against it or makes it less certain, in one text; null when nothing does'),
    drop_from: text('last point at which the packets were seen'),
    drop_to: text('first point at which they were missing'),
    src: text('source address of the leading flow, as the client used it'),
    dst: text('destination address of the leading flow, as the client used it'),
    ...destinationFields(' of the leading flow'),
    protocol: oneOf(PROTOCOLS),
    target: text('destination as `--dst` of `eks-netcheck path` takes it'),
    proto: oneOf(['tcp', 'udp', 'icmp', 'sctp'], 'the protocol as `--proto` takes it'),
    src_node: text('node of the source, when known'),
    dst_node: text('node of the destination, when known'),
    same_node: flag('both pods are on one node'),
    seen_src_veth: oneOf(['yes', 'no', 'not_captured']),
    seen_src_eth0: oneOf(['yes', 'no', 'not_captured']),
    seen_dst_eth0: oneOf(['yes', 'no', 'not_captured']),
    seen_dst_veth: oneOf(['yes', 'no', 'not_captured']),
    flows_failed: number('flows that were dropped, lossy or rejected'),
    flows_delivered: number('flows that were delivered'),
  },
  compute: (context) => {
    const { trace } = context;
    if (trace === null) return unknown('no captures');
    const flow = leadingFlow(trace);
    const { summary } = trace;
    const evidence =
      flow === null
        ? trace.taps
            .filter((tap) => tap.point !== null && POINTS.includes(tap.point))
            .map((tap) => tapEvidence(tap, `${tap.interfaceName ?? tap.id}: ${String(tap.packets)} packets`))
        : flowEvidence(trace, flow);
    return known([
      {
        node: placeNode(trace),
        fields: {
          segment: summary.segment,
          direction: summary.direction,
          verdict: summary.verdict,
          confidence: summary.confidence,
          reason: flow?.reason ?? null,
          explanation: summary.explanation,
          doubts: summary.against.length === 0 ? null : summary.against.join(' '),
          drop_from: flow?.lastSeen ?? null,
          drop_to: flow?.firstMissing ?? null,
          src: flow?.src.ip ?? trace.srcIp,
          dst: flow?.dst.ip ?? trace.dstIp,
          ...destinationOf(flow, trace.dstIp),
          protocol: flow?.protocol ?? null,
          target: flow === null ? trace.dstIp : socketText(flow, flow.dst),
          proto: flow === null ? null : asOption(flow.protocol),
          src_node: trace.srcNode,
          dst_node: trace.dstNode,
          same_node: trace.trafficPath === 'unknown' ? null : trace.trafficPath === 'same_node',
          seen_src_veth: summary.seen.src_veth,
          seen_src_eth0: summary.seen.src_eth0,
          seen_dst_eth0: summary.seen.dst_eth0,
          seen_dst_veth: summary.seen.dst_veth,
          flows_failed: failedFlows(context).length,
          flows_delivered: trace.counts.delivered,
        },
        evidence,
      },
    ]);
  },
});
