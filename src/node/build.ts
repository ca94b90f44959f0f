import { parseIpvsadm } from '../artifacts/ipvsadm.js';
import { parseNftKubeProxy } from '../artifacts/nft-kube-proxy.js';
import type { Limits } from '../limits.js';
import type { NodeFacts } from '../model/node.js';
import type { Bundle, Problem } from '../model/source.js';
import { collectCni } from './cni.js';
import { identify } from './identity.js';
import { kubeProxyMode } from './kube-proxy-mode.js';
import { collectNetwork } from './network.js';
import { joinPods } from './pods.js';
import { ArtifactReader } from './reader.js';
import { iptablesServices } from './services.js';

/**
 * Reads the artifacts of one bundle and joins them to what is known of its node. Never judges, and never fails on
 * what a bundle holds: a file that cannot be read or understood is a problem, and its fact says so.
 */
export async function buildNode(
  bundle: Bundle,
  limits: Limits,
): Promise<{ facts: NodeFacts; problems: readonly Problem[] }> {
  const reader = new ArtifactReader(bundle, limits);
  const network = collectNetwork(reader);
  await breathe();
  const { pluginVpcCidrs, ...cni } = collectCni(reader);
  await breathe();
  const identity = identify(reader, network, { ...cni, pluginVpcCidrs });
  const ownAddresses = new Set(network.interfaces.value.flatMap((it) => it.addresses.map((a) => a.address)));
  const virtualServers = reader
    .text('ipvsadm', [], parseIpvsadm)
    .value.filter(
      (service) => !ownAddresses.has(service.clusterIp) || isServiceDevice(network, service.clusterIp),
    );
  const facts: NodeFacts = {
    id: bundle.id,
    identity,
    collectedAt: bundle.collectedAt,
    ...network,
    ...cni,
    pods: joinPods(network, { ...cni, pluginVpcCidrs }, identity.eniMacs),
    services: [
      ...iptablesServices(network.iptables.value),
      ...iptablesServices(network.ip6tables.value),
      ...virtualServers,
      ...reader.text('nftKubeProxy', [], parseNftKubeProxy).value,
      ...reader.text('nftKubeProxy6', [], parseNftKubeProxy).value,
    ],
    kubeProxyMode: kubeProxyMode(reader, network, { ...cni, pluginVpcCidrs }, virtualServers),
  };
  return { facts, problems: reader.problems };
}

/** In ipvs mode every cluster address is bound to `kube-ipvs0`; other own addresses carry node ports. */
function isServiceDevice(network: Pick<NodeFacts, 'interfaces'>, address: string): boolean {
  const holder = network.interfaces.value.find((it) => it.addresses.some((a) => a.address === address));
  return holder?.name === 'kube-ipvs0';
}

/** Lets timers and signals in between the large files. */
function breathe(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
