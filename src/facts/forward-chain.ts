import type { Family, NodeFacts } from '../model/node.js';
import { isKnown } from '../model/location.js';
import { forwardVerdict, type SimPacket } from '../simulate/index.js';
import type { FactContext } from './types.js';
import { deliveredNewFlows, traceBlames } from './support/blame.js';
import { concernOf } from './support/concern.js';
import { defineFact, flag, number, oneOf, perNode, text } from './support/define.js';
import { lineEvidence } from './support/evidence.js';
import { PLAIN, remoteAddresses, samples } from './support/samples.js';
import { simulatedFlows } from './support/simulated.js';

const MAX_REMOTES = 3;

/** A packet of a pod nobody knows, for a node whose pods are in no file. */
function madeUp(node: NodeFacts, family: Family, remotes: readonly string[]): SimPacket[] {
  const [src, dst] = remotes;
  if (node.pods.length > 0 || family === 6 || src === undefined || dst === undefined) return [];
  return [{ family, src, dst, iif: 'eni00000000000', ...PLAIN }];
}

function instance(context: FactContext, node: NodeFacts, family: Family) {
  const { value } = family === 4 ? node.iptables : node.ip6tables;
  const chain = value.tables.get('filter')?.chains.get('FORWARD');
  if (chain === undefined) return [];
  const policy = chain.policy ?? '-';
  const remotes = remoteAddresses(context, node, family).slice(0, MAX_REMOTES);
  const tried = samples(node, family, remotes);
  const packets = tried.length > 0 ? tried.map((sample) => sample.packet) : madeUp(node, family, remotes);
  const verdicts = packets.map((packet) => forwardVerdict(node, packet));
  const byPolicy = verdicts.filter((v) => v.decidedBy?.kind === 'policy' && v.verdict === 'dropped').length;
  const count = (verdict: string): number => verdicts.filter((v) => v.verdict === verdict).length;
  const stopped = count('dropped') + count('rejected');
  const hits = simulatedFlows(context).some(
    ({ node: at, result }) =>
      at.id === node.id && result.decidedBy?.kind === 'policy' && result.decidedBy.chain === 'FORWARD',
  );
  const dropsAll = verdicts.length > 0 && byPolicy === verdicts.length;
  const verdict =
    verdicts.length === 0
      ? 'unknown'
      : stopped === verdicts.length
        ? 'stopped'
        : stopped > 0
          ? 'partly'
          : count('undetermined') > 0
            ? 'undetermined'
            : 'passed';
  return [
    {
      node: node.id,
      fields: {
        family,
        policy: chain.policy,
        policy_packets: chain.policyPackets,
        verdict,
        stopped_by_policy: byPolicy,
        packets_tried: verdicts.length,
        pods_known: tried.length > 0,
        drops_pods: hits || dropsAll,
        undetermined: verdicts.flatMap((v) => v.undetermined)[0] ?? null,
        other_backend: value.otherBackendPresent,
        delivered_new_flows: deliveredNewFlows(context, node.id),
        hits_question: hits,
        in_question: hits || (concernOf(context).from === 'none' && dropsAll),
        trace_agrees: traceBlames(context, node.id),
      },
      evidence: [
        lineEvidence(
          node.id,
          chain.loc,
          chain.loc.file.includes('save') ? `:FORWARD ${policy}` : `Chain FORWARD (policy ${policy}`,
        ),
      ],
    },
  ];
}

/**
 * What mangle and filter FORWARD do with new packets of the node's pods, tried with packets out, in and between
 * pods. KUBE-FORWARD accepts marked and established packets only, so a DROP policy kills new flows unless Calico,
 * Cilium or a rule of the node accepts them.
 */
export const forwardChain = defineFact({
  name: 'forward_chain',
  description: 'The FORWARD chain of a node, and what becomes of new pod traffic in it.',
  fields: {
    family: number('4 or 6'),
    policy: oneOf(['ACCEPT', 'DROP'], 'ACCEPT or DROP'),
    policy_packets: number('packets that met the policy; null when not counted'),
    verdict: text(
      'passed, stopped (every packet tried), partly, undetermined, or unknown (no pods to try with)',
    ),
    stopped_by_policy: number('packets tried that the policy dropped'),
    packets_tried: number('packets tried'),
    pods_known: flag('pods of the node are known; else a made-up one was tried'),
    drops_pods: flag('the policy dropped every packet tried, or drops a flow in question'),
    undetermined: text('why it cannot be told, where it cannot'),
    other_backend: flag('rules of the other iptables backend exist and are not shown'),
    delivered_new_flows: number('new flows of its pods that the captures show delivered'),
    hits_question: flag('the policy drops a flow in question'),
    in_question: flag('the same; with nothing in question, the policy drops every packet tried'),
    trace_agrees: oneOf(
      ['yes', 'no', 'unknown'],
      'yes, no or unknown: do the captures place the loss on this node',
    ),
  },
  compute: (context) =>
    perNode(
      context,
      'iptables rules',
      (node) => isKnown(node.iptables) || isKnown(node.ip6tables),
      (node) =>
        ([4, 6] as const)
          .filter((family) => isKnown(family === 4 ? node.iptables : node.ip6tables))
          .flatMap((family) => instance(context, node, family)),
    ),
});
