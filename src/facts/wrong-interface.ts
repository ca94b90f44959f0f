import type { NodeFacts, Pod } from '../model/node.js';
import type { FactContext } from './types.js';
import { contains } from './support/addresses.js';
import { concernOf, namesAddress } from './support/concern.js';
import { defineFact, flag, known, number, text, unknown } from './support/define.js';
import { lineEvidence, tapEvidence } from './support/evidence.js';
import { podName, primaryInterface } from './support/nodes.js';

/** Device of the default route of the table that the pod's `from` rule names; the primary without such a rule. */
function egressInterface(node: NodeFacts, pod: Pod): { name: string | null; evidence: { text: string; line: number; file: string } | null } {
  const v6 = pod.ip.includes(':');
  const rules = v6 ? node.rules6.value : node.rules.value;
  const routes = v6 ? node.routes6.value : node.routes.value;
  const rule = rules.find(
    (r) => r.from !== null && r.action.kind === 'lookup' && r.action.table !== 'main' && contains(r.from, pod.ip),
  );
  if (rule === undefined || rule.action.kind !== 'lookup') return { name: primaryInterface(node), evidence: null };
  const { table } = rule.action;
  const route = routes.find((r) => r.table === table && r.prefixLength === 0 && r.type === 'unicast');
  return { name: route?.dev ?? null, evidence: { text: rule.text, ...rule.loc } };
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
    return known(
      pods(context).flatMap(({ node, pod }) => {
        const expected = egressInterface(node, pod);
        const taps = trace.taps.filter((tap) => tap.node === node.id && tap.kind === 'eni' && tap.interfaceName !== null);
        if (expected.name === null || taps.some((tap) => tap.interfaceName === expected.name)) return [];
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
            ...(expected.evidence === null ? [] : [lineEvidence(node.id, expected.evidence, expected.evidence.text)]),
            tapEvidence(tap, `capture of ${tap.interfaceName ?? tap.id}: ${String(tap.packets)} packets`),
          ],
        }));
      }),
    );
  },
});
