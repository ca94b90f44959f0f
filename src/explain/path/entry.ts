/** Where a packet enters: the node and the interface, by who owns its addresses. */
import { NetcheckError } from '../../errors.js';
import { arrivalInterface, cniEnv, podName, primaryInterface } from '../../facts/support/nodes.js';
import { isKnown } from '../../model/location.js';
import type { NodeFacts, Pod } from '../../model/node.js';
import { ownerOf, type Owner } from '../../node/lookup.js';

export interface Entry {
  readonly node: NodeFacts;
  /** Null: a process of the node sends it. */
  readonly iif: string | null;
  /** Why there, for a reader. */
  readonly words: string;
  readonly assumptions: readonly string[];
}

/** Stands in for the veth of a pod nobody knows. */
const SOME_VETH = 'eni00000000000';

/** Where the first packet of the flow begins its way. Throws E_USAGE when nothing tells. */
export function entryOf(
  nodes: readonly NodeFacts[],
  given: NodeFacts | null,
  src: string,
  dst: string,
): Entry {
  const owner = ownerOf(nodes, src);
  if (given !== null) return entryAt(given, ownerOf([given], src), src, dst);
  if (owner.node !== null && owner.kind !== 'service') return entryAt(owner.node, owner, src, dst);
  const target = ownerOf(nodes, dst);
  if (target.node !== null && target.kind !== 'service') {
    const arrived = arrivalAt(target.node, target, dst);
    const assumption = `${src} is in no bundle given${whose(owner)}: the way begins at the destination's node, as the packet comes in from outside; what happens to it before is not known.`;
    return { ...arrived, assumptions: [assumption, ...arrived.assumptions] };
  }
  const only = nodes.length === 1 ? nodes[0]! : null;
  if (only === null) {
    throw new NetcheckError(
      'E_USAGE',
      `Neither ${src} nor ${dst} belongs to a node whose bundle was given.`,
      {
        hint: `Say at which node to begin with --node (${nodes
          .slice(0, 5)
          .map((n) => n.id)
          .join(', ')}), or give the bundle of the node that has ${src}.`,
      },
    );
  }
  if (target.kind === 'service') return unknownPod(only, src, `${src} is in no bundle given${whose(owner)}`);
  const iif = primaryInterface(only) ?? 'eth0';
  return {
    node: only,
    iif,
    words: `comes in by ${iif}`,
    assumptions: [
      `Neither ${src} nor ${dst} belongs to this node: the packet is taken to come in by ${iif} from outside.`,
    ],
  };
}

function entryAt(node: NodeFacts, owner: Owner, src: string, dst: string): Entry {
  switch (owner.kind) {
    case 'pod':
      return fromPod(node, owner.pod);
    case 'node':
      return {
        node,
        iif: null,
        words: 'sent by a process of the node itself',
        assumptions: [
          `${src} is the node's own address: the packet is taken to come from a process or a hostNetwork pod of the node.`,
        ],
      };
    case 'eni':
      return unknownPod(node, src, `${src} is an address of ${owner.eniId} that no pod holds now`);
    default: {
      const target = ownerOf([node], dst);
      if (target.kind === 'service') return unknownPod(node, src, `${src} is no address of this node`);
      const arrived = arrivalAt(node, target, dst);
      const assumption = `${src} is no address of this node: the packet is taken to come in from outside.`;
      return { ...arrived, assumptions: [assumption, ...arrived.assumptions] };
    }
  }
}

function fromPod(node: NodeFacts, pod: Pod): Entry {
  const name = podName(pod) ?? pod.ip;
  if (pod.veth === null) return unknownPod(node, pod.ip, `the veth of pod ${name} is not known`);
  return { node, iif: pod.veth, words: `from pod ${name} by its veth ${pod.veth}`, assumptions: [] };
}

function unknownPod(node: NodeFacts, src: string, why: string): Entry {
  const prefix = cniEnv(node, 'AWS_VPC_K8S_CNI_VETHPREFIX')?.value;
  const iif = prefix !== undefined && /^[a-z]{1,4}$/.test(prefix) ? `${prefix}00000000000` : SOME_VETH;
  return {
    node,
    iif,
    words: `from a pod at ${src} whose veth is not known`,
    assumptions: [
      `${why}: the packet is taken to come from a pod of this node, by a veth called ${iif} here.`,
    ],
  };
}

/** Where a packet for an address of the node comes in. */
export function arrivalAt(node: NodeFacts, owner: Owner, dst: string): Entry {
  const primary = primaryInterface(node) ?? 'eth0';
  if (owner.kind === 'pod') {
    const iif = arrivalInterface(node, owner.pod) ?? primary;
    const known = isKnown(node.rules) || isKnown(node.rules6);
    return {
      node,
      iif,
      words: `comes in by ${iif}, the interface of the ENI that holds ${dst}`,
      assumptions: known
        ? []
        : [`The rules of ${node.id} were not collected: ${dst} is taken to be an address of ${iif}.`],
    };
  }
  if (owner.kind === 'node') {
    const iif = owner.device !== null && owner.device !== 'lo' ? owner.device : primary;
    return { node, iif, words: `comes in by ${iif}, which has ${dst}`, assumptions: [] };
  }
  if (owner.kind === 'eni') {
    return {
      node,
      iif: primary,
      words: `comes in by ${primary}`,
      assumptions: [
        `${dst} is an address of ${owner.eniId} that no pod of ${node.id} holds now: the packet is taken to come in by ${primary}.`,
      ],
    };
  }
  return { node, iif: primary, words: `comes in by ${primary}`, assumptions: [] };
}

function whose(owner: Owner): string {
  if (owner.kind === 'vpc') return ` (it is within ${owner.cidr} of the VPC)`;
  if (owner.kind === 'service') return ' (it is the address of a service, which sends nothing itself)';
  return ' (it is outside the VPC ranges that are known)';
}

/** The node the user named. Throws E_USAGE with the names there are. */
export function namedNode(nodes: readonly NodeFacts[], wanted: string): NodeFacts {
  const names = (n: NodeFacts): readonly (string | null)[] => [
    n.id,
    n.identity.instanceId,
    n.identity.hostname,
    n.identity.primaryIp,
  ];
  const found = nodes.find((n) => names(n).includes(wanted));
  if (found !== undefined) return found;
  throw new NetcheckError('E_USAGE', `No bundle is of a node called ${wanted}.`, {
    hint: `There are: ${nodes
      .slice(0, 10)
      .map((n) => n.id)
      .join(', ')}.`,
  });
}
