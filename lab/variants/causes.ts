/** Causes, as the cases' truth names them, and the rules that state them. */
const RULES: Readonly<Record<string, readonly string[]>> = {
  aws_node_crash: ['aws-node-unhealthy'],
  ipamd_error: ['aws-node-unhealthy'],
  bad_cni_version: ['cni-version-known-bad'],
  calico_coexistence: ['calico-with-vpc-cni'],
  conntrack_full: ['conntrack-exhausted'],
  ena_allowance: ['ena-allowance-exceeded', 'conntrack-allowance-exceeded'],
  ebpf_error: ['ebpf-program-error'],
  mtu_blackhole: ['mtu-black-hole'],
  reject_rule: ['forward-rule-reject', 'forward-rule-drop'],
  vpc_drop: ['trace-vpc-drop', 'trace-return-path-drop'],
};

export const rulesOf = (cause: string): readonly string[] => RULES[cause] ?? [cause.replaceAll('_', '-')];
