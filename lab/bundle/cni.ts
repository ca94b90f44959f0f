/** cni/ of a bundle: the CNI's configuration and the environment of its container. */
import { CNI_CONTAINER, CNI_VERSION, image } from './versions.js';
import type { NodePlan, Plan } from '../types.js';
import type { Tree } from './archive.js';

export function writeCni(plan: Plan, node: NodePlan, tree: Tree): void {
  if (plan.overlay) {
    tree.set('cni/10-calico.conflist', JSON.stringify(calico, null, 2) + '\n');
    return;
  }
  tree.set('cni/10-aws.conflist', JSON.stringify(conflist(plan), null, 2) + '\n');
  tree.set(
    'cni/cni-configuration-variables-containerd.json',
    JSON.stringify(container(plan, node), null, 4) + '\n',
  );
}

const calico = {
  name: 'k8s-pod-network',
  cniVersion: '0.3.1',
  plugins: [
    {
      type: 'calico',
      datastore_type: 'kubernetes',
      mtu: 8951,
      ipam: { type: 'calico-ipam' },
      policy: { type: 'k8s' },
    },
    { type: 'portmap', snat: true, capabilities: { portMappings: true } },
  ],
};

function conflist(plan: Plan): object {
  const v6 = plan.options.ipv6 ?? false;
  const log = { pluginLogLevel: 'DEBUG' };
  return {
    cniVersion: '0.4.0',
    name: 'aws-cni',
    disableCheck: true,
    plugins: [
      {
        name: 'aws-cni',
        type: 'aws-cni',
        vethPrefix: 'eni',
        mtu: '9001',
        podSGEnforcingMode: 'strict',
        pluginLogFile: '/var/log/aws-routed-eni/plugin.log',
        ...log,
        capabilities: { 'io.kubernetes.cri.pod-annotations': true },
      },
      {
        name: 'egress-cni',
        type: 'egress-cni',
        mtu: '9001',
        enabled: String(v6),
        randomizeSNAT: 'prng',
        nodeIP: '',
        ipam: {
          type: 'host-local',
          ranges: [[{ subnet: v6 ? '169.254.172.0/22' : 'fd00::ac:00/118' }]],
          routes: [{ dst: v6 ? '0.0.0.0/0' : '::/0' }],
          dataDir: `/run/cni/v4pd/egress-${v6 ? 'v4' : 'v6'}-ipam`,
        },
        pluginLogFile: `/var/log/aws-routed-eni/egress-${v6 ? 'v4' : 'v6'}-plugin.log`,
        ...log,
      },
      { type: 'portmap', capabilities: { portMappings: true }, snat: true },
    ],
  };
}

function container(plan: Plan, node: NodePlan): object {
  const v6 = plan.options.ipv6 ?? false;
  const env = {
    ADDITIONAL_ENI_TAGS: '{}',
    ANNOTATE_POD_IP: 'false',
    AWS_VPC_CNI_NODE_PORT_SUPPORT: 'true',
    AWS_VPC_ENI_MTU: '9001',
    AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG: 'false',
    AWS_VPC_K8S_CNI_EXTERNALSNAT: 'false',
    AWS_VPC_K8S_CNI_LOGLEVEL: 'DEBUG',
    AWS_VPC_K8S_CNI_LOG_FILE: '/host/var/log/aws-routed-eni/ipamd.log',
    AWS_VPC_K8S_CNI_RANDOMIZESNAT: 'prng',
    AWS_VPC_K8S_CNI_VETHPREFIX: 'eni',
    CLUSTER_NAME: plan.cluster,
    DISABLE_INTROSPECTION: 'false',
    DISABLE_METRICS: 'false',
    ENABLE_IPv4: String(!v6),
    ENABLE_IPv6: String(v6),
    ENABLE_POD_ENI: String(node.branch !== null),
    ENABLE_PREFIX_DELEGATION: String(v6),
    NETWORK_POLICY_ENFORCING_MODE: 'standard',
    POD_SECURITY_GROUP_ENFORCING_MODE: 'strict',
    VPC_CNI_VERSION: CNI_VERSION,
    WARM_ENI_TARGET: '1',
    WARM_PREFIX_TARGET: '1',
  };
  return {
    ID: CNI_CONTAINER,
    Labels: { 'io.kubernetes.container.name': 'aws-node', 'io.kubernetes.pod.namespace': 'kube-system' },
    Image: image(plan, 'cni'),
    Spec: {
      process: {
        args: ['/app/aws-vpc-cni'],
        env: Object.entries(env).map(([key, value]) => `${key}=${value}`),
      },
    },
  };
}
