/** Look-ups over the nodes of the run. */
import type { NodeFacts, NetInterface, Pod } from '../../model/node.js';
import { ownerOf, podByIp } from '../../node/lookup.js';
import type { FactContext } from '../types.js';
import { contains } from '../../node/prefix.js';
import { sameAddress } from './addresses.js';

export interface KnownPod {
  readonly node: NodeFacts;
  readonly pod: Pod;
}

export const podAt = (context: FactContext, address: string | null): KnownPod | null =>
  address === null ? null : podByIp(context.nodes, address);

export const podName = (pod: Pod | null | undefined): string | null =>
  pod === null || pod === undefined || pod.name === null ? null : `${pod.namespace ?? '?'}/${pod.name}`;

/** Node that holds the address, as a pod's or as its own. */
export function nodeOfAddress(context: FactContext, address: string): NodeFacts | null {
  const owner = ownerOf(context.nodes, address);
  return owner.kind === 'pod' || owner.kind === 'node' ? owner.node : null;
}

export function ownsAddress(node: NodeFacts, address: string): boolean {
  return (
    node.identity.primaryIp === address ||
    node.interfaces.value.some((i) => i.addresses.some((a) => sameAddress(a.address, address)))
  );
}

export const inVpc = (node: NodeFacts, address: string): boolean =>
  node.identity.vpcCidrs.some((cidr) => contains(cidr, address));

export function interfaceNamed(node: NodeFacts, name: string | null): NetInterface | undefined {
  return name === null ? undefined : node.interfaces.value.find((i) => i.name === name);
}

/** Default route of the main table names the primary interface where the identity does not. */
export function primaryInterface(node: NodeFacts): string | null {
  return (
    node.identity.primaryInterface ??
    node.routes.value.find((r) => r.table === 'main' && r.prefixLength === 0 && r.type === 'unicast')?.dev ??
    null
  );
}

/**
 * The interface of the ENI that holds the pod's address, to which the VPC delivers: by the table of that ENI, whatever
 * rules are left to use it. Null where that is not known.
 */
export function eniInterface(node: NodeFacts, pod: Pod): string | null {
  if (pod.deviceNumber === 0 && !pod.branchEni) return primaryInterface(node);
  const eni = node.introspection.value.enis.find(({ id }) => id === pod.eniId);
  const table =
    pod.branchEni || pod.deviceNumber === null
      ? pod.table
      : String(eni?.routeTableId ?? pod.deviceNumber + 1);
  if (table === null || table === 'main') return null;
  const routes = pod.ip.includes(':') ? node.routes6.value : node.routes.value;
  return routes.find((r) => r.table === table && r.prefixLength === 0)?.dev ?? null;
}

/** Interface by which packets for the pod come in: that of its ENI, else the primary one. */
export function arrivalInterface(node: NodeFacts, pod: Pod): string | null {
  return eniInterface(node, pod) ?? primaryInterface(node);
}

export type InterfaceKind = 'eni' | 'veth' | 'branch' | 'overlay' | 'loopback' | 'bridge' | 'other';

/** Kind by name and role: EKS nodes name their devices in a small number of ways. */
export function interfaceKind(node: NodeFacts, name: string): InterfaceKind {
  if (name === 'lo') return 'loopback';
  if (name.startsWith('vlan.eth.')) return 'branch';
  if (
    /^(vxlan|tunl|flannel|cilium_vxlan|cilium_geneve|geneve|genev_sys|wireguard|wg|gre|ip6tnl|sit)/.test(name)
  ) {
    return 'overlay';
  }
  if (/^(docker|br-|cni|virbr|cbr|podman|lxdbr)/.test(name)) return 'bridge';
  if (/^(eni[0-9a-f]|vlan[0-9a-f]|cali[0-9a-f]|lxc[0-9a-f_]|veth)/.test(name)) return 'veth';
  if (name === primaryInterface(node) || /^(eth|ens|enp|eno)\d/.test(name)) return 'eni';
  if (node.pods.some((pod) => pod.veth === name)) return 'veth';
  return 'other';
}

/** Milliseconds from the pod's allocation to the collection; null when either is not known. */
export function podAgeSeconds(node: NodeFacts, pod: Pod): number | null {
  if (node.collectedAt === null || pod.allocatedAt === null) return null;
  return Math.round((node.collectedAt - pod.allocatedAt) / 1000);
}

export function cniEnv(
  node: NodeFacts,
  name: string,
): { value: string; loc: { file: string; line: number } } | null {
  const main = node.cniContainers.value.filter((c) => c.name === 'aws-node' || c.name === null);
  for (const container of main.length > 0 ? main : node.cniContainers.value) {
    const entry = container.env.get(name);
    if (entry !== undefined) return entry;
  }
  return null;
}
