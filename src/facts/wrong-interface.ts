import type { IpRule, NodeFacts, Pod } from '../model/node.js';
import { expectedEgressInterface } from '../simulate/index.js';
import type { FactContext } from './types.js';
import { contains } from '../node/prefix.js';
import { concernOf, namesAddress } from './support/concern.js';
import { defineFact, flag, known, number, text, unknown } from './support/define.js';
import { lineEvidence, tapEvidence } from './support/evidence.js';
import { interfaceKind, podName } from './support/nodes.js';

/** Where the pod's traffic leaves: towards the other end of the flows in question, else by its default route. */
function egress(
  context: FactContext,
  node: NodeFacts,
  pod: Pod,
): { name: string | null; rule: IpRule | null } {
  const { trace } = context;
  const peer =
    (pod.ip === trace?.srcIp ? trace.dstIp : trace?.srcIp) ??
    (pod.ip.includes(':') ? '2001:db8::1' : '203.0.113.1');
  const rules = pod.ip.includes(':') ? node.rules6.value : node.rules.value;
  return {
    name: expectedEgressInterface(node, pod.ip, peer),
    rule: rules.find((r) => r.from !== null && contains(r.from, pod.ip)) ?? null,
  };
}

function pods(context: FactContext): { node: NodeFacts; pod: Pod }[] {
  const concern = concernOf(context);
  const { trace } = context;
  return context.nodes.flatMap((node) =>
    node.pods
      .filter((pod) => pod.ip === trace?.srcIp || pod.ip === trace?.dstIp || namesAddress(concern, pod.ip))
      .map((pod) => ({ node, pod })),
  );
}

/** A node whose pod leaves by an interface that nobody captured, while another one was. */
export const wrongInterface = defineFact({
  name: 'wrong_interface',
  description: 'A capture on an interface that the traffic of the pod in question does not use.',
  fields: {
    pod_ip: text('address of the pod'),
    pod: text('namespace/name, when known'),
    captured: text('interface that was captured'),
    expected: text('interface the pod uses'),
    packets: number('packets of the capture'),
    saw_pod: flag('the flows in question were seen there all the same'),
  },
  compute: (context) => {
    const { trace } = context;
    if (trace === null) return unknown('no captures');
    if (trace.trafficPath === 'same_node') return known([]);
    return known(
      pods(context).flatMap(({ node, pod }) => {
        const expected = egress(context, node, pod);
        const taps = trace.taps.filter(
          (tap) => tap.node === node.id && tap.kind === 'eni' && tap.interfaceName !== null,
        );
        if (expected.name === null || !['eni', 'branch'].includes(interfaceKind(node, expected.name)))
          return [];
        if (taps.some((tap) => tap.interfaceName === expected.name)) return [];
        return taps.map((tap) => ({
          node: node.id,
          fields: {
            pod_ip: pod.ip,
            pod: podName(pod),
            captured: tap.interfaceName,
            expected: expected.name,
            packets: tap.packets,
            saw_pod: tap.point !== null && trace.summary.seen[tap.point] === 'yes',
          },
          evidence: [
            ...(expected.rule === null ? [] : [lineEvidence(node.id, expected.rule.loc, expected.rule.text)]),
            tapEvidence(tap, `capture of ${tap.interfaceName ?? tap.id}: ${String(tap.packets)} packets`),
          ],
        }));
      }),
    );
  },
});
