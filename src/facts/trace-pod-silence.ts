import { destinationText, hasPorts } from '../model/flow-ends.js';
import type { Flow, Tap, Trace } from '../model/trace.js';
import type { FactContext } from './types.js';
import { PROTOCOLS, defineFact, known, number, oneOf, text, unknown } from './support/define.js';
import { destinationOf, TO } from './support/destination.js';
import { flowEvidence, tapEvidence } from './support/evidence.js';
import { podAt, podName } from './support/nodes.js';

const silentDestination = (flow: Flow): boolean =>
  flow.reason === 'no-answer' && flow.segment === 'dst_pod' && flow.verdict !== 'delivered';

interface SilentSource {
  readonly pod: string | null;
  readonly dst: string | null;
  readonly tap: Tap | undefined;
  readonly confidence: string;
}

/** Whether the pod behind the tap sent anything, by the addresses alone. */
function speaks(context: FactContext, tap: Tap, pod: string): boolean {
  const capture = context.captures.find((c) => c.file === tap.file);
  if (capture === undefined) return tap.packets > 0;
  const { flows, columns } = capture;
  const way = flows.map((flow) => (flow.a === pod ? 0 : flow.b === pod ? 1 : -1));
  for (let row = 0; row < capture.packets; row += 1) {
    if (way[columns.flow[row]!] === columns.way[row]) return true;
  }
  return false;
}

/** The source of the flows in question, when its veth was captured and nothing of it is there. */
function silentSource(context: FactContext, trace: Trace): SilentSource | null {
  const tap = trace.taps.find((t) => t.point === 'src_veth');
  const { summary } = trace;
  if (summary.segment === 'src_pod' && summary.verdict === 'dropped') {
    return { pod: trace.srcIp, dst: trace.dstIp, tap, confidence: summary.confidence };
  }
  if (tap === undefined || tap.packets === 0) return null;
  const { src, dst } = context.question;
  if (src !== null && dst !== null && tap.podIps.includes(src.ip)) {
    const seen = trace.flows.some(
      (flow) => flow.points.src_veth !== undefined && flow.src.ip === src.ip && flow.dst.ip === dst.ip,
    );
    return seen ? null : { pod: src.ip, dst: dst.ip, tap, confidence: 'medium' };
  }
  const [pod] = tap.podIps;
  if (pod === undefined || tap.podIps.some((ip) => speaks(context, tap, ip))) return null;
  return { pod, dst: trace.dstIp, tap, confidence: 'medium' };
}

/** Pods that never speak: a source of which nothing leaves, a destination that gets everything and answers nothing. */
export const tracePodSilence = defineFact({
  name: 'trace_pod_silence',
  description: 'A pod at an end of the flows in question that sent nothing.',
  fields: {
    end: oneOf(['src', 'dst']),
    pod_ip: text('address of the silent pod'),
    pod: text('namespace/name, when known'),
    src: text('source address of the flow'),
    dst: text('destination address of the flow'),
    dport: number('destination port; null for a silent source, and where the protocol has none'),
    to: TO,
    protocol: oneOf(PROTOCOLS, 'null for a silent source'),
    flows: number('flows without an answer; 0 for a silent source'),
    answered: number('flows to the same destination address and port that were answered'),
    confidence: oneOf(['high', 'medium', 'low'], 'confidence of the trace'),
  },
  compute: (context) => {
    const { trace } = context;
    if (trace === null) return unknown('no captures');
    const instances = [];
    const source = silentSource(context, trace);
    if (source !== null) {
      const name = source.tap?.interfaceName ?? source.tap?.id;
      instances.push({
        node: trace.srcNode ?? source.tap?.node ?? null,
        fields: {
          end: 'src',
          pod_ip: source.pod,
          pod: podName(podAt(context, source.pod)?.pod),
          src: source.pod,
          dst: source.dst,
          ...destinationOf(null, source.dst),
          protocol: null,
          flows: 0,
          answered: 0,
          confidence: source.confidence,
        },
        evidence:
          source.tap === undefined
            ? []
            : [
                tapEvidence(
                  source.tap,
                  `${name ?? ''}: no packet of ${source.pod ?? 'the pod'} for ${source.dst ?? 'anyone'}`,
                ),
              ],
      });
    }
    const silent = trace.flows.filter(silentDestination);
    const service = (flow: Flow): string => `${flow.protocol} ${destinationText(flow)}`;
    const keys = new Set(silent.map(service));
    for (const key of keys) {
      const flows = silent.filter((f) => service(f) === key);
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
          ...destinationOf(flow),
          protocol: flow.protocol,
          flows: flows.length,
          answered: trace.flows.filter(
            (f) =>
              f.verdict === 'delivered' &&
              destinationText(f) === destinationText(flow) &&
              (hasPorts(f) || f.protocol === flow.protocol),
          ).length,
          confidence: trace.summary.confidence,
        },
        evidence: flowEvidence(trace, flow),
      });
    }
    return known(instances);
  },
});
