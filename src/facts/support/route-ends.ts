/** Which addresses end at a route, for packets of a node's pods. */
import type { Family, NodeFacts, Pod, Route } from '../../model/node.js';
import { routeLookup } from '../../simulate/index.js';
import type { FactContext } from '../types.js';
import { contains } from '../../node/prefix.js';
import { familyOf } from './addresses.js';
import { concernOf } from './concern.js';
import { podAt } from './nodes.js';

/** Of the routes of `table` that match the address, the one the kernel takes: for bundles without policy rules. */
function best(routes: readonly Route[], table: string, address: string): Route | null {
  let found: Route | null = null;
  for (const route of routes) {
    if (route.table !== table || route.type === 'broadcast' || !contains(route.dst, address)) continue;
    if (
      found === null ||
      route.prefixLength > found.prefixLength ||
      (route.prefixLength === found.prefixLength && (route.metric ?? 0) < (found.metric ?? 0))
    ) {
      found = route;
    }
  }
  return found;
}

/** True when a packet of the pod (of the node itself without one) for the address ends at the route. */
export function endsAt(
  node: NodeFacts,
  routes: readonly Route[],
  route: Route,
  pod: Pod | null,
  address: string,
): boolean {
  if (familyOf(address) !== route.family || !contains(route.dst, address)) return false;
  const { family } = route;
  const answer = routeLookup(node, { family, src: pod?.ip ?? null, dst: address, iif: pod?.veth ?? null });
  if (answer.undetermined === null) return answer.route === route;
  return best(routes, route.table, address) === route;
}

/** One pod for each table that pods leave by; nobody when no pod is known. */
export function senders(node: NodeFacts, family: Family): readonly (Pod | null)[] {
  const byTable = new Map<string | null, Pod>();
  for (const pod of node.pods) {
    if (familyOf(pod.ip) === family && pod.veth !== null && !byTable.has(pod.table))
      byTable.set(pod.table, pod);
  }
  return byTable.size === 0 ? [null] : [...byTable.values()];
}

/** Ends of the flows in question that end at the route, each looked up from the pod at the other end. */
export function namedEnds(
  context: FactContext,
  node: NodeFacts,
  routes: readonly Route[],
  route: Route,
): string[] {
  return concernOf(context).flows.flatMap((flow) =>
    (
      [
        [flow.src, flow.dst],
        [flow.dst, flow.src],
      ] as const
    ).flatMap(([from, to]) => {
      if (to === null) return [];
      const known = podAt(context, from);
      if (known !== null)
        return known.node.id === node.id && endsAt(node, routes, route, known.pod, to) ? [to] : [];
      return senders(node, route.family).some((pod) => endsAt(node, routes, route, pod, to)) ? [to] : [];
    }),
  );
}
