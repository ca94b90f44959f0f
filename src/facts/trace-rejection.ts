import { portOf } from '../model/flow-ends.js';
import type { Flow } from '../model/trace.js';
import { sameAddress } from './support/addresses.js';
import { PROTOCOLS, defineFact, flag, known, number, oneOf, text, unknown } from './support/define.js';
import { destinationFields, destinationOf } from './support/destination.js';
import { flowEvidence } from './support/evidence.js';
import { podAt } from './support/nodes.js';

/** Names of the ICMP messages that reject a packet, as people know them. */
const ICMP_NAMES: Readonly<Record<string, string>> = {
  '3/0': 'network unreachable',
  '3/1': 'host unreachable',
  '3/2': 'protocol unreachable',
  '3/3': 'port unreachable',
  '3/4': 'fragmentation needed',
  '3/9': 'network administratively prohibited',
  '3/10': 'host administratively prohibited',
  '3/13': 'administratively prohibited',
  '11/0': 'time to live exceeded',
};
const ICMP6_NAMES: Readonly<Record<string, string>> = {
  '1/0': 'no route',
  '1/1': 'administratively prohibited',
  '1/3': 'address unreachable',
  '1/4': 'port unreachable',
  '2/0': 'packet too big',
  '3/0': 'hop limit exceeded',
};

function icmpName(type: number | null, code: number | null, v6: boolean): string | null {
  if (type === null) return null;
  const key = `${String(type)}/${String(code ?? 0)}`;
  return (v6 ? ICMP6_NAMES : ICMP_NAMES)[key] ?? `ICMP type ${String(type)} code ${String(code ?? 0)}`;
}

const isTooBig = (type: number | null, code: number | null, v6: boolean): boolean =>
  v6 ? type === 2 : type === 3 && code === 4;

const isDestination = (flow: Flow, sender: string): boolean =>
  sameAddress(flow.dst.ip, sender) ||
  (flow.translated !== null && sameAddress(flow.translated.dst.ip, sender));

/** Flows refused by a reset or an ICMP error, one instance per way of refusal (sender, kind, port). */
export const traceRejection = defineFact({
  name: 'trace_rejection',
  description: 'Flows that were refused: by whom, with what, and where the refusal was first seen.',
  fields: {
    by: oneOf(['rst', 'icmp']),
    sender: text('address that sent the refusal'),
    sender_is_destination_pod: flag(
      'the sender is the destination itself (a REJECT with tcp-reset forges that too)',
    ),
    pod_excluded: flag('its TTL, or a capture nearer to the pod, shows that the pod did not send it'),
    icmp: text('name of the ICMP message; null for a reset'),
    icmp_type: number('ICMP type; null for a reset'),
    icmp_code: number('ICMP code; null for a reset'),
    too_big: flag('ICMP fragmentation needed or packet too big: path MTU discovery at work'),
    segment: text('where the refusal was made'),
    first_seen: text('first point on the way back at which it was seen'),
    flows: number('flows refused in this way'),
    src: text('source address of the first of them'),
    dst: text('destination address of the first of them'),
    dst_pod: text('namespace/name of the destination pod, when known'),
    ...destinationFields(''),
    protocol: oneOf(PROTOCOLS),
  },
  compute: (context) => {
    const { trace } = context;
    if (trace === null) return unknown('no captures');
    const groups = new Map<string, Flow[]>();
    for (const flow of trace.flows) {
      if (flow.verdict !== 'rejected' || flow.rejection === null) continue;
      const { by, sender, icmpType, icmpCode } = flow.rejection;
      const key = [
        by,
        sender,
        icmpType,
        icmpCode,
        flow.segment,
        flow.dst.ip,
        portOf(flow, flow.dst),
        flow.protocol,
      ].join(' ');
      groups.set(key, [...(groups.get(key) ?? []), flow]);
    }
    return known(
      [...groups.values()].flatMap((flows) => {
        const [flow] = flows;
        if (flow?.rejection === null || flow === undefined) return [];
        const { by, sender, icmpType, icmpCode, firstSeen } = flow.rejection;
        const v6 = flow.src.ip.includes(':');
        const pod = podAt(context, flow.translated?.dst.ip ?? flow.dst.ip);
        return [
          {
            node: flow.segment.startsWith('src')
              ? trace.srcNode
              : flow.segment.startsWith('dst')
                ? trace.dstNode
                : null,
            fields: {
              by,
              sender,
              sender_is_destination_pod: isDestination(flow, sender),
              pod_excluded: flows.every((f) => f.rejection?.candidates.includes('dst_pod') === false),
              icmp: icmpName(icmpType, icmpCode, v6),
              icmp_type: icmpType,
              icmp_code: icmpCode,
              too_big: isTooBig(icmpType, icmpCode, v6),
              segment: flow.segment,
              first_seen: firstSeen,
              flows: flows.length,
              src: flow.src.ip,
              dst: flow.dst.ip,
              dst_pod: pod === null ? null : `${pod.pod.namespace ?? '?'}/${pod.pod.name ?? '?'}`,
              ...destinationOf(flow),
              protocol: flow.protocol,
            },
            evidence: flowEvidence(trace, flow),
          },
        ];
      }),
    );
  },
});
