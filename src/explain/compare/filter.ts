/** The packet filter for a comparison: policies of the hooks, and each rule of a chain that is not a service's. */
import type { Iptables, NodeFacts } from '../../model/node.js';
import type { Normaliser } from './normalise.js';
import type { Property } from './properties.js';

/** Chains that follow services, endpoints and pods: their contents differ from node to node. */
const VARYING =
  /^(?:KUBE-(?:SEP|SVC|FW|EXT|XLB|SERVICES|NODEPORTS|EXTERNAL-SERVICES|PROXY-FIREWALL)(?:-|$)|KUBE-POD-FW|cali-(?:tw|fw|pi|po|pri|pro|sm)-|CNI-|CILIUM_)/;
/** Rules compared per node. */
const MAX_RULES = 5000;

export function filterProperties(node: NodeFacts, normalise: Normaliser, unknown: Set<string>): Property[] {
  return ([node.iptables, node.ip6tables] as const).flatMap((collected, i) => {
    const family = i === 0 ? 'IPv4' : 'IPv6';
    if (collected.state !== 'ok' && collected.state !== 'truncated') {
      unknown.add(`iptables ${family}`);
      return [];
    }
    // What stands behind the cut is not known to be absent.
    if (collected.state === 'truncated' || collected.value.truncated === true)
      unknown.add(`iptables ${family}`);
    return familyProperties(collected.value, family, normalise);
  });
}

function familyProperties(iptables: Iptables, family: string, normalise: Normaliser): Property[] {
  const out: Property[] = [];
  let rules = 0;
  const backend = iptables.backend;
  if (backend !== null) out.push({ group: 'iptables', name: `${family} backend`, value: backend, loc: null });
  for (const table of iptables.tables.values()) {
    for (const chain of table.chains.values()) {
      const where = `${family} ${table.name} ${chain.name}`;
      if (chain.policy !== null) {
        out.push({ group: 'iptables', name: `${where} policy`, value: chain.policy, loc: chain.loc });
      }
      if (VARYING.test(chain.name)) continue;
      const seen = new Set<string>();
      for (const rule of chain.rules) {
        const text = normalise.text(rule.text.replace(/^\[\d+:\d+\] /, ''));
        if (seen.has(text) || rules >= MAX_RULES) continue;
        seen.add(text);
        rules += 1;
        out.push({ group: 'iptables', name: `${where}: ${text}`, value: 'present', loc: rule.loc });
      }
    }
  }
  return out;
}
