/**
 * Names by which a folder is known to be the top of a log bundle. Collectors leave files out when a tool fails or a
 * category was not asked for, so no single file may be required.
 */

/** Folders of the collectors that nothing else is likely to have. */
export const OWN_FOLDERS = new Set([
  'networking',
  'var_log',
  'ipamd',
  'sysctls',
  'nodeadm',
  'sandbox-image',
  'automode',
]);

/** Folders of the collectors with names that other trees have too: they count with a known file, or in company. */
export const COMMON_FOLDERS = new Set([
  'system',
  'kernel',
  'kubelet',
  'cni',
  'containerd',
  'docker',
  'storage',
  'gpu',
  'modinfo',
  'bottlerocket',
]);

export const KNOWN_FILE = new RegExp(
  '^(?:' +
    [
      'system/(?:script-params|instance-id|region|availability-zone|services|ps|ps-threads|netstat|procstat|pkglist|top|pressure_\\w+)\\.txt',
      'kernel/(?:uname\\.txt|dmesg\\.(?:current|human\\.current|boot))',
      'kubelet/(?:kubelet\\.log|kubelet(?:-eks)?_service\\.txt|kubeconfig\\.yaml|svc\\.log|kubelet-config\\.json)',
      'cni/(?:[^/]+\\.conflist|cni-configuration-variables-.+)',
      'containerd/containerd-(?:log|containers|tasks|images|config|version)\\.txt',
      'docker/docker(?:\\.log|-.+\\.txt)',
      'storage/(?:mounts|lsblk|inodes|xfs|pod_local_storage)\\.txt',
    ].join('|') +
    ')$',
);

/** Below `system/` of a Windows bundle. */
export const WINDOWS_FILE =
  /^(?:sysinfo|(?:system|application)-eventlogs\.csv|network\/(?:ip|routes|ports)\.txt|network\/hns\/.+|kubelet\/kubelet-service\.csv|kube-proxy\/kube-proxy-service\.csv|firewall\/firewall-.+|events\/.+\.evtx|eks\/.+)$/;

/** Flat files of Bottlerocket's logdog that nothing else is likely to have. */
export const LOGDOG_OWN = new Set([
  'journalctl.log',
  'journalctl.errors',
  'journalctl-boots',
  'logdog.errors',
  'signpost',
  'wicked',
  'kube-status',
  'containerd-config-host',
  'iptables-filter',
  'iptables-nat',
  'df-inodes',
]);

/** Flat files of logdog with names that other trees have too. */
export const LOGDOG_COMMON = new Set([
  'settings.json',
  'containerd-config',
  'proc-mounts',
  'os-release',
  'dmesg',
]);

/** Names that only the VPC CNI and its network policy agent write. */
export const CNI_LOG =
  /^(?:ipamd|network-policy-agent|ebpf-sdk|egress-v[46]-plugin)(?:-[\w.-]*)?\.log(?:[.-][\w.-]*)?$/;
