import { parseKubeProxyMode } from '../artifacts/kube-proxy-log.js';
import { isKnown } from '../model/location.js';
import type { KubeProxyMode } from '../model/node.js';
import type { Service } from '../model/node.js';
import type { CniFacts } from './cni.js';
import { filesMatching, findFile } from './files.js';
import type { NetworkFacts } from './network.js';
import type { ArtifactReader } from './reader.js';

const LOGS =
  /(?:^|\/)(?:kube-proxy-[^/]*_kube-system_kube-proxy-[0-9a-f]+\.log|kube-system_kube-proxy-[^/]+\/kube-proxy\/\d+\.log|kube-proxy\.txt)$/;
const BYTES = 4 * 1024 * 1024;

/**
 * How services are translated on this node: what kube-proxy's log says of its last start, else what the kernel's
 * tables show. `none` (a replacement such as Cilium's) only where the process list shows that no kube-proxy runs.
 */
export function kubeProxyMode(
  reader: ArtifactReader,
  network: NetworkFacts,
  cni: CniFacts,
  virtualServers: readonly Service[],
): KubeProxyMode {
  // Both copies of the log and those of earlier containers, in name order: `1.log` after `0.log`.
  const logs = filesMatching(reader.bundle, LOGS);
  for (const file of [...logs].reverse().slice(0, 8)) {
    const mode = parseKubeProxyMode(reader.linesOf(file, BYTES));
    if (mode !== null) return mode;
  }
  const chains = [...(network.iptables.value.tables.get('nat')?.chains.keys() ?? [])];
  if (network.interfaces.value.some((it) => it.name === 'kube-ipvs0') || virtualServers.length > 0)
    return 'ipvs';
  if (chains.some((name) => name.startsWith('KUBE-SVC-') || name.startsWith('KUBE-SEP-'))) return 'iptables';
  if (findFile(reader.bundle, 'nftKubeProxy') !== null) return 'nftables';
  const runs = cni.processes.value.some((process) => /(?:^|\/)kube-proxy(?:\s|$)/.test(process.command));
  const flag = cni.processes.value.map(
    (p) => /--proxy-mode[= ](iptables|ipvs|nftables)/.exec(p.command)?.[1],
  );
  const named = flag.find((mode) => mode !== undefined);
  if (named !== undefined) return named as KubeProxyMode;
  if (chains.includes('KUBE-SERVICES')) return 'iptables';
  return isKnown(cni.processes) && cni.processes.value.length > 20 && !runs && logs.length === 0
    ? 'none'
    : 'unknown';
}
