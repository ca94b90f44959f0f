import type { Flow } from '../model/trace.js';
import type { NodeFacts } from '../model/node.js';
import { isKnown } from '../model/location.js';
import { isPublic } from './support/addresses.js';
import { defineFact, flag, known, number, text, unknown } from './support/define.js';
import { destinationFields, destinationOf } from './support/destination.js';
import { flowEvidence } from './support/evidence.js';
import { cniEnv, inVpc, nodeOfAddress, podAt } from './support/nodes.js';

const answered = (flow: Flow): boolean =>
  flow.verdict === 'delivered' && (flow.protocol !== 'tcp' || flow.synAck > 0);

/** Went out of the node and got no answer. The far end is never captured, so the verdict may well be open. */
const unanswered = (flow: Flow): boolean =>
  !answered(flow) &&
  flow.synAck === 0 &&
  (flow.points.src_eth0?.packets ?? 0) > 0 &&
  (flow.points.src_eth0?.returnPackets ?? 0) === 0;

function hasSnat(node: NodeFacts): boolean | null {
  if (!isKnown(node.iptables)) return null;
  const nat = node.iptables.value.tables.get('nat');
  if (nat === undefined) return null;
  const chain = nat.chains.get('AWS-SNAT-CHAIN-0');
  return (
    chain !== undefined && [...nat.chains.values()].some((c) => c.rules.some((r) => r.target === 'SNAT'))
  );
}

/** Flows of a node's pods to the Internet, as the captures at the node see them. */
export const externalEgress = defineFact({
  name: 'external_egress',
  description: 'Traffic of the pods of a node to addresses outside the VPC.',
  fields: {
    flows_failed: number('flows that left the node and were never answered'),
    destinations_failed: number('distinct destinations of these'),
    flows_ok: number('flows to such addresses that were answered'),
    src: text('source of the first failing flow'),
    dst: text('its destination'),
    ...destinationFields(' of it'),
    external_snat: flag('AWS_VPC_K8S_CNI_EXTERNALSNAT is true: the node does not translate'),
    snat_rule: flag('the SNAT chain of the VPC CNI is there; null when iptables was not collected'),
    translated: flag('the failing flow left with another source address than the pod has'),
  },
  compute: (context) => {
    const { trace } = context;
    if (trace === null) return unknown('no captures');
    return known(
      context.nodes.flatMap((node) => {
        const external = trace.flows.filter((flow) => {
          const dst = flow.translated?.dst.ip ?? flow.dst.ip;
          return (
            podAt(context, flow.src.ip)?.node.id === node.id &&
            isPublic(dst) &&
            !inVpc(node, dst) &&
            nodeOfAddress(context, dst) === null
          );
        });
        const failed = external.filter(unanswered);
        const [first] = failed;
        if (first === undefined) return [];
        return [
          {
            node: node.id,
            fields: {
              flows_failed: failed.length,
              destinations_failed: new Set(failed.map((flow) => flow.dst.ip)).size,
              flows_ok: external.filter(answered).length,
              src: first.src.ip,
              dst: first.dst.ip,
              ...destinationOf(first),
              external_snat: cniEnv(node, 'AWS_VPC_K8S_CNI_EXTERNALSNAT')?.value === 'true',
              snat_rule: hasSnat(node),
              translated: first.translated !== null && first.translated.src.ip !== first.src.ip,
            },
            evidence: flowEvidence(trace, first),
          },
        ];
      }),
    );
  },
});
