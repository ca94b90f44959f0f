/** Section `cni`: versions, settings that differ from the defaults, configuration files. */
import type { NodeFacts } from '../../model/node.js';
import { place, table } from './table.js';
import type { Cell, Table } from './types.js';

/** Values in force when a setting is absent; settings of the container's surroundings are not here. */
export const CNI_DEFAULTS: Readonly<Record<string, string>> = {
  WARM_ENI_TARGET: '1',
  WARM_IP_TARGET: '',
  MINIMUM_IP_TARGET: '',
  WARM_PREFIX_TARGET: '1',
  MAX_ENI: '-1',
  ENABLE_PREFIX_DELEGATION: 'false',
  AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG: 'false',
  ENI_CONFIG_LABEL_DEF: 'k8s.amazonaws.com/eniConfig',
  ENI_CONFIG_ANNOTATION_DEF: 'k8s.amazonaws.com/eniConfig',
  ENABLE_POD_ENI: 'false',
  POD_SECURITY_GROUP_ENFORCING_MODE: 'strict',
  DISABLE_TCP_EARLY_DEMUX: 'false',
  AWS_VPC_K8S_CNI_EXTERNALSNAT: 'false',
  AWS_VPC_K8S_CNI_EXCLUDE_SNAT_CIDRS: '',
  AWS_VPC_K8S_CNI_RANDOMIZESNAT: 'prng',
  AWS_EXTERNAL_SERVICE_CIDRS: '',
  AWS_VPC_ENI_MTU: '9001',
  POD_MTU: '',
  AWS_VPC_CNI_NODE_PORT_SUPPORT: 'true',
  AWS_VPC_K8S_CNI_CONNMARK: '128',
  AWS_VPC_K8S_CNI_VETHPREFIX: 'eni',
  ENABLE_IPv4: 'true',
  ENABLE_IPv6: 'false',
  ENABLE_V4_EGRESS: 'true',
  ENABLE_V6_EGRESS: 'false',
  IP_COOLDOWN_PERIOD: '30',
  ENABLE_SUBNET_DISCOVERY: 'true',
  NETWORK_POLICY_ENFORCING_MODE: 'standard',
  ENABLE_BANDWIDTH_PLUGIN: 'false',
  DISABLE_NETWORK_RESOURCE_PROVISIONING: 'false',
  ENABLE_IMDS_ONLY_MODE: 'false',
  AWS_MANAGE_ENIS_NON_SCHEDULABLE: 'false',
  ENABLE_MULTI_NIC: 'false',
  DISABLE_POD_V6: 'false',
  DISABLE_INTROSPECTION: 'false',
  DISABLE_METRICS: 'false',
};

/** ipamd prints settings in a form of its own. */
const SAME: Readonly<Record<string, readonly string[]>> = {
  AWS_VPC_K8S_CNI_RANDOMIZESNAT: ['2'],
  AWS_VPC_K8S_CNI_EXCLUDE_SNAT_CIDRS: ['null', '[]'],
  AWS_EXTERNAL_SERVICE_CIDRS: ['null', '[]'],
  WARM_IP_TARGET: ['0', 'none'],
  MINIMUM_IP_TARGET: ['0', 'none'],
  WARM_PREFIX_TARGET: ['0', 'none'],
  MAX_ENI: ['0', ''],
};

export interface CniSetting {
  readonly name: string;
  readonly value: string;
  readonly fallback: string | null;
  readonly isDefault: boolean;
  readonly container: string | null;
  readonly place: string;
}

/** Settings of the CNI containers, and those ipamd reports besides; by name. */
export function cniSettings(node: NodeFacts): CniSetting[] {
  const found = new Map<string, CniSetting>();
  const add = (name: string, value: string, container: string | null, where: string): void => {
    if (!Object.hasOwn(CNI_DEFAULTS, name) || found.has(name)) return;
    const fallback = CNI_DEFAULTS[name]!;
    const isDefault = value === fallback || (Object.hasOwn(SAME, name) && SAME[name]!.includes(value));
    found.set(name, { name, value, fallback, isDefault, container, place: where });
  };
  const containers = [...node.cniContainers.value].sort(
    (a, b) => Number(b.name === 'aws-node') - Number(a.name === 'aws-node'),
  );
  for (const c of containers)
    for (const [name, { value, loc }] of c.env) add(name, value, c.name, place(loc));
  for (const [name, { value, loc }] of node.settings?.value ?? []) add(name, value, null, place(loc));
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

export function cniTables(node: NodeFacts): Table[] {
  const settings = cniSettings(node);
  const changed = settings.filter((s) => !s.isDefault);
  const { identity } = node;
  const versions: Cell[][] = [
    ['VPC CNI', identity.cniVersion],
    ['network policy agent', identity.nodeAgentVersion],
    ['Kubernetes', identity.kubernetesVersion],
    ['kube-proxy mode', node.kubeProxyMode],
  ];
  const containers = node.cniContainers.value.map((c): Cell[] => [c.name, c.version, c.image, place(c.loc)]);
  const files = node.cniConfigs.map((c): Cell[] => [
    c.name,
    c.types.join(', '),
    c.mtu,
    c.vethPrefix ?? null,
    c.podSgEnforcingMode ?? null,
    place(c.loc),
  ]);
  return [
    table('versions', 'versions', ['component', 'version'], versions),
    table(
      'containers',
      'CNI containers, running or stopped',
      ['container', 'version', 'image', 'evidence'],
      containers,
    ),
    table(
      'settings',
      `settings that differ from the defaults (${settings.length} known, ${changed.length} differ)`,
      ['setting', 'value', 'default', 'container', 'evidence'],
      changed.map((s): Cell[] => [s.name, s.value, s.fallback, s.container, s.place]),
    ),
    table(
      'conflists',
      'configuration files',
      ['file', 'plugins', 'mtu=MTU', 'veth_prefix=veth prefix', 'sg_mode=security groups', 'evidence'],
      files,
    ),
  ];
}
