/**
 * What a node's bundle says about its network, as plain values. Parsers in `src/artifacts` fill it, one file of
 * the bundle each; `src/node` joins them. Nothing here judges.
 */
import type { Collected, Loc } from './location.js';

export type Family = 4 | 6;

// ---------------------------------------------------------------- iptables

/** One `-m name …` with its options, or one of the built-in tests (`-s`, `-d`, `-i`, `-o`, `-p`, `-f`). */
export interface RuleMatch {
  /** `source`, `destination`, `in-interface`, `out-interface`, `protocol`, `fragment`, or the module's name. */
  readonly module: string;
  /** Option name without dashes (`ctstate`, `dport`, `mark`, `match-set`, `comment` …); equal to module for built-ins. */
  readonly option: string;
  readonly negated: boolean;
  /** Arguments as printed, unquoted. */
  readonly args: readonly string[];
  /** Which `-m` word of the rule it belongs to, from 0: `-m recent … -m recent …` are two tests. Built-ins: none. */
  readonly instance?: number;
}

export interface IptablesRule {
  readonly table: string;
  readonly chain: string;
  /** Position in its chain, from 1: what `iptables -L --line-numbers` shows. */
  readonly index: number;
  readonly matches: readonly RuleMatch[];
  /** `ACCEPT`, `DROP`, a user chain, `DNAT` …; null for a rule that only counts. */
  readonly target: string | null;
  /** True for `-g` (goto) instead of `-j`. */
  readonly goto: boolean;
  /** Target options: `to-destination` → [`10.0.2.7:8080`], `set-xmark`, `reject-with`, `random-fully` → []. */
  readonly targetOptions: ReadonlyMap<string, readonly string[]>;
  /** All `--comment` texts, joined by a blank. */
  readonly comment: string | null;
  /** Packets and bytes, from `-c` output or joined from the list files; null when not known. */
  readonly packets: number | null;
  readonly bytes: number | null;
  /** The line as it stands in the file. */
  readonly text: string;
  readonly loc: Loc;
}

export interface IptablesChain {
  readonly table: string;
  readonly name: string;
  /** `ACCEPT` or `DROP` of a built-in chain; null for user chains. */
  readonly policy: string | null;
  /** Packets that met the policy; from the list file where it is newer, null when not known. */
  readonly policyPackets: number | null;
  readonly rules: readonly IptablesRule[];
  readonly loc: Loc;
}

export interface IptablesTable {
  readonly name: string;
  readonly chains: ReadonlyMap<string, IptablesChain>;
}

export interface Iptables {
  readonly family: Family;
  /** `nf_tables`, `legacy` or null. */
  readonly backend: string | null;
  readonly tables: ReadonlyMap<string, IptablesTable>;
  /** True when a warning says that rules of the other backend exist and are not shown. */
  readonly otherBackendPresent: boolean;
  /** The first thousand lines that were not understood. */
  readonly notUnderstood: readonly Loc[];
  /** True when the file ends within a table, before its `COMMIT`. */
  readonly truncated?: boolean;
  /** Lines that look like rules or chains and were not understood: the rules are not all known. */
  readonly rulesNotUnderstood?: number;
  /** Tables that the source does not speak of (list files show one each); absent when all are known. */
  readonly uncollectedTables?: readonly string[];
}

// ---------------------------------------------------------------- ipset

export interface IpSetEntry {
  /** `10.0.0.0/8,tcp:80` split at commas; one word per dimension. */
  readonly words: readonly string[];
  readonly nomatch: boolean;
  readonly loc: Loc;
}

export interface IpSet {
  readonly name: string;
  /** `hash:ip,port`, `bitmap:port`, `list:set` … */
  readonly type: string;
  /** 4, 6, or null where the type has no address. */
  readonly family: Family | null;
  /** Header options as printed: `hashsize` → `1024`, `timeout`, `range` … */
  readonly options: ReadonlyMap<string, string>;
  readonly entries: readonly IpSetEntry[];
  readonly loc: Loc;
}

// ---------------------------------------------------------------- routing

export type RouteType =
  | 'unicast'
  | 'local'
  | 'broadcast'
  | 'multicast'
  | 'anycast'
  | 'blackhole'
  | 'unreachable'
  | 'prohibit'
  | 'throw';

export interface NextHop {
  readonly via: string | null;
  readonly dev: string | null;
  readonly weight: number | null;
}

export interface Route {
  readonly family: Family;
  readonly type: RouteType;
  /** `10.0.0.0/8` always with a prefix length; `0.0.0.0/0` or `::/0` for default. */
  readonly dst: string;
  readonly prefixLength: number;
  readonly via: string | null;
  readonly dev: string | null;
  readonly nexthops: readonly NextHop[];
  /** `main`, `local`, `default`, or the number or name as printed. */
  readonly table: string;
  readonly proto: string | null;
  readonly scope: string | null;
  readonly src: string | null;
  readonly metric: number | null;
  readonly mtu: number | null;
  /** `onlink`, `linkdown`, `dead` … */
  readonly flags: readonly string[];
  readonly text: string;
  readonly loc: Loc;
}

export interface IpRule {
  readonly family: Family;
  readonly priority: number;
  readonly not: boolean;
  readonly from: string | null;
  readonly to: string | null;
  readonly fwmark: { readonly value: number; readonly mask: number } | null;
  readonly iif: string | null;
  readonly oif: string | null;
  readonly ipproto: string | null;
  readonly sport: string | null;
  readonly dport: string | null;
  readonly tos: string | null;
  readonly suppressPrefixLength: number | null;
  /** `lookup TABLE` or what the rule does instead. */
  readonly action:
    | { readonly kind: 'lookup'; readonly table: string }
    | { readonly kind: 'blackhole' | 'unreachable' | 'prohibit' | 'nop' }
    | { readonly kind: 'goto'; readonly priority: number };
  /** Words that were not understood: the rule then cannot be decided. */
  readonly unknown: readonly string[];
  readonly text: string;
  readonly loc: Loc;
}

// ---------------------------------------------------------------- interfaces, counters, state

export interface NetInterface {
  readonly name: string;
  readonly mac: string | null;
  readonly mtu: number | null;
  /** `UP`, `RUNNING`, `LOOPBACK` … */
  readonly flags: readonly string[];
  readonly addresses: readonly {
    readonly address: string;
    readonly prefixLength: number;
    readonly family: Family;
  }[];
  readonly rxPackets: number | null;
  readonly txPackets: number | null;
  readonly rxErrors: number | null;
  readonly rxDropped: number | null;
  readonly txErrors: number | null;
  readonly txDropped: number | null;
  /** Line of the counter `txDropped`, where the interface has one. */
  readonly txLoc?: Loc;
  readonly loc: Loc;
}

export interface Tuple {
  readonly src: string;
  readonly dst: string;
  /** Ports; for ICMP sport is the id and dport 0. */
  readonly sport: number;
  readonly dport: number;
}

export interface ConntrackEntry {
  readonly proto: string;
  readonly state: string | null;
  readonly original: Tuple;
  readonly reply: Tuple;
  /** `ASSURED`, `UNREPLIED`, `OFFLOAD` … */
  readonly flags: readonly string[];
  readonly mark: number | null;
  readonly loc: Loc;
}

export interface Conntrack {
  /** Summed over CPUs: `found`, `invalid`, `insert_failed`, `drop`, `early_drop` … */
  readonly stats: ReadonlyMap<string, { readonly value: number; readonly loc: Loc }>;
  /** Entries listed; `entries` may hold fewer (see `note` of the Collected around it). */
  readonly count: number;
  readonly entries: readonly ConntrackEntry[];
}

export interface Sysctl {
  readonly value: string;
  readonly loc: Loc;
}

export interface Counter {
  readonly value: number;
  readonly loc: Loc;
}

// ---------------------------------------------------------------- CNI

export interface PodAllocation {
  readonly ip: string;
  readonly namespace: string | null;
  readonly pod: string | null;
  readonly containerId: string | null;
  readonly ifName: string | null;
  /** Milliseconds since the epoch, or null. */
  readonly allocatedAt: number | null;
  readonly loc: Loc;
}

export interface EniAddress {
  readonly address: string;
  readonly assigned: boolean;
  readonly namespace: string | null;
  readonly pod: string | null;
  /** Milliseconds since the epoch of the last release; null when never or in use. */
  readonly unassignedAt: number | null;
}

export interface Eni {
  readonly id: string;
  readonly primary: boolean;
  readonly trunk: boolean;
  readonly networkCard: number;
  readonly deviceNumber: number;
  readonly routeTableId: number | null;
  readonly subnetId: string | null;
  /** `10.0.1.16/28` or `/32`s. */
  readonly cidrs: readonly string[];
  readonly hasPrefixes: boolean;
  readonly addresses: readonly EniAddress[];
  readonly loc: Loc;
}

export interface Introspection {
  readonly totalIps: number;
  readonly assignedIps: number;
  readonly enis: readonly Eni[];
}

export interface CniContainer {
  /** `aws-node`, `aws-vpc-cni-init` … or null when the file does not say. */
  readonly name: string | null;
  readonly image: string | null;
  /** `v1.18.1` from the image tag or VPC_CNI_VERSION. */
  readonly version: string | null;
  readonly env: ReadonlyMap<string, { readonly value: string; readonly loc: Loc }>;
  readonly loc: Loc;
}

/** One `SetupPodNetwork` and what came of it, as the CNI plugin's log tells: the surest pod-to-veth map. */
export interface PodWiring {
  readonly namespace: string | null;
  readonly pod: string | null;
  readonly ip: string | null;
  readonly hostVeth: string;
  readonly containerId: string | null;
  /** Milliseconds since the epoch. */
  readonly time: number | null;
  readonly op: 'add' | 'del';
  readonly loc: Loc;
}

export interface EbpfProgram {
  readonly podIdentifier: string;
  readonly direction: 'ingress' | 'egress';
  readonly programId: number;
  readonly maps: readonly { readonly name: string; readonly id: number }[];
  readonly loc: Loc;
}

export interface EbpfMapEntry {
  readonly key: string;
  readonly protocol: string;
  readonly startPort: number;
  readonly endPort: number;
  /** Of cluster policies: priority and action; null in namespaced ones. */
  readonly priority: number | null;
  readonly loc: Loc;
}

export interface EbpfMap {
  readonly id: number;
  readonly empty: boolean;
  readonly entries: readonly EbpfMapEntry[];
  readonly loc: Loc;
}

export interface ApiServerCheck {
  readonly url: string | null;
  readonly attempts: number;
  readonly reached: number;
  /** `Connection timed out`, `Could not resolve host` … with where it stands. */
  readonly errors: readonly { readonly text: string; readonly loc: Loc }[];
  /** Node clock minus server clock in seconds (from `date:` headers), or null. */
  readonly clockSkewSeconds: number | null;
}

export interface ContainerImage {
  readonly image: string;
  readonly loc: Loc;
}

export interface Process {
  readonly command: string;
  readonly loc: Loc;
}

export interface NodeIdentity {
  readonly instanceId: string | null;
  readonly instanceType: string | null;
  readonly region: string | null;
  readonly zone: string | null;
  readonly hostname: string | null;
  readonly primaryIp: string | null;
  readonly primaryMac: string | null;
  readonly primaryInterface: string | null;
  readonly vpcId: string | null;
  readonly subnetId: string | null;
  readonly vpcCidrs: readonly string[];
  readonly enis: readonly string[];
  readonly cniVersion: string | null;
  readonly nodeAgentVersion: string | null;
  readonly kubernetesVersion: string | null;
  readonly kernel: string | null;
  /** `al2`, `al2023`, `ubuntu`, `bottlerocket`, `windows` or null. */
  readonly os: string | null;
  readonly ami: string | null;
  readonly clusterName: string | null;
  /** MAC address → ENI, as ipamd logged them: which interface an ENI is. */
  readonly eniMacs?: ReadonlyMap<string, { readonly id: string; readonly device: number }>;
}

// ---------------------------------------------------------------- joined

/** A pod address of this node with all that is known of its wiring. */
export interface Pod {
  readonly ip: string;
  readonly namespace: string | null;
  readonly name: string | null;
  /** Host side of its veth pair, from the plugin log, the pod's route or the name's hash; null when not known. */
  readonly veth: string | null;
  /** How `veth` is known. */
  readonly vethFrom: 'plugin-log' | 'route' | 'hash' | null;
  readonly eniId: string | null;
  readonly deviceNumber: number | null;
  /** Route table its traffic leaves by: `main`, `2`, `101` …; null when not known. */
  readonly table: string | null;
  readonly branchEni: boolean;
  readonly allocatedAt: number | null;
  readonly loc: Loc;
}

export interface ServiceEndpoint {
  readonly ip: string;
  readonly port: number;
  readonly loc: Loc;
}

export interface Service {
  /** `namespace/name:port-name` from the rule's comment, or null. */
  readonly name: string | null;
  readonly clusterIp: string;
  readonly port: number;
  readonly protocol: 'tcp' | 'udp' | 'sctp';
  readonly endpoints: readonly ServiceEndpoint[];
  /** The rule or line that rejects traffic to a service without endpoints, if there is one. */
  readonly rejected: Loc | null;
  readonly loc: Loc;
}

export type KubeProxyMode = 'iptables' | 'ipvs' | 'nftables' | 'none' | 'unknown';

/** Everything known about one node. Maps are keyed by name; arrays keep the order of the files. */
export interface NodeFacts {
  /** The bundle's id. */
  readonly id: string;
  readonly identity: NodeIdentity;
  readonly collectedAt: number | null;
  readonly iptables: Collected<Iptables>;
  readonly ip6tables: Collected<Iptables>;
  readonly routes: Collected<readonly Route[]>;
  readonly routes6: Collected<readonly Route[]>;
  readonly rules: Collected<readonly IpRule[]>;
  readonly rules6: Collected<readonly IpRule[]>;
  /** Sets by name; absent where no reader of `ipset.txt` ran. */
  readonly ipsets?: Collected<ReadonlyMap<string, IpSet>>;
  readonly interfaces: Collected<readonly NetInterface[]>;
  readonly conntrack: Collected<Conntrack>;
  /** Interface → counter name → value. */
  readonly ethtool: Collected<ReadonlyMap<string, ReadonlyMap<string, Counter>>>;
  readonly sysctl: Collected<ReadonlyMap<string, Sysctl>>;
  readonly introspection: Collected<Introspection>;
  readonly checkpoint: Collected<readonly PodAllocation[]>;
  /** Prometheus metrics of ipamd: `name{label="x"}` as printed → value. */
  readonly ipamdMetrics: Collected<ReadonlyMap<string, Counter>>;
  readonly cniContainers: Collected<readonly CniContainer[]>;
  /** Names of the files in cni/, such as `10-aws.conflist`. */
  readonly cniConfigs: readonly {
    readonly name: string;
    readonly types: readonly string[];
    readonly mtu: number | null;
    /** `eni` unless configured, and `strict` or `standard`; null where the file does not say. */
    readonly vethPrefix?: string | null;
    readonly podSgEnforcingMode?: string | null;
    readonly loc: Loc;
  }[];
  /** Settings ipamd works with, by name (`AWS_VPC_K8S_CNI_EXTERNALSNAT` …); values as text, lists as JSON. */
  readonly settings?: Collected<ReadonlyMap<string, { readonly value: string; readonly loc: Loc }>>;
  readonly wiring: Collected<readonly PodWiring[]>;
  readonly ebpfPrograms: Collected<readonly EbpfProgram[]>;
  readonly ebpfMaps: Collected<ReadonlyMap<number, EbpfMap>>;
  readonly apiServer: Collected<ApiServerCheck>;
  readonly nameservers: Collected<readonly { readonly address: string; readonly loc: Loc }[]>;
  readonly images: Collected<readonly ContainerImage[]>;
  readonly processes: Collected<readonly Process[]>;
  readonly pods: readonly Pod[];
  readonly services: readonly Service[];
  readonly kubeProxyMode: KubeProxyMode;
}
