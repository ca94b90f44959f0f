import type { FlowEnd } from '../model/trace.js';

/** A five-tuple from the sender's view. Protocol is the IP protocol number. */
export interface FiveTuple {
  readonly protocol: number;
  readonly src: FlowEnd;
  readonly dst: FlowEnd;
}

/**
 * What alignment may know of the network from bundles. All of it is optional knowledge: with `NO_TOPOLOGY` the
 * captures speak for themselves.
 */
export interface Topology {
  readonly nodes: readonly TopologyNode[];
  /** The other tuple of a NATed connection, as conntrack lists it: how the packet looks after the node. */
  translate(tuple: FiveTuple): FiveTuple | null;
  /** Endpoints behind a service address, empty when it is none. */
  endpoints(protocol: number, address: FlowEnd): readonly FlowEnd[];
  /** Interface by which packets of a pod leave the node, null when not known. */
  egressInterface(node: string, podIp: string, destination: string): string | null;
  /** Interface to which the VPC delivers packets for a pod of the node, null when not known. */
  ingressInterface(node: string, podIp: string): string | null;
}

export interface TopologyNode {
  readonly id: string;
  /** Other words for the node that file names may hold: instance id, host name, short host name. */
  readonly aliases: readonly string[];
  /** Addresses of the node itself. */
  readonly addresses: readonly string[];
  readonly pods: readonly {
    readonly ip: string;
    readonly veth: string | null;
    readonly name: string | null;
  }[];
  readonly interfaces: readonly {
    readonly name: string;
    readonly mac: string | null;
    readonly kind: 'veth' | 'eni' | 'other';
  }[];
}

export const NO_TOPOLOGY: Topology = {
  nodes: [],
  translate: () => null,
  endpoints: () => [],
  egressInterface: () => null,
  ingressInterface: () => null,
};
