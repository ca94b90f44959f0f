import type { IpRule, Pod, Route } from '../../model/node.js';
import { sameAddress } from './addresses.js';

const goesTo = (rule: IpRule, table: string): boolean =>
  rule.action.kind === 'lookup' && rule.action.table === table;

/**
 * What the wiring of a pod with a branch interface lacks; null when nothing, or when it is not wired that way. In
 * strict mode the VPC CNI gives it a table of its own (100 + VLAN) with a route to its veth and a default by the VLAN
 * device, and a rule for what comes in by either device:
 *
 *     10: from all iif vlan18582a65b10 lookup 101
 *     10: from all iif vlan.eth.1 lookup 101
 */
export function missingOfBranch(
  pod: Pod,
  routes: readonly Route[],
  rules: readonly IpRule[] | null,
): string | null {
  const own = routes.find(
    (r) =>
      r.dev !== null &&
      r.dev === pod.veth &&
      r.dev.startsWith('vlan') &&
      sameAddress(r.dst.replace(/\/(32|128)$/, ''), pod.ip),
  );
  if (own === undefined || rules === null) return null;
  const uplink = routes.find((r) => r.table === own.table && r.prefixLength === 0)?.dev ?? null;
  if (uplink === null) return `default route in table ${own.table}`;
  for (const device of [own.dev, uplink])
    if (!rules.some((rule) => rule.iif === device && goesTo(rule, own.table)))
      return `rule "from all iif ${device ?? ''} lookup ${own.table}"`;
  return null;
}
