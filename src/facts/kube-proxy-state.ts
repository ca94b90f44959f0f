import { isKnown } from '../model/location.js';
import { defineFact, flag, known, number, oneOf, unknown } from './support/define.js';
import { fileEvidence } from './support/evidence.js';

/** What kube-proxy has left on the node. Empty chains mean something in iptables mode only. */
export const kubeProxyState = defineFact({
  name: 'kube_proxy_state',
  description: 'The service rules of a node, and whether kube-proxy runs.',
  fields: {
    mode: oneOf(['iptables', 'ipvs', 'nftables', 'none', 'unknown'], 'none: it is replaced'),
    nat_known: flag('the nat table was collected'),
    service_chains: number('KUBE-SVC-* chains; null when the nat table was not collected'),
    endpoint_chains: number('KUBE-SEP-* chains; null when the nat table was not collected'),
    services: number('services with their endpoints, in whatever mode'),
    replaced: flag('another data path serves services: Cilium chains or processes'),
    process_running: flag('kube-proxy is in the process list; null when it was not collected'),
    process_gone: flag(
      'the process list shows kubelet and no kube-proxy, though its log or rules say that it ran here',
    ),
    rules_missing: flag(
      'iptables mode or not known, nothing replaces it, and the nat table holds no service chain',
    ),
  },
  compute: (context) => {
    if (context.nodes.length === 0) return unknown('no bundle was given');
    return known(
      context.nodes.map((node) => {
        const nat = isKnown(node.iptables) ? node.iptables.value.tables.get('nat') : undefined;
        const count = (prefix: string): number | null =>
          nat === undefined ? null : [...nat.chains.keys()].filter((name) => name.startsWith(prefix)).length;
        const processes = isKnown(node.processes) ? node.processes.value : null;
        const replaced =
          node.kubeProxyMode === 'none' ||
          [...(node.iptables.value.tables.get('filter')?.chains.keys() ?? [])].some((c) =>
            c.startsWith('CILIUM_'),
          ) ||
          (processes ?? []).some((p) => /(^|[/\s])cilium-agent(\s|$)/.test(p.command));
        const chains = count('KUBE-SVC-');
        const kubelet = processes?.find((p) => /(^|[/\s])kubelet(\s|$)/.test(p.command));
        const running =
          processes === null ? null : processes.some((p) => /(^|[/\s])kube-proxy(\s|$)/.test(p.command));
        return {
          node: node.id,
          fields: {
            mode: node.kubeProxyMode,
            nat_known: nat !== undefined,
            service_chains: chains,
            endpoint_chains: count('KUBE-SEP-'),
            services: node.services.length,
            replaced,
            process_running: running,
            process_gone:
              running === false &&
              kubelet !== undefined &&
              !replaced &&
              ['iptables', 'ipvs', 'nftables'].includes(node.kubeProxyMode),
            rules_missing:
              chains === 0 &&
              !replaced &&
              ['iptables', 'unknown'].includes(node.kubeProxyMode) &&
              node.services.length === 0,
          },
          evidence: [
            fileEvidence(
              node.id,
              node.iptables.file,
              `${String(chains ?? '?')} KUBE-SVC chains in table nat`,
            ),
            ...(running === false
              ? [fileEvidence(node.id, node.processes.file, 'not there: a process kube-proxy')]
              : []),
          ],
        };
      }),
    );
  },
});
