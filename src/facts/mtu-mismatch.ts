import type { EvidenceItem } from '../model/rule.js';
import type { NetInterface, NodeFacts } from '../model/node.js';
import { isKnown } from '../model/location.js';
import type { FactContext } from './types.js';
import { concernOf, namesAddress } from './support/concern.js';
import { defineFact, flag, known, number, oneOf, text, unknown } from './support/define.js';
import { lineEvidence } from './support/evidence.js';
import { arrivalInterface, interfaceKind, interfaceNamed, primaryInterface } from './support/nodes.js';

interface Mismatch {
  readonly kind: 'veth-above-eni' | 'between-nodes';
  readonly node: NodeFacts;
  readonly a: NetInterface;
  readonly b: NetInterface;
  readonly other: NodeFacts;
}

/** Interface its pod's traffic leaves by, as far as the pod's table names one; else the primary. */
function egressOf(node: NodeFacts, veth: string): NetInterface | undefined {
  const pod = node.pods.find((p) => p.veth === veth);
  return interfaceNamed(node, pod === undefined ? primaryInterface(node) : arrivalInterface(node, pod));
}

/** A veth that takes larger packets than the interface behind it: the far side is told a size that cannot arrive. */
function withinNode(node: NodeFacts): Mismatch[] {
  for (const veth of node.interfaces.value) {
    if (interfaceKind(node, veth.name) !== 'veth' || veth.mtu === null) continue;
    const eni = egressOf(node, veth.name);
    const { mtu = null } = eni ?? {};
    if (eni !== undefined && mtu !== null && veth.mtu > mtu)
      return [{ kind: 'veth-above-eni', node, a: veth, b: eni, other: node }];
  }
  return [];
}

/** The largest veth of pods of a node: what pods of the other nodes are told about. */
function largestVeth(node: NodeFacts): NetInterface | undefined {
  return node.interfaces.value
    .filter((i) => i.mtu !== null && node.pods.some((pod) => pod.veth === i.name && !pod.branchEni))
    .reduce<NetInterface | undefined>((max, i) => ((i.mtu ?? 0) > (max?.mtu ?? 0) ? i : max), undefined);
}

function betweenNodes(
  nodes: readonly NodeFacts[],
  of: (node: NodeFacts) => NetInterface | undefined,
): Mismatch[] {
  const sized = nodes.flatMap((node) => {
    const device = of(node);
    return device === undefined || device.mtu === null ? [] : [{ node, device, mtu: device.mtu }];
  });
  const largest = sized.reduce<(typeof sized)[number] | null>(
    (m, p) => (m === null || p.mtu > m.mtu ? p : m),
    null,
  );
  if (largest === null) return [];
  return sized
    .filter((p) => p.mtu < largest.mtu)
    .map((p) => ({
      kind: 'between-nodes' as const,
      node: p.node,
      a: largest.device,
      b: p.device,
      other: largest.node,
    }));
}

/** Nodes whose interfaces differ; where those agree, nodes whose pods do. */
function acrossNodes(nodes: readonly NodeFacts[]): Mismatch[] {
  const enis = betweenNodes(nodes, (node) => interfaceNamed(node, primaryInterface(node)));
  return enis.length > 0 ? enis : betweenNodes(nodes, largestVeth);
}

function healthyBetween(context: FactContext, a: NodeFacts, b: NodeFacts): boolean {
  const { trace } = context;
  return (
    trace !== null &&
    trace.summary.verdict === 'delivered' &&
    [trace.srcNode, trace.dstNode].every((id) => id === a.id || id === b.id)
  );
}

/** Sizes that do not fit. A veth below its interface (POD_MTU, an overlay's head room) is as it should be. */
export const mtuMismatch = defineFact({
  name: 'mtu_mismatch',
  description: 'Two MTUs on the path of pods that do not fit each other.',
  fields: {
    kind: oneOf(['veth-above-eni', 'between-nodes'], 'on one node or between two'),
    a: text('interface with the larger MTU'),
    a_node: text('its node'),
    a_mtu: number('bytes'),
    b: text('interface with the smaller MTU'),
    b_mtu: number('bytes'),
    named_in_question: flag(
      'a flow in question ends on one of these nodes; false when nothing is in question',
    ),
    in_question: flag('the same, or nothing is in question'),
    size_loss: flag('the captures show large packets lost'),
    delivered: flag('the captures show the flows between these nodes delivered'),
  },
  compute: (context) => {
    const nodes = context.nodes.filter((node) => isKnown(node.interfaces));
    if (nodes.length === 0)
      return unknown(context.nodes.length === 0 ? 'no bundle was given' : 'interfaces not collected');
    const concern = concernOf(context);
    const named = (node: NodeFacts): boolean => node.pods.some((pod) => namesAddress(concern, pod.ip));
    return known(
      [...nodes.flatMap(withinNode), ...acrossNodes(nodes)].map((m) => {
        const evidence: EvidenceItem[] = [
          lineEvidence(m.other.id, m.a.loc, m.a.name),
          lineEvidence(m.node.id, m.b.loc, m.b.name),
        ];
        return {
          node: m.node.id,
          fields: {
            kind: m.kind,
            a: m.a.name,
            a_node: m.other.id,
            a_mtu: m.a.mtu,
            b: m.b.name,
            b_mtu: m.b.mtu,
            named_in_question: named(m.node) || named(m.other),
            in_question: concern.from === 'none' || named(m.node) || named(m.other),
            size_loss: (context.trace?.flows ?? []).some(
              (flow) => flow.size !== null && flow.verdict !== 'delivered',
            ),
            delivered: healthyBetween(context, m.node, m.other),
          },
          evidence,
        };
      }),
    );
  },
});
