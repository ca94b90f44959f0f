import type { Family, IpRule, NodeFacts, Pod, Route } from '../model/node.js';
import { isKnown } from '../model/location.js';
import { routeLookup } from '../simulate/index.js';
import type { FactContext } from './types.js';
import { contains, familyOf, isSpecial, overlaps } from './support/addresses.js';
import { concernOf, deliveredInTrace } from './support/concern.js';
import { traceBlames } from './support/blame.js';
import { defineFact, flag, number, perNode, text } from './support/define.js';
import { lineEvidence } from './support/evidence.js';
import { podAt } from './support/nodes.js';

const BLOCKING = new Set(['blackhole', 'unreachable', 'prohibit']);

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

function isConsulted(rules: readonly IpRule[] | null, table: string): boolean {
  if (rules === null) return ['main', 'default', 'local'].includes(table);
  return rules.some((rule) => rule.action.kind === 'lookup' && rule.action.table === table);
}

/** The kernel's own IPv6 refusals, on every host: `unreachable default dev lo metric 4294967295 error -101`. */
function isKernelDefault(route: Route): boolean {
  return (
    route.family === 6 &&
    (route.dev === 'lo' || (route.metric ?? 0) >= 4_294_967_195 || contains('::/96', route.dst) || contains('::ffff:0:0/96', route.dst))
  );
}

/** `blackhole 10.33.92.0/26 proto bird`: Calico's own block, under the /32 routes of its pods. */
function isCalicoBlock(route: Route): boolean {
  return (
    route.type === 'blackhole' &&
    (route.proto === 'bird' || route.proto === '80') &&
    route.prefixLength >= (route.family === 4 ? 20 : 116)
  );
}

/** Addresses that ought to be reachable: ends of the flows in question, pods and nodes of all bundles. */
function knownAddresses(context: FactContext): string[] {
  const all = context.nodes.flatMap((node) => [
    ...node.pods.map((pod) => pod.ip),
    ...(node.identity.primaryIp === null ? [] : [node.identity.primaryIp]),
  ]);
  return [...new Set(all)].filter((address) => !isSpecial(address));
}

/** True when a packet of the pod (of the node itself without one) for the address ends at the route. */
function endsAt(node: NodeFacts, routes: readonly Route[], route: Route, pod: Pod | null, address: string): boolean {
  if (familyOf(address) !== route.family || !contains(route.dst, address)) return false;
  const { family } = route;
  const answer = routeLookup(node, { family, src: pod?.ip ?? null, dst: address, iif: pod?.veth ?? null });
  if (answer.undetermined === null) return answer.route === route;
  return best(routes, route.table, address) === route;
}

/** One pod for each table that pods leave by; nobody when no pod is known. */
function senders(node: NodeFacts, family: Family): readonly (Pod | null)[] {
  const byTable = new Map<string | null, Pod>();
  for (const pod of node.pods) {
    if (familyOf(pod.ip) === family && pod.veth !== null && !byTable.has(pod.table)) byTable.set(pod.table, pod);
  }
  return byTable.size === 0 ? [null] : [...byTable.values()];
}

/** Ends of the flows in question that end at the route, each looked up from the pod at the other end. */
function namedEnds(context: FactContext, node: NodeFacts, routes: readonly Route[], route: Route): string[] {
  return concernOf(context).flows.flatMap((flow) =>
    ([[flow.src, flow.dst], [flow.dst, flow.src]] as const).flatMap(([from, to]) => {
      if (to === null) return [];
      const known = podAt(context, from);
      if (known !== null) return known.node.id === node.id && endsAt(node, routes, route, known.pod, to) ? [to] : [];
      return senders(node, route.family).some((pod) => endsAt(node, routes, route, pod, to)) ? [to] : [];
    }),
  );
}

function instance(context: FactContext, node: NodeFacts, route: Route, routes: readonly Route[], rules: readonly IpRule[] | null) {
  const concern = concernOf(context);
  const named = namedEnds(context, node, routes, route);
  const from = senders(node, route.family);
  const covered = knownAddresses(context).filter(
    (address) =>
      from.some((pod) => endsAt(node, routes, route, pod, address)) &&
      !deliveredInTrace(context, { src: null, dst: address, dport: null, protocol: null }),
  );
  const inside = [...new Set([...named, ...covered])];
  const moreSpecific = routes.filter(
    (r) => r.table === route.table && r.prefixLength > route.prefixLength && contains(route.dst, r.dst),
  );
  const inVpc = node.identity.vpcCidrs.some((cidr) => overlaps(cidr, route.dst));
  return {
    node: node.id,
    fields: {
      type: route.type,
      dst: route.dst,
      table: route.table,
      proto: route.proto,
      consulted: isConsulted(rules, route.table),
      in_vpc: inVpc,
      covers_known: covered.length,
      example: inside[0] ?? null,
      more_specific: moreSpecific.length,
      affects_question: named.length > 0,
      in_question: named.length > 0 || (concern.from === 'none' && (covered.length > 0 || inVpc)),
      calico_ipam_block: isCalicoBlock(route),
      kernel_default: isKernelDefault(route),
      trace_agrees: traceBlames(context, node.id),
    },
    evidence: [lineEvidence(node.id, route.loc, route.text)],
  };
}

/** Routes that refuse instead of forwarding, judged by longest-prefix match within their table. */
export const blockingRoute = defineFact({
  name: 'blocking_route',
  description: 'A blackhole, unreachable or prohibit route.',
  fields: {
    type: text('blackhole, unreachable or prohibit'),
    dst: text('prefix'),
    table: text('route table'),
    proto: text('who installed it, as printed'),
    consulted: flag('a policy rule leads to that table'),
    in_vpc: flag('the prefix overlaps a VPC range of the node'),
    covers_known: number('addresses of known pods and nodes that end at this route, those seen delivered left out'),
    example: text('one address that ends at this route, of a flow in question where there is one'),
    more_specific: number('routes of the same table below this prefix'),
    affects_question: flag('an end of a flow in question ends at this route'),
    in_question: flag('the same; with nothing in question, it covers a known address or part of the VPC'),
    calico_ipam_block: flag('the block of addresses of a Calico node: normal'),
    kernel_default: flag('one of the refusals every Linux has in its IPv6 table'),
    trace_agrees: text('yes, no or unknown: do the captures place the loss on this node'),
  },
  compute: (context) =>
    perNode(
      context,
      'routes',
      (node) => isKnown(node.routes) || isKnown(node.routes6),
      (node) => {
        const families: readonly (readonly [Family, readonly Route[], readonly IpRule[] | null])[] = [
          [4, node.routes.value, isKnown(node.rules) ? node.rules.value : null],
          [6, node.routes6.value, isKnown(node.rules6) ? node.rules6.value : null],
        ];
        return families.flatMap(([, routes, rules]) =>
          routes
            .filter((route) => BLOCKING.has(route.type))
            .map((route) => instance(context, node, route, routes, rules)),
        );
      },
    ),
});

