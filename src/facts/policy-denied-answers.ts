import type { PolicyVerdict } from '../model/logs.js';
import { concernOf, inQuestion } from './support/concern.js';
import { traceBlames } from './support/blame.js';
import { defineFact, flag, known, number, oneOf, text, unknown } from './support/define.js';
import { recordEvidence } from './support/evidence.js';
import { podAt, podName } from './support/nodes.js';
import { agentLogRead, answeringPort, denials, isAnswer } from './support/verdicts.js';

/**
 * Answers of a service that the policy agent denied, gathered over the clients' ephemeral ports: each port is a
 * tuple of its own in the log, so only the sum shows the pattern.
 */
export const policyDeniedAnswers = defineFact({
  name: 'policy_denied_answers',
  description: 'Answers of one server to one client that the network policy agent denied.',
  fields: {
    server: text('address that answered'),
    server_port: number('port that answered'),
    client: text('address the answers were for'),
    client_pod: text('namespace/name of the client pod, when known'),
    server_pod: text('namespace/name of the server pod, when known'),
    protocol: text('lower case'),
    direction: text('ingress or egress, seen from the local pod'),
    tier: text('tier of the verdicts'),
    denials: number('DENY lines'),
    flows: number('ephemeral ports, that is client flows'),
    request_accepted: flag('the log also accepts requests from this client to this port'),
    in_question: flag('belongs to a flow in question; true when nothing is in question'),
    trace_agrees: oneOf(
      ['yes', 'no', 'unknown'],
      'yes, no or unknown: do the captures place the loss on this node',
    ),
  },
  compute: (context) => {
    if (!agentLogRead(context)) return unknown('no log of the network policy agent');
    const concern = concernOf(context);
    const groups = new Map<string, PolicyVerdict[]>();
    for (const { deny } of denials(context)) {
      if (!isAnswer(deny)) continue;
      const key = [deny.node, deny.src, answeringPort(deny), deny.dst, deny.protocol, deny.direction].join(
        ' ',
      );
      groups.set(key, [...(groups.get(key) ?? []), deny]);
    }
    return known(
      [...groups.values()].flatMap((group) => {
        const [first] = group;
        if (first === undefined) return [];
        const port = answeringPort(first);
        const protocol = first.protocol.toLowerCase();
        return [
          {
            node: first.node,
            fields: {
              server: first.src,
              server_port: port,
              client: first.dst,
              client_pod: podName(podAt(context, first.dst)?.pod),
              server_pod: podName(podAt(context, first.src)?.pod),
              protocol,
              direction: first.direction,
              tier: first.tier,
              denials: group.reduce((sum, deny) => sum + deny.count, 0),
              flows: group.reduce((sum, deny) => sum + (deny.dports?.length ?? 1), 0),
              request_accepted: context.logs.verdicts.some(
                (v) =>
                  v.verdict === 'ACCEPT' &&
                  v.src === first.dst &&
                  v.dst === first.src &&
                  v.dport === port &&
                  v.protocol.toLowerCase() === protocol,
              ),
              in_question: inQuestion(concern, { src: first.dst, dst: first.src, dport: port, protocol }),
              trace_agrees: traceBlames(context, first.node),
            },
            evidence: group.slice(0, 3).flatMap((deny) => deny.records.slice(0, 1).map(recordEvidence)),
          },
        ];
      }),
    );
  },
});
