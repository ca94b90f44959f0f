import { traceBlames } from './support/blame.js';
import { concernOf, isEnd } from './support/concern.js';
import { defineFact, flag, known, number, oneOf, text, unknown } from './support/define.js';
import { isolations, podsOf } from './support/isolation.js';
import { iso } from './support/verdicts.js';

/** Pods that are isolated in a direction with not one rule that allows anything. */
export const defaultDeny = defineFact({
  name: 'default_deny',
  description:
    'A pod identifier that is isolated in one direction without any allow rule, as the last known state.',
  fields: {
    pod_identifier: text('name without its last part, and namespace; null when only the policy is known'),
    policy: text('namespace/name of the policy endpoint; null when the pods are known'),
    subject: text('the one of the two that is known'),
    direction: oneOf(['ingress', 'egress'], 'ingress or egress'),
    from: text('log (agent log), map (empty eBPF map) or verdict (denials of tier DEFAULT)'),
    pods: number('pods of this node with that identifier; for a policy, pods of its namespace'),
    addresses: text('their addresses, joined by a blank'),
    denied: number('DENY lines for these pods in this direction'),
    in_question: flag(
      'a flow in question has one of these pods at the fitting end; true when nothing is in question',
    ),
    trace_agrees: oneOf(
      ['yes', 'no', 'unknown'],
      'yes, no or unknown: do the captures place the loss on this node',
    ),
    since: text('time of the last line that says so, ISO 8601'),
  },
  compute: (context) => {
    if (context.nodes.length === 0) return unknown('no bundle was given');
    const concern = concernOf(context);
    return known(
      context.nodes.flatMap((node) => {
        return isolations(context, node).map((state) => {
          const pods = podsOf(node, state);
          const local = (verdict: { src: string; dst: string }): string =>
            state.direction === 'ingress' ? verdict.dst : verdict.src;
          const denied = context.logs.verdicts.filter(
            (v) =>
              v.node === node.id &&
              v.verdict === 'DENY' &&
              (v.direction === null || v.direction === state.direction) &&
              pods.some((pod) => pod.ip === local(v)),
          );
          return {
            node: node.id,
            fields: {
              pod_identifier: state.podIdentifier,
              policy: state.policy,
              subject: state.podIdentifier ?? state.policy,
              direction: state.direction,
              from: state.from,
              pods: pods.length,
              addresses: pods.map((pod) => pod.ip).join(' '),
              denied: denied.reduce((sum, v) => sum + v.count, 0),
              in_question:
                concern.from === 'none' ||
                pods.some((pod) => isEnd(concern, pod.ip, state.direction === 'ingress' ? 'dst' : 'src')),
              trace_agrees: traceBlames(context, node.id),
              since: iso(state.time),
            },
            evidence: state.evidence,
          };
        });
      }),
    );
  },
});
