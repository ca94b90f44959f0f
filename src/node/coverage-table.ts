import type { KubeProxyMode, NodeFacts } from '../model/node.js';
import type { BundleKind } from '../model/source.js';

/** What decides whether a file is to be expected. */
export interface Situation {
  readonly kind: BundleKind;
  readonly os: string | null;
  /** Of the collector; null when not known. */
  readonly version: string | null;
  readonly cniVersion: string | null;
  /** The node runs the VPC CNI, as far as anything shows. */
  readonly vpcCni: boolean;
  readonly ipv6: boolean;
  readonly introspectionOff: boolean;
  readonly metricsOff: boolean;
  /** The network policy agent enforces policies. */
  readonly networkPolicy: boolean;
  readonly kubeProxyMode: KubeProxyMode;
  /** A CoreDNS pod runs on this node. */
  readonly coredns: boolean;
  readonly hasFolder: (folder: string) => boolean;
}

type CollectedKey = {
  [K in keyof NodeFacts]-?: NonNullable<NodeFacts[K]> extends { state: unknown } ? K : never;
}[keyof NodeFacts];

interface FactArtifact {
  readonly key: CollectedKey;
  readonly what: string;
  readonly expected: (s: Situation) => boolean;
  readonly leavesUndecided: string;
}

interface LogArtifact {
  readonly pattern: RegExp;
  /** Path it would have. */
  readonly path: string;
  readonly what: string;
  readonly expected: (s: Situation) => boolean;
  readonly leavesUndecided: string;
}

/** Numeric comparison of dotted versions; unknown versions count as new. */
function atLeast(version: string | null, wanted: string): boolean {
  if (version === null) return true;
  const [a, b] = [version, wanted].map((v) => v.replace(/^v/, '').split('.').map(Number));
  for (let i = 0; i < 3; i += 1) {
    const difference = (a![i] ?? 0) - (b![i] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}

const linux = (s: Situation): boolean => s.kind !== 'windows-collector' && s.os !== 'windows';
/** Bundles with the folders of the shell collector. */
const tree = (s: Situation): boolean =>
  linux(s) && (s.kind === 'linux-collector' || s.kind === 'node-monitoring-agent' || s.kind === 'unknown');
const collector = (s: Situation): boolean => s.kind === 'linux-collector';
const treeOrSupport = (s: Situation): boolean => tree(s) || s.kind === 'cni-support';
/** Older releases of the shell collector did not make the file. */
const since = (version: string) => (s: Situation) =>
  tree(s) && (!collector(s) || atLeast(s.version, version));
/** The node monitoring agent can be asked for some categories only. */
const networking = (s: Situation): boolean =>
  treeOrSupport(s) && (s.kind !== 'node-monitoring-agent' || s.hasFolder('networking'));
const introspection = (s: Situation): boolean => treeOrSupport(s) && s.vpcCni && !s.introspectionOff;

export const FACT_ARTIFACTS: readonly FactArtifact[] = [
  {
    key: 'iptables',
    what: 'iptables rules',
    expected: (s) =>
      linux(s) && s.kind !== 'unknown' ? s.kind !== 'node-monitoring-agent' || networking(s) : tree(s),
    leavesUndecided: 'whether a rule or a policy of this node drops packets, and how services are translated',
  },
  {
    key: 'routes',
    what: 'route tables',
    expected: networking,
    leavesUndecided: 'which way packets leave this node, and whether a pod route is missing or a blackhole',
  },
  {
    key: 'rules',
    what: 'routing policy rules',
    expected: networking,
    leavesUndecided: 'which route table the packets of a pod use',
  },
  {
    key: 'interfaces',
    what: 'interface list (ifconfig)',
    expected: (s) => networking(s) && s.os !== 'bottlerocket',
    leavesUndecided: 'MTU and addresses of the interfaces, and whether the veth of a pod exists',
  },
  {
    key: 'conntrack',
    what: 'connection tracking table',
    expected: (s) => tree(s) && networking(s) && since('0.6.2')(s),
    leavesUndecided: 'how flows were translated, and whether the table was full or entries collided',
  },
  {
    key: 'ethtool',
    what: 'driver counters (ethtool)',
    expected: (s) => networking(s) && since('0.7.5')(s),
    leavesUndecided: 'whether the instance exceeded its bandwidth, packet or connection allowances',
  },
  {
    key: 'sysctl',
    what: 'kernel settings (sysctl)',
    expected: treeOrSupport,
    leavesUndecided:
      'whether forwarding is on, reverse path filtering is loose, and how large the connection table may grow',
  },
  {
    key: 'apiServer',
    what: 'API server check',
    expected: (s) => networking(s) && since('0.7.1')(s),
    leavesUndecided: 'whether this node reached its API server when the bundle was made',
  },
  {
    key: 'nameservers',
    what: 'resolv.conf of the node',
    expected: (s) => tree(s) && networking(s) && since('0.7.1')(s),
    leavesUndecided: 'which resolver the node uses',
  },
  {
    key: 'introspection',
    what: 'ENIs of ipamd (introspection)',
    expected: introspection,
    leavesUndecided: 'how many addresses are free, and on which ENI a pod is; ipamd may have been down',
  },
  {
    key: 'checkpoint',
    what: 'address checkpoint of ipamd',
    expected: (s) => tree(s) && s.vpcCni && since('0.6.2')(s) && atLeast(s.cniVersion, '1.7.0'),
    leavesUndecided: 'which pod holds which address',
  },
  {
    key: 'ipamdMetrics',
    what: 'metrics of ipamd',
    expected: (s) => treeOrSupport(s) && s.vpcCni && !s.metricsOff,
    leavesUndecided: 'how often ipamd found no address or its calls failed',
  },
  {
    key: 'cniContainers',
    what: 'settings of the CNI containers',
    expected: (s) => tree(s) && s.vpcCni && since('0.7.6')(s),
    leavesUndecided: 'which version and settings the CNI runs with',
  },
  {
    key: 'wiring',
    what: 'plugin.log of the CNI',
    expected: (s) => linux(s) && s.vpcCni,
    leavesUndecided: 'which veth was made for which pod, and why wiring a pod failed',
  },
  {
    key: 'ebpfPrograms',
    what: 'eBPF programs of the policy agent',
    expected: (s) => collector(s) && s.networkPolicy && atLeast(s.version, '0.7.8'),
    leavesUndecided: 'which pods have policies enforced',
  },
  {
    key: 'ebpfMaps',
    what: 'eBPF maps of the policy agent',
    expected: (s) => collector(s) && s.networkPolicy && atLeast(s.version, '0.7.8'),
    leavesUndecided: 'which peers and ports a network policy allows',
  },
  {
    key: 'ipsets',
    what: 'ipsets',
    expected: (s) => collector(s) && s.kubeProxyMode === 'ipvs' && atLeast(s.version, '0.7.8'),
    leavesUndecided: 'which addresses the rules of the ipvs mode match',
  },
  {
    key: 'ip6tables',
    what: 'ip6tables rules',
    expected: (s) => networking(s) && s.ipv6 && since('0.7.6')(s),
    leavesUndecided: 'whether a rule of this node drops IPv6 packets',
  },
  {
    key: 'routes6',
    what: 'IPv6 route tables',
    expected: (s) => networking(s) && s.ipv6 && since('0.7.6')(s),
    leavesUndecided: 'which way IPv6 packets leave this node',
  },
  {
    key: 'rules6',
    what: 'IPv6 routing policy rules',
    expected: (s) => networking(s) && s.ipv6 && since('0.7.6')(s),
    leavesUndecided: 'which route table the IPv6 packets of a pod use',
  },
  {
    key: 'processes',
    what: 'process list',
    expected: tree,
    leavesUndecided: 'which agents (kube-proxy, Calico, Cilium, the policy agent) ran, and with which flags',
  },
];

export const LOG_ARTIFACTS: readonly LogArtifact[] = [
  {
    pattern: /(?:^|\/)ipamd(?:-\d[\dT.-]+)?\.log(?:\.\d[\d-]+)?$/,
    path: 'var_log/aws-routed-eni/ipamd.log',
    what: 'ipamd.log of the CNI',
    expected: (s) => linux(s) && s.vpcCni,
    leavesUndecided: 'whether ipamd ran, and why addresses or ENIs could not be had',
  },
  {
    pattern: /(?:^|\/)network-policy-agent(?:-\d[\dT.-]+)?\.log$/,
    path: 'var_log/aws-routed-eni/network-policy-agent.log',
    what: 'log of the network policy agent',
    expected: (s) => tree(s) && s.networkPolicy,
    leavesUndecided: 'whether a network policy denied packets',
  },
  {
    pattern: /(?:^|\/)(?:kubelet\/kubelet\.log|kubelet\.out|journalctl\.log)$/,
    path: 'kubelet/kubelet.log',
    what: 'kubelet log',
    expected: tree,
    leavesUndecided: 'whether pods failed to start for want of a network',
  },
  {
    pattern:
      /(?:^|\/)(?:kube-proxy-[^/]*\.log|kube-system_kube-proxy-[^/]+\/kube-proxy\/[^/]+|kube-proxy\.(?:txt|log))$/,
    path: 'var_log/kube-system_kube-proxy-*/kube-proxy/0.log',
    what: 'kube-proxy log',
    expected: (s) => tree(s) && s.kubeProxyMode !== 'none',
    leavesUndecided: 'whether kube-proxy keeps the service rules up to date',
  },
  {
    pattern: /(?:^|\/)(?:coredns-[^/]*\.log|kube-system_coredns-[^/]+\/coredns\/[^/]+|coredns\.txt)$/,
    path: 'var_log/kube-system_coredns-*/coredns/0.log',
    what: 'CoreDNS log',
    expected: (s) => tree(s) && s.coredns,
    leavesUndecided: 'whether name resolution failed upstream or in the cluster',
  },
  {
    pattern: /(?:^|\/)(?:kernel\/dmesg\.(?:current|human\.current|boot)|dmesg)$/,
    path: 'kernel/dmesg.current',
    what: 'kernel messages',
    expected: (s) => tree(s) || s.kind === 'bottlerocket',
    leavesUndecided: 'whether the kernel reported a full connection table, martian packets or driver resets',
  },
];
