/** What a fault is: how it differs from the healthy lab, and what the truth about it is. */
import type { Flows } from './flows.js';
import type { PolicyMap } from './logs/agent.js';
import type { Tree } from './bundle/archive.js';
import type { CaptureOptions, FlowSpec, NodePlan, Plan, PlanOptions } from './types.js';

/** Names of causes as `truth.json` uses them. */
export const CAUSES = [
  'api_server_unreachable',
  'aws_node_crash',
  'bad_cni_version',
  'blackhole_route',
  'calico_coexistence',
  'calico_port_limit',
  'cidr_conflict',
  'clock_skew',
  'connection_refused',
  'conntrack_full',
  'coredns_errors',
  'custom_networking_misconfigured',
  'default_deny_policy',
  'dns_conntrack_race',
  'dst_pod_silent',
  'ebpf_error',
  'ena_allowance',
  'external_egress_blocked',
  'forward_policy_drop',
  'forward_rule_drop',
  'icmp_unreachable',
  'ip_exhaustion',
  'ipamd_error',
  'kube_proxy_down',
  'missing_route',
  'mtu_blackhole',
  'mtu_mismatch',
  'netpol_deny',
  'netpol_return_race',
  'overlay_tunnel_blocked',
  'partial_loss',
  'policyendpoint_missing',
  'prefix_delegation_exhausted',
  'reject_rule',
  'rp_filter_drop',
  'service_mesh_errors',
  'sgp_isolation',
  'src_pod_silent',
  'unreachable_route',
  'veth_missing',
  'vpc_drop',
  'vpc_reset',
  'wrong_interface_captured',
] as const;
export type Cause = (typeof CAUSES)[number];

export type Place = 'none' | 'src_pod' | 'src_node' | 'vpc' | 'dst_node' | 'dst_pod' | 'unknown';
export type TruthPlace = Place | `return_${Exclude<Place, 'none' | 'unknown'>}`;

export interface FaultTruth {
  readonly expected: readonly Cause[];
  readonly optional?: readonly Cause[];
  readonly dropPoint: TruthPlace;
  /** Other answers that are right too; `dropPoint` always is. */
  readonly accept?: readonly TruthPlace[];
  readonly notes?: readonly string[];
}

/** Kernel abilities that not every machine has. */
export type Ability = 'nft-netdev' | 'vxlan' | 'statistic' | 'ipv6-nat' | 'tbf' | 'tun';

/** Commands inside the lab's namespaces, for faults. */
export interface Lab {
  readonly plan: Plan;
  /** Runs a command line in the namespace of a node. */
  src(line: string): Promise<void>;
  dst(line: string): Promise<void>;
  /** Runs a command line in the router's namespace. */
  vpc(line: string): Promise<void>;
  /** Runs a command line in a pod's namespace. */
  pod(key: keyof Plan['pods'], line: string): Promise<void>;
}

export interface Fault {
  readonly name: string;
  readonly description: string;
  readonly needs?: readonly Ability[];
  readonly options?: PlanOptions;
  readonly capture?: CaptureOptions;
  /** Breaks the healthy lab; absent where all is well. */
  apply?(lab: Lab): Promise<void>;
  flows(flows: Flows): FlowSpec[];
  /** Changes what a node's bundle says, for what a namespace cannot show. */
  bundle?(tree: Tree, node: NodePlan, plan: Plan): void;
  /** Network policies that the agents' dumps and logs show. */
  policies?(plan: Plan): PolicyMap[];
  readonly truth: FaultTruth;
}
