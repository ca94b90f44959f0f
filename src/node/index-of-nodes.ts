import type { NodeFacts, Pod, Service } from '../model/node.js';

/** Answers for all nodes of a run, computed once per list of nodes. */
export interface NodeIndex {
  readonly pods: ReadonlyMap<string, { readonly node: NodeFacts; readonly pod: Pod }>;
  readonly addresses: ReadonlyMap<string, { readonly node: NodeFacts; readonly device: string | null }>;
  readonly eniAddresses: ReadonlyMap<string, { readonly node: NodeFacts; readonly eniId: string }>;
  readonly services: ReadonlyMap<string, readonly { readonly node: NodeFacts; readonly service: Service }[]>;
  readonly macs: ReadonlyMap<string, readonly { readonly node: NodeFacts; readonly device: string }[]>;
}

const cache = new WeakMap<readonly NodeFacts[], NodeIndex>();

export function indexOf(nodes: readonly NodeFacts[]): NodeIndex {
  const known = cache.get(nodes);
  if (known !== undefined) return known;
  const index = build(nodes);
  cache.set(nodes, index);
  return index;
}

function build(nodes: readonly NodeFacts[]): NodeIndex {
  const pods = new Map<string, { node: NodeFacts; pod: Pod }>();
  const addresses = new Map<string, { node: NodeFacts; device: string | null }>();
  const eniAddresses = new Map<string, { node: NodeFacts; eniId: string }>();
  const services = new Map<string, { node: NodeFacts; service: Service }[]>();
  const macs = new Map<string, { node: NodeFacts; device: string }[]>();
  for (const node of nodes) {
    for (const pod of node.pods) {
      const before = pods.get(pod.ip)?.pod;
      // Two nodes may claim an address that moved between their collections: the later allocation has it.
      if (before === undefined || (before.allocatedAt ?? 0) < (pod.allocatedAt ?? 0))
        pods.set(pod.ip, { node, pod });
    }
    const { primaryIp, primaryInterface, primaryMac } = node.identity;
    if (primaryIp !== null) addresses.set(primaryIp, { node, device: primaryInterface });
    for (const it of node.interfaces.value) {
      for (const { address } of it.addresses) {
        // Loopback and the addresses every node has alike belong to none.
        if (!isShared(address) && it.name !== 'kube-ipvs0') addresses.set(address, { node, device: it.name });
      }
      if (it.mac !== null) macs.set(it.mac, [...(macs.get(it.mac) ?? []), { node, device: it.name }]);
    }
    if (primaryMac !== null && primaryInterface !== null && !macs.has(primaryMac)) {
      macs.set(primaryMac, [{ node, device: primaryInterface }]);
    }
    for (const eni of node.introspection.value.enis) {
      for (const { address } of eni.addresses) eniAddresses.set(address, { node, eniId: eni.id });
      for (const cidr of eni.cidrs) {
        const host = /^(.+)\/(?:32|128)$/.exec(cidr)?.[1];
        if (host !== undefined) eniAddresses.set(host, { node, eniId: eni.id });
      }
    }
    for (const service of node.services) {
      const list = services.get(service.clusterIp) ?? [];
      list.push({ node, service });
      services.set(service.clusterIp, list);
    }
  }
  return { pods, addresses, eniAddresses, services, macs };
}

function isShared(address: string): boolean {
  return /^(?:127\.|169\.254\.|fe80:|::1$|fd00:ec2:)/i.test(address);
}
