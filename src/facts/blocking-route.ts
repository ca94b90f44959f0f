import type { Family, IpRule, NodeFacts, Route } from '../model/node.js';
import { isKnown } from '../model/location.js';
import type { FactContext } from './types.js';
import { contains } from '../node/prefix.js';
import { isSpecial, overlaps } from './support/addresses.js';
import { concernOf, deliveredInTrace } from './support/concern.js';
import { traceBlames } from './support/blame.js';
import { defineFact, flag, number, oneOf, perNode, text, traceAgrees } from './support/define.js';
import { lineEvidence } from './support/evidence.js';
import { endsAt, namedEnds, senders } from './support/route-ends.js';

const BLOCKING = new Set(['blackhole', 'unreachable', 'prohibit']);

function isConsulted(rules: readonly IpRule[] | null, table: string): boolean {
  if (rules === null) return ['main', 'default', 'local'].includes(table);
  return rules.some((rule) => rule.action.kind === 'lookup' && rule.action.table === table);
}

/** The kernel's own IPv6 refusals, on every host: `unreachable default dev lo metric 4294967295 error -101`. */
function isKernelDefault(route: Route): boolean {
  return (
    route.family === 6 &&
    (route.dev === 'lo' ||
      (route.metric ?? 0) >= 4_294_967_195 ||
      contains('::/96', route.dst) ||
      contains('::ffff:0:0/96', route.dst))
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

function instance(
  context: FactContext,
  node: NodeFacts,
  route: Route,
  routes: readonly Route[],
  rules: readonly IpRule[] | null,
) {
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
    type: oneOf(['blackhole', 'unreachable', 'prohibit']),
    dst: text('prefix'),
    table: text('route table'),
    proto: text('who installed it, as printed'),
    consulted: flag('a policy rule leads to that table'),
    in_vpc: flag('the prefix overlaps a VPC range of the node'),
    covers_known: number(
      'addresses of known pods and nodes that end at this route, those seen delivered left out',
    ),
    example: text('one address that ends at this route, of a flow in question where there is one'),
    more_specific: number('routes of the same table below this prefix'),
    affects_question: flag('an end of a flow in question ends at this route'),
    in_question: flag('the same; with nothing in question, it covers a known address or part of the VPC'),
    calico_ipam_block: flag('the block of addresses of a Calico node: normal'),
    kernel_default: flag('one of the refusals every Linux has in its IPv6 table'),
    trace_agrees: traceAgrees,
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
