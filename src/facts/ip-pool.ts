import type { NodeFacts } from '../model/node.js';
import { isKnown } from '../model/location.js';
import { defineFact, flag, number, perNode, text } from './support/define.js';
import { fileEvidence, lineEvidence } from './support/evidence.js';
import { cniEnv } from './support/nodes.js';

/** Sum of a metric over its label sets; null when it is not there. */
function metric(node: NodeFacts, name: string): number | null {
  let sum: number | null = null;
  for (const [key, counter] of node.ipamdMetrics.value) {
    if (key === name || key.startsWith(`${name}{`)) sum = (sum ?? 0) + counter.value;
  }
  return sum;
}

/** ipamd's pool of addresses, from introspection where it is there, else from the metrics. */
export const ipPool = defineFact({
  name: 'ip_pool',
  description: 'Addresses that ipamd holds on a node, and how many are in use.',
  fields: {
    total: number('addresses held'),
    assigned: number('addresses in use'),
    free: number('addresses held and not in use (cooling ones included)'),
    max: number('addresses the instance type allows'),
    left: number(
      'addresses not in use that the node holds or may still add; null when its limit is not known',
    ),
    enis: number('network interfaces attached'),
    enis_max: number('network interfaces the instance type allows'),
    no_available: number('times a pod got no address since ipamd started'),
    ec2_errors: number('failed EC2 calls since ipamd started'),
    prefixes: flag('holds /28 prefixes (prefix delegation)'),
    exhausted: flag('all addresses held are in use'),
    at_node_limit: flag('exhausted, and no more can be added to this instance'),
    subnets: text('subnets of the interfaces, joined by a blank'),
  },
  compute: (context) =>
    perNode(
      context,
      'introspection and metrics of ipamd',
      (node) => isKnown(node.introspection) || isKnown(node.ipamdMetrics),
      (node) => {
        const intro = isKnown(node.introspection) ? node.introspection.value : null;
        const total = intro?.totalIps ?? metric(node, 'awscni_total_ip_addresses');
        const assigned = intro?.assignedIps ?? metric(node, 'awscni_assigned_ip_addresses');
        const max = metric(node, 'awscni_ip_max');
        const enisMax = metric(node, 'awscni_eni_max');
        const enis = intro?.enis.length ?? metric(node, 'awscni_eni_allocated');
        const exhausted = total === null || assigned === null ? null : total > 0 && assigned >= total;
        const source = intro !== null ? node.introspection : node.ipamdMetrics;
        const line = node.ipamdMetrics.value.get('awscni_no_available_ip_addresses');
        return [
          {
            node: node.id,
            fields: {
              total,
              assigned,
              free: total === null || assigned === null ? null : total - assigned,
              max,
              left: max === null || max <= 0 || assigned === null ? null : Math.max(0, max - assigned),
              enis,
              enis_max: enisMax,
              no_available: metric(node, 'awscni_no_available_ip_addresses'),
              ec2_errors: metric(node, 'awscni_ec2api_error_count'),
              prefixes:
                intro?.enis.some((eni) => eni.hasPrefixes) ??
                cniEnv(node, 'ENABLE_PREFIX_DELEGATION')?.value === 'true',
              exhausted,
              at_node_limit:
                exhausted === null ? null : exhausted && max !== null && assigned !== null && assigned >= max,
              subnets: [...new Set((intro?.enis ?? []).flatMap((eni) => eni.subnetId ?? []))].join(' '),
            },
            evidence: [
              fileEvidence(
                node.id,
                source.file,
                `${String(assigned ?? '?')} of ${String(total ?? '?')} addresses in use`,
              ),
              ...(line === undefined || line.value === 0
                ? []
                : [lineEvidence(node.id, line.loc, 'awscni_no_available_ip_addresses')]),
            ],
          },
        ];
      },
    ),
});
