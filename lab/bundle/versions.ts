/** Software versions of the invented nodes. */
import type { Plan } from '../types.js';

export const CNI_VERSION = 'v1.21.1';
export const AGENT_VERSION = 'v1.3.1';
export const KUBE_PROXY_VERSION = 'v1.31.3';
export const KUBELET_VERSION = 'v1.31.4-eks-aeac579';
export const KERNEL = '6.1.115-126.197.amzn2023.x86_64';

/** Id of the aws-node container, the same in every file that names it. */
export const CNI_CONTAINER = '3c1d7b0a5e9f4c28b6d01f7a9e3c5b8d2f4a6c8e0b1d3f5a7c9e1b3d5f7a9c1e';

const REPOSITORIES = {
  cni: `amazon-k8s-cni:${CNI_VERSION}-eksbuild.1`,
  agent: `amazon/aws-network-policy-agent:${AGENT_VERSION}-eksbuild.1`,
  kubeProxy: `eks/kube-proxy:${KUBE_PROXY_VERSION}-minimal-eksbuild.2`,
  coredns: 'eks/coredns:v1.11.3-eksbuild.2',
} as const;

/** The public account of EKS images, which is in every EKS manifest. */
export function image(plan: Plan, which: keyof typeof REPOSITORIES): string {
  return `602401143452.dkr.ecr.${plan.region}.amazonaws.com/${REPOSITORIES[which]}`;
}

/** An image of the invented account. */
export function ownImage(plan: Plan, app: string): string {
  return `123456789012.dkr.ecr.${plan.region}.amazonaws.com/${app}:2.4.1`;
}
