/** Changes of what ipamd says about itself: enis.json and its metrics. */
import type { VariantNode } from './node.js';

interface Cidr {
  readonly IPAddresses: Record<string, unknown>;
}
interface Card {
  TotalIPs: number;
  AssignedIPs: number;
  readonly ENIs: Record<string, { AvailableIPv4Cidrs: Record<string, Cidr> } & Record<string, unknown>>;
}

export function editEnis(node: VariantNode, change: (card: Card) => void): void {
  const doc = JSON.parse(node.read('ipamd/enis.json')) as Record<'0', Card>;
  change(doc['0']);
  node.write('ipamd/enis.json', JSON.stringify(doc));
}

/** A second interface that holds the addresses that `moves` names; the first one keeps the others. */
export function secondInterface(node: VariantNode, moves: (address: string) => boolean): void {
  editEnis(node, (card) => {
    const first = card.ENIs[node.base.eni]!;
    const all = Object.entries(first.AvailableIPv4Cidrs);
    const moved = (entry: [string, Cidr]): boolean => moves(entry[0].split('/')[0]!);
    card.ENIs['eni-0aaaabbbbccccdddd'] = {
      ...first,
      ID: 'eni-0aaaabbbbccccdddd',
      IsPrimary: false,
      DeviceNumber: 1,
      RouteTableID: 2,
      AvailableIPv4Cidrs: Object.fromEntries(all.filter(moved)),
    };
    first.AvailableIPv4Cidrs = Object.fromEntries(all.filter((entry) => !moved(entry)));
  });
}

/** Takes all free addresses away: every address of the pool has a pod. */
export function fullPool(
  node: VariantNode,
  limits: { eniMax: number; ipMax: number; failures: number },
): void {
  editEnis(node, (card) => {
    for (const eni of Object.values(card.ENIs))
      eni.AvailableIPv4Cidrs = Object.fromEntries(
        Object.entries(eni.AvailableIPv4Cidrs).filter(([, cidr]) => Object.keys(cidr.IPAddresses).length > 0),
      );
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
