import type { Bundle, BundleKind, SourceFile } from '../model/source.js';

type Names = readonly string[];

/**
 * Where each artifact lies. The first column is the shell collector's and the node monitoring agent's tree; flat
 * names of Bottlerocket's logdog and of the support script of CNI <= 1.5 stand beside it.
 */
const TABLE = {
  iptablesSave: { tree: ['networking/iptables-save.txt'], cniSupport: ['iptables-save.out'] },
  iptablesFilter: {
    tree: ['networking/iptables-filter.txt', 'networking/iptables.txt'],
    bottlerocket: ['iptables-filter'],
    cniSupport: ['iptables.out'],
  },
  iptablesNat: {
    tree: ['networking/iptables-nat.txt'],
    bottlerocket: ['iptables-nat'],
    cniSupport: ['iptables-nat.out'],
  },
  iptablesMangle: { tree: ['networking/iptables-mangle.txt'], cniSupport: ['iptables-mangle.out'] },
  ip6tablesSave: { tree: ['networking/ip6tables-save.txt'] },
  ip6tablesFilter: { tree: ['networking/ip6tables-filter.txt', 'networking/ip6tables.txt'] },
  ip6tablesNat: { tree: ['networking/ip6tables-nat.txt'] },
  ip6tablesMangle: { tree: ['networking/ip6tables-mangle.txt'] },
  routes: { tree: ['networking/iproute.txt'], cniSupport: ['route.out'] },
  routes6: { tree: ['networking/ip6route.txt'] },
  rules: { tree: ['networking/iprule.txt'], cniSupport: ['iprule.out'] },
  rules6: { tree: ['networking/ip6rule.txt'] },
  ipset: { tree: ['networking/ipset.txt'] },
  ipvsadm: { tree: ['networking/ipvsadm.txt'] },
  ifconfig: { tree: ['networking/ifconfig.txt'], cniSupport: ['ifconfig.out'] },
  conntrack: { tree: ['networking/conntrack.txt'] },
  conntrack6: { tree: ['networking/conntrack6.txt'] },
  ethtool: { tree: ['networking/ethtool.txt'] },
  sysctl: { tree: ['sysctls/sysctl_all.txt'], cniSupport: ['sysctls.out'] },
  resolvConf: { tree: ['networking/resolv.conf'] },
  apiServer: { tree: ['networking/curl_api_server.txt', 'networking/get_api_server.txt'] },
  ebpfPrograms: { tree: ['networking/ebpf-data.txt'] },
  ebpfMaps: { tree: ['networking/ebpf-maps-data.txt'] },
  ebpfClusterMaps: { tree: ['networking/ebpf-cp-maps-data.txt'] },
  nftKubeProxy: { tree: ['networking/nftables-ip-kube-proxy.txt'] },
  nftKubeProxy6: { tree: ['networking/nftables-ip6-kube-proxy.txt'] },
  enis: { tree: ['ipamd/enis.json', 'ipamd/enis.txt'], cniSupport: ['eni.out'] },
  checkpoint: { tree: ['ipamd/ipam.json'] },
  metrics: { tree: ['ipamd/metrics.json', 'ipamd/metrics.txt'], cniSupport: ['metrics.out'] },
  ipamdSettings: {
    tree: ['ipamd/ipamd-env-settings.json', 'ipamd/ipamd-env-settings.txt'],
    cniSupport: ['ipamd-env.out'],
  },
  networkSettings: {
    tree: ['ipamd/networkutils-env-settings.json', 'ipamd/networkutils-env-settings.txt'],
    cniSupport: ['networkutils-env.out'],
  },
  cniContainers: {
    tree: ['cni/cni-configuration-variables-containerd.json', 'cni/cni-configuration-variables-dockerd.txt'],
  },
  ipamdLog: {
    tree: ['var_log/aws-routed-eni/ipamd.log'],
    bottlerocket: ['ipamd.log'],
    cniSupport: ['ipamd.log'],
  },
  pluginLog: {
    tree: ['var_log/aws-routed-eni/plugin.log'],
    bottlerocket: ['plugin.log'],
    cniSupport: ['plugin.log'],
  },
  policyLog: { tree: ['var_log/aws-routed-eni/network-policy-agent.log'] },
  kubeletLog: { tree: ['kubelet/kubelet.log'], bottlerocket: ['journalctl.log'] },
  kubeconfig: { tree: ['kubelet/kubeconfig.yaml'] },
  images: { tree: ['containerd/containerd-images.txt'] },
  containers: { tree: ['containerd/containerd-containers.txt'] },
  processes: { tree: ['system/ps.txt'] },
  uname: { tree: ['kernel/uname.txt'] },
  dmesg: {
    tree: ['kernel/dmesg.current', 'kernel/dmesg.boot', 'kernel/dmesg.human.current'],
    bottlerocket: ['dmesg'],
  },
  osRelease: { tree: ['system/os-release'], bottlerocket: ['os-release'] },
  instanceId: { tree: ['system/instance-id.txt'] },
  region: { tree: ['system/region.txt'] },
  zone: { tree: ['system/availability-zone.txt'] },
} as const satisfies Record<string, { tree: Names; bottlerocket?: Names; cniSupport?: Names }>;

export type Artifact = keyof typeof TABLE;

/** Names to look for, the most likely first. */
export function candidates(artifact: Artifact, kind: BundleKind): Names {
  const row: { tree: Names; bottlerocket?: Names; cniSupport?: Names } = TABLE[artifact];
  const { tree, bottlerocket = [], cniSupport = [] } = row;
  const own = kind === 'bottlerocket' ? bottlerocket : kind === 'cni-support' ? cniSupport : [];
  // A logdog archive may lie inside the agent's tree, and the kind of a hand-made folder is anyone's guess.
  return [...new Set([...own, ...tree, ...bottlerocket, ...cniSupport])];
}

/**
 * The file of an artifact, or null. Exact names win; then the same name below further folders, the shallowest
 * first, for bundles whose root was not recognised.
 */
export function findFile(bundle: Bundle, artifact: Artifact): SourceFile | null {
  return findFiles(bundle, artifact)[0] ?? null;
}

/** All files that may hold the artifact, best first. */
export function findFiles(bundle: Bundle, artifact: Artifact): readonly SourceFile[] {
  const names = candidates(artifact, bundle.kind);
  const exact = names.map((name) => bundle.files.get(name)).filter((file) => file !== undefined);
  if (exact.length > 0) return exact;
  const deeper: SourceFile[] = [];
  for (const name of names) {
    const matches = [...bundle.files.values()].filter((file) => file.name.endsWith(`/${name}`));
    deeper.push(...matches.sort((a, b) => a.name.split('/').length - b.name.split('/').length));
  }
  return deeper;
}

/** Files whose name matches, in name order. */
export function filesMatching(bundle: Bundle, pattern: RegExp): readonly SourceFile[] {
  const found = [...bundle.files.values()].filter((file) => pattern.test(file.name));
  return found.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

/**
 * A log with its rotated parts, oldest first: `plugin-2024-05-17T09-31-22.123.log` carries the time of its end;
 * `ipamd.log.2018-05-16-21` (CNI <= 1.6.0) the hour of its content; the plain file is the newest.
 */
export function logFiles(bundle: Bundle, artifact: 'ipamdLog' | 'pluginLog'): readonly SourceFile[] {
  const current = findFile(bundle, artifact);
  const base = artifact === 'ipamdLog' ? 'ipamd' : 'plugin';
  const rotated = filesMatching(
    bundle,
    new RegExp(`(?:^|/)${base}(?:-\\d{4}-[\\dT.-]{10,30}\\.log|\\.log\\.\\d{4}-[\\d-]{5,12})$`),
  );
  return current === null ? rotated : [...rotated.filter((file) => file !== current), current];
}
