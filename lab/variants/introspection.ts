/** Changes of what ipamd says about itself: enis.json and its metrics. */
import type { VariantNode } from './node.js';

interface Cidr {
  readonly IPAddresses: Record<string, unknown>;
}
interface Card {
  TotalIPs: number;
  AssignedIPs: number;
  readonly ENIs: Record<string, { AvailableIPv4Cidrs: Record<string, Cidr> }>;
}

export function editEnis(node: VariantNode, change: (card: Card) => void): void {
  const doc = JSON.parse(node.read('ipamd/enis.json')) as Record<'0', Card>;
  change(doc['0']);
  node.write('ipamd/enis.json', JSON.stringify(doc));
}

/** Takes all free addresses away: every address of the pool has a pod. */
export function fullPool(
  node: VariantNode,
  limits: { eniMax: number; ipMax: number; failures: number },
): void {
  editEnis(node, (card) => {
    for (const eni of Object.values(card.ENIs))
      for (const [key, cidr] of Object.entries(eni.AvailableIPv4Cidrs))
        if (Object.keys(cidr.IPAddresses).length === 0) delete eni.AvailableIPv4Cidrs[key];
    card.TotalIPs = card.AssignedIPs;
  });
  node.metric('awscni_total_ip_addresses', 3);
  node.metric('awscni_eni_max', limits.eniMax);
  node.metric('awscni_ip_max', limits.ipMax);
  node.metric('awscni_no_available_ip_addresses', limits.failures);
}

/** The introspection and metrics do not answer: empty files. */
export function ipamdSilent(node: VariantNode): void {
  for (const path of node.paths(
    /^ipamd\/(enis|pods|eni-configs|networkutils-env-settings|ipamd-env-settings|metrics)\.json$/,
  ))
    node.write(path, '');
}
