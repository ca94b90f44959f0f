import { endText } from '../model/flow-ends.js';
import { concernOf, deliveredInTrace, inQuestion } from './support/concern.js';
import { traceBlames } from './support/blame.js';
import { defineFact, flag, known, number, oneOf, text, traceAgrees, unknown } from './support/define.js';
import { TO } from './support/destination.js';
import { recordEvidence } from './support/evidence.js';
import { podAt, podName } from './support/nodes.js';
import { agentLogRead, denials, isAnswer, iso } from './support/verdicts.js';

const NAMED: readonly string[] = ['tcp', 'udp', 'sctp', 'icmp'];

/** Denied tuples of the network policy agent, with all that tells a missing allow rule from noise. */
export const policyDeniedFlow = defineFact({
  name: 'policy_denied_flow',
  description:
    'A flow that the network policy agent denied: one instance per node, source, destination, port and protocol.',
  fields: {
    src: text('source address as logged'),
    dst: text('destination address as logged: of egress lines it may be a ClusterIP'),
    dport: number('destination port; null where the protocol has none'),
    to: TO,
    protocol: text('lower case: tcp, udp …'),
    direction: oneOf(['ingress', 'egress'], 'seen from the local pod; null when not known'),
    tier: oneOf(['NETWORK_POLICY', 'ADMIN', 'BASELINE', 'DEFAULT', 'ERROR'], 'null in older versions'),
    denials: number('DENY lines'),
    first_denial: text('time of the first, ISO 8601'),
    last_denial: text('time of the last, ISO 8601'),
    age_seconds: number('from the last DENY to the collection of the bundle'),
    accepted_after: flag('an ACCEPT of the same tuple follows the last DENY: it works again'),
    same_flow_accepted: flag(
      'every denied source port was accepted too: late packets of allowed flows; of pings it cannot be told',
    ),
    return_traffic: flag('from a service port to an ephemeral port: an answer, not a request'),
    in_question: flag('may be a flow in question; true when nothing is in question'),
    delivered_in_trace: flag('the captures show such a flow delivered'),
    trace_agrees: traceAgrees,
    local_pod: text('namespace/name of the pod of this node whose policy denied'),
    src_pod: text('namespace/name of the source pod, when known'),
    dst_pod: text('namespace/name of the destination pod, when known'),
  },
  compute: (context) => {
    if (!agentLogRead(context)) return unknown('no log of the network policy agent');
    const concern = concernOf(context);
    return known(
      denials(context).map(({ deny, accepts }) => {
        const protocol = deny.protocol.toLowerCase();
        // What the agent has no name for is another protocol without ports, such as ICMPv6.
        const named = NAMED.includes(protocol) ? protocol : null;
        const tuple = { src: deny.src, dst: deny.dst, dport: deny.dport, protocol: named };
        const port = deny.dport === 0 ? null : deny.dport;
        const node = context.nodes.find((n) => n.id === deny.node);
        const lastAccept = Math.max(-1, ...accepts.map((a) => a.last ?? -1));
        const acceptedPorts = new Set(accepts.flatMap((a) => a.sports));
        const src = podAt(context, deny.src);
        const dst = podAt(context, deny.dst);
        const local = deny.direction === 'egress' ? src : deny.direction === 'ingress' ? dst : null;
        const { last } = deny;
        return {
          node: deny.node,
          fields: {
            src: deny.src,
            dst: deny.dst,
            dport: port,
            to: endText(deny.dst, port),
            protocol,
            direction: deny.direction,
            tier: deny.tier,
            denials: deny.count,
            first_denial: iso(deny.first),
            last_denial: iso(last),
            age_seconds:
              last === null || node?.collectedAt === null || node === undefined
                ? null
                : Math.max(0, Math.round((node.collectedAt - last) / 1000)),
            accepted_after: last !== null && lastAccept > last,
            same_flow_accepted:
              deny.sports.length > 0 && deny.sports.every((sport) => sport > 0 && acceptedPorts.has(sport)),
            return_traffic: isAnswer(deny),
            in_question: inQuestion(concern, tuple),
            delivered_in_trace: deliveredInTrace(context, tuple),
            trace_agrees: traceBlames(context, deny.node),
            local_pod: podName(local?.pod),
            src_pod: podName(src?.pod),
            dst_pod: podName(dst?.pod),
          },
          evidence: deny.records.map(recordEvidence),
        };
      }),
    );
  },
});
