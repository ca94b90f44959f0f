/** Routes and rules for a comparison: those of pods and of the node's own subnet left out. */
import { interfaceKind } from '../../facts/support/nodes.js';
import type { NodeFacts, Route } from '../../model/node.js';
import type { Normaliser } from './normalise.js';
import type { Property } from './properties.js';

/** Priorities that follow pods and ENIs. */
const VARYING_RULES = new Set([10, 512, 1536, 32765]);
const MAX_ROUTES = 2000;

export function routingProperties(node: NodeFacts, normalise: Normaliser, unknown: Set<string>): Property[] {
  const out: Property[] = [];
  const usable = (state: string): boolean => state === 'ok' || state === 'truncated';
  if (usable(node.rules.state)) {
    for (const rule of node.rules.value) {
      if (VARYING_RULES.has(rule.priority)) continue;
      const text = normalise.text(rule.text.replace(/^\d+:\s*/, ''));
      out.push({ group: 'routing', name: `rule ${rule.priority}: ${text}`, value: 'present', loc: rule.loc });
    }
  }
  // What stands behind a cut is not known to be absent.
  if (node.rules.state !== 'ok') unknown.add('routing rule');
  if (usable(node.routes.state)) {
    for (const route of node.routes.value.filter((r) => isCommon(node, r)).slice(0, MAX_ROUTES)) {
      const name = `route in table ${route.table}: ${normalise.text(route.text)}`;
      out.push({ group: 'routing', name, value: 'present', loc: route.loc });
    }
  }
  if (node.routes.state !== 'ok') unknown.add('routing route');
  return out;
}

/** Not of a pod, an ENI's own table, a subnet of the node or the kernel's table of its own addresses. */
function isCommon(node: NodeFacts, r: Route): boolean {
  if (r.table === 'local' || ['local', 'broadcast', 'multicast', 'anycast'].includes(r.type)) return false;
  if (r.type !== 'unicast') return true;
  if (r.table !== 'main') return false;
  if (r.dev !== null && interfaceKind(node, r.dev) === 'veth') return false;
  return !(r.proto === 'kernel' && r.via === null);
}
