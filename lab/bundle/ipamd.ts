/** ipamd/ of a bundle: what the VPC CNI's daemon answers about itself, true to the plan. */
import { ipamdPods } from '../plan.js';
import { enisOf, introspection, IPS_PER_ENI } from './enis.js';
import type { NodePlan, Plan } from '../types.js';
import type { Tree } from './archive.js';

/** Writes the files of ipamd/. `assigned` is when the pods got their addresses. */
export function writeIpamd(plan: Plan, node: NodePlan, tree: Tree, assigned: Date): void {
  const put = (file: string, value: unknown): void => void tree.set(`ipamd/${file}`, JSON.stringify(value));
  put('enis.json', introspection(plan, node, assigned));
  put('pods.json', {
    AvailableCommands: [
      '/v1/enis',
      '/v1/eni-configs',
      '/v1/networkutils-env-settings',
      '/v1/ipamd-env-settings',
    ],
  });
  put('eni-configs.json', 'default');
  put('networkutils-env-settings.json', {
    AWS_VPC_K8S_CNI_CONNMARK: 128,
    AWS_VPC_K8S_CNI_EXCLUDE_SNAT_CIDRS: null,
    AWS_VPC_K8S_CNI_EXTERNALSNAT: false,
    AWS_EXTERNAL_SERVICE_CIDRS: null,
    AWS_VPC_ENI_MTU: 9001,
    AWS_VPC_K8S_CNI_VETHPREFIX: 'eni',
    AWS_VPC_CNI_NODE_PORT_SUPPORT: true,
    AWS_VPC_K8S_CNI_RANDOMIZESNAT: 2,
  });
  put('ipamd-env-settings.json', {
    WARM_IP_TARGET: 0,
    WARM_ENI_TARGET: 1,
    AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG: false,
    AWS_MANAGE_ENIS_NON_SCHEDULABLE: false,
    ENABLE_SUBNET_DISCOVERY: true,
  });
  put('ipam.json', {
    version: 'vpc-cni-ipam/1',
    allocations: ipamdPods(plan, node).map((pod) => ({
      networkName: 'aws-cni',
      containerID: pod.sandboxId,
      ifName: 'eth0',
      ...(pod.ip6 ? { ipv6: pod.ip6 } : { ipv4: pod.ip }),
      allocationTimestamp: assigned.getTime() * 1e6,
      metadata: { k8sPodNamespace: pod.namespace, k8sPodName: pod.name },
    })),
  });
  tree.set('ipamd/metrics.json', metrics(plan, node));
}

function metrics(plan: Plan, node: NodePlan): string {
  const enis = enisOf(plan, node);
  const gauges: [string, string, string, number][] = [
    [
      'awscni_assigned_ip_addresses',
      'gauge',
      'The number of IP addresses assigned to pods',
      ipamdPods(plan, node).length,
    ],
    ['awscni_total_ip_addresses', 'gauge', 'The total number of IP addresses', enis.length * IPS_PER_ENI],
    ['awscni_eni_allocated', 'gauge', 'The number of ENIs allocated', enis.length],
    ['awscni_eni_max', 'gauge', 'The maximum number of ENIs that can be attached to the instance', 4],
    [
      'awscni_ip_max',
      'gauge',
      'The maximum number of IP addresses that can be allocated to the instance',
      4 * IPS_PER_ENI,
    ],
    [
      'awscni_no_available_ip_addresses',
      'counter',
      'The number of pod IP assignments that fail due to no available IP addresses',
      0,
    ],
    [
      'awscni_force_removed_enis',
      'counter',
      'The number of ENIs force removed while they had assigned pods',
      0,
    ],
    [
      'awscni_reconcile_count',
      'counter',
      'The number of times ipamd reconciles on ENIs and IP addresses',
      88,
    ],
    ['go_goroutines', 'gauge', 'Number of goroutines that currently exist.', 31],
  ];
  return gauges
    .map(([name, type, help, value]) => `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${name} ${value}\n`)
    .join('');
}
