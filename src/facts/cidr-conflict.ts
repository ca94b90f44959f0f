import type { NodeFacts, Route } from '../model/node.js';
import { isKnown } from '../model/location.js';
import type { FactContext } from './types.js';
import { contains } from '../node/prefix.js';
import { familyOf, isSpecial, overlaps } from './support/addresses.js';
import { concernAddresses, concernOf } from './support/concern.js';
import { traceBlames } from './support/blame.js';
import { defineFact, flag, number, oneOf, perNode, text, traceAgrees } from './support/define.js';
import { lineEvidence } from './support/evidence.js';
import { interfaceKind, primaryInterface } from './support/nodes.js';

/** Devices that belong neither to the VPC nor to the pods: a bridge of Docker, a VPN, a hand-made link. */
function isForeign(node: NodeFacts, route: Route): boolean {
  if (route.dev === null || route.prefixLength === 0 || route.type !== 'unicast') return false;
  if (route.dev === primaryInterface(node) || isSpecial(route.dst)) return false;
  const kind = interfaceKind(node, route.dev);
  if (kind === 'bridge') return true;
  return kind === 'other' && !/^(pod-id-link|nodelocaldns|kube-ipvs|dummy|ifb|cilium_)/.test(route.dev);
}

/** The address is wanted elsewhere, and no longer prefix of the table takes it away from this route. */
function captured(routes: readonly Route[], route: Route, address: string): boolean {
  return (
    familyOf(address) === route.family &&
    contains(route.dst, address) &&
    !routes.some(
      (r) => r.table === route.table && r.prefixLength > route.prefixLength && contains(r.dst, address),
    )
  );
}

function remoteAddresses(context: FactContext, node: NodeFacts): string[] {
  return context.nodes
    .filter((other) => other.id !== node.id)
    .flatMap((other) => [
      ...other.pods.map((pod) => pod.ip),
      ...(other.identity.primaryIp === null ? [] : [other.identity.primaryIp]),
    ]);
}

/** Addresses that pods of the node try to reach and that never answered, by its connection table. */
function unansweredPeers(node: NodeFacts): string[] {
  const pods = new Set(node.pods.map((pod) => pod.ip));
  return node.conntrack.value.entries
    .filter((entry) => pods.has(entry.original.src) && entry.flags.includes('UNREPLIED'))
    .map((entry) => entry.original.dst);
}

function instance(context: FactContext, node: NodeFacts, route: Route, routes: readonly Route[]) {
  const concern = concernOf(context);
  const own = new Set(
    node.interfaces.value.find((i) => i.name === route.dev)?.addresses.map((a) => a.address),
  );
  const wanted = (address: string): boolean => !own.has(address) && captured(routes, route, address);
  const named = concernAddresses(concern).filter(wanted);
  const peers = remoteAddresses(context, node).filter(wanted);
  const clusterIps = node.services.map((service) => service.clusterIp).filter(wanted);
  const vpc = node.identity.vpcCidrs.find((cidr) => overlaps(cidr, route.dst));
  const unanswered = unansweredPeers(node).filter(wanted);
  const conflict =
    named.length > 0
      ? 'flow'
      : peers.length > 0
        ? 'peer'
        : unanswered.length > 0
          ? 'connection'
          : vpc !== undefined
            ? 'vpc'
            : clusterIps.length > 0
              ? 'service'
              : null;
  if (conflict === null) return [];
  return [
    {
      node: node.id,
      fields: {
        dst: route.dst,
        dev: route.dev,
        linkdown: route.flags.includes('linkdown'),
        conflicts_with: conflict,
        other: named[0] ?? peers[0] ?? unanswered[0] ?? vpc ?? clusterIps[0] ?? null,
        peers: peers.length,
        in_question: concern.from === 'none' ? conflict !== 'service' : named.length > 0 || peers.length > 0,
        affects_question: named.length > 0,
        trace_agrees: traceBlames(context, node.id),
      },
      evidence: [lineEvidence(node.id, route.loc, route.text)],
    },
  ];
}

/** kube-proxy translates every packet to a cluster address: a VPC host that has it as its own is out of reach. */
function serviceInstance(context: FactContext, node: NodeFacts) {
  const concern = concernOf(context);
  for (const cidr of node.identity.vpcCidrs) {
    const inside = node.services.filter((service) => contains(cidr, service.clusterIp));
    const [first] = inside;
    if (first === undefined) continue;
    return [
      {
        node: node.id,
        fields: {
          dst: first.clusterIp,
          dev: 'kube-proxy',
          linkdown: false,
          conflicts_with: 'vpc',
          other: cidr,
          peers: 0,
          in_question: concern.from === 'none',
          affects_question: false,
          trace_agrees: traceBlames(context, node.id),
        },
        evidence: [lineEvidence(node.id, first.loc, `cluster address ${first.clusterIp}`)],
      },
    ];
  }
  return [];
}

/**
 * Local networks that take addresses away from the VPC. `172.17.0.0/16 dev docker0 linkdown` alone is none: it
 * takes something that is wanted elsewhere, or it is no conflict.
 */
export const cidrConflict = defineFact({
  name: 'cidr_conflict',
  description: 'A local network or a service of a node that covers addresses which belong elsewhere.',
  fields: {
    dst: text('prefix of the local network, or the cluster address of a service'),
    dev: text('its device; kube-proxy for a cluster address'),
    linkdown: flag('the device has no carrier: packets vanish there all the same'),
    conflicts_with: oneOf(
      ['flow', 'peer', 'connection', 'vpc', 'service'],
      'an end of a flow in question, a known pod or node, a tracked connection that was never answered, the VPC or a service',
    ),
    other: text('address or range that is wanted elsewhere'),
    peers: number('known pods and nodes elsewhere whose address it takes'),
    in_question: flag(
      'it takes an end of a flow in question or a known peer; with nothing in question, also part of the VPC',
    ),
    affects_question: flag('it takes an end of a flow in question'),
    trace_agrees: traceAgrees,
  },
  compute: (context) =>
    perNode(
      context,
      'routes',
      (node) => isKnown(node.routes),
      (node) => [
        ...node.routes.value
          .filter((route) => route.table === 'main' && isForeign(node, route))
          .flatMap((route) => instance(context, node, route, node.routes.value)),
        ...serviceInstance(context, node),
      ],
    ),
});
