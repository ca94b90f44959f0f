import type { Flow } from '../model/trace.js';
import { defineFact, known, number, text, unknown } from './support/define.js';
import { flowEvidence, tapEvidence } from './support/evidence.js';
import { podAt, podName } from './support/nodes.js';

const silentDestination = (flow: Flow): boolean =>
  flow.reason === 'no-answer' && flow.segment === 'dst_pod' && flow.verdict !== 'delivered';

/** Pods that never speak: a source of which nothing leaves, a destination that gets everything and answers nothing. */
export const tracePodSilence = defineFact({
  name: 'trace_pod_silence',
  description: 'A pod at an end of the flows in question that sent nothing.',
  fields: {
    end: text('src or dst'),
    pod_ip: text('address of the silent pod'),
    pod: text('namespace/name, when known'),
    src: text('source address of the flow'),
    dst: text('destination address of the flow'),
    dport: number('destination port; null for a silent source'),
    protocol: text('protocol; null for a silent source'),
    flows: number('flows without an answer; 0 for a silent source'),
    answered: number('flows to the same destination address and port that were answered'),
    confidence: text('confidence of the trace: high, medium or low'),
  },
  compute: (context) => {
    const { trace } = context;
    if (trace === null) return unknown('no captures');
    const instances = [];
    if (trace.summary.segment === 'src_pod' && trace.summary.verdict === 'dropped') {
      const tap = trace.taps.find((t) => t.point === 'src_veth');
      instances.push({
        node: trace.srcNode,
        fields: {
          end: 'src',
          pod_ip: trace.srcIp,
          pod: podName(podAt(context, trace.srcIp)?.pod),
          src: trace.srcIp,
          dst: trace.dstIp,
          dport: null,
          protocol: null,
          flows: 0,
          answered: 0,
          confidence: trace.summary.confidence,
        },
        evidence:
          tap === undefined
            ? []
            : [tapEvidence(tap, `${tap.interfaceName ?? tap.id}: no packet from ${trace.srcIp ?? 'the source pod'}`)],
      });
    }
    const silent = trace.flows.filter(silentDestination);
    const keys = new Set(silent.map((flow) => `${flow.dst.ip} ${String(flow.dst.port)} ${flow.protocol}`));
    for (const key of keys) {
      const flows = silent.filter((f) => `${f.dst.ip} ${String(f.dst.port)} ${f.protocol}` === key);
      const [flow] = flows;
      if (flow === undefined) continue;
      const podIp = flow.translated?.dst.ip ?? flow.dst.ip;
      instances.push({
        node: trace.dstNode,
        fields: {
          end: 'dst',
          pod_ip: podIp,
          pod: podName(podAt(context, podIp)?.pod),
          src: flow.src.ip,
          dst: flow.dst.ip,
          dport: flow.dst.port,
          protocol: flow.protocol,
          flows: flows.length,
          answered: trace.flows.filter(
            (f) => f.verdict === 'delivered' && f.dst.ip === flow.dst.ip && f.dst.port === flow.dst.port,
          ).length,
          confidence: trace.summary.confidence,
        },
        evidence: flowEvidence(trace, flow),
      });
    }
    return known(instances);
  },
});
