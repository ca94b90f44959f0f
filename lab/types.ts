/** The plain values that pass between the lab's steps: plan → wiring → traffic → captures → bundle → truth. */

/** A node of the plan. Addresses are invented; `netns` exists only while the lab runs. */
export interface NodePlan {
  readonly role: 'src' | 'dst';
  readonly netns: string;
  /** `ip-10-0-1-5.eu-central-1.compute.internal` */
  readonly hostName: string;
  readonly instanceId: string;
  readonly zone: string;
  readonly ip: string;
  readonly ip6: string | null;
  readonly mac: string;
  readonly eni: string;
  readonly subnet: string;
  readonly subnetId: string;
  readonly gateway: string;
  readonly gateway6: string | null;
  /** The /80 of an IPv6 cluster that this node's pods take addresses from. */
  readonly prefix6: string | null;
  /** Second network interface (eth1, route table 2), where the fault asks for one. */
  readonly second: SecondEni | null;
  /** Branch interface of one pod (VLAN of eth0, route table 100 + VLAN), where the fault asks for one. */
  readonly branch: BranchEni | null;
}

export interface BranchEni extends SecondEni {
  readonly vlan: number;
}

export interface SecondEni {
  readonly ip: string;
  readonly mac: string;
  readonly eni: string;
  readonly subnet: string;
  readonly subnetId: string;
  readonly gateway: string;
}

/** A: client under test, B: server under test, C and D: bystanders, E: DNS server. */
export type PodKey = 'A' | 'B' | 'C' | 'D' | 'E';

export interface PodPlan {
  readonly key: PodKey;
  readonly netns: string;
  readonly node: 'src' | 'dst';
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly sandboxId: string;
  readonly containerId: string;
  readonly ip: string;
  readonly ip6: string | null;
  readonly hostVeth: string;
  readonly hostMac: string;
  readonly mac: string;
  /** 0: primary network interface of the node, 1: the second one, `branch`: one of the pod's own. */
  readonly device: 0 | 1 | 'branch';
}

export interface ServicePlan {
  /** `namespace/name:port` as kube-proxy prints it. */
  readonly name: string;
  readonly protocol: 'tcp' | 'udp';
  readonly clusterIp: string;
  readonly port: number;
  /** `ip:port` */
  readonly endpoint: string;
}

/** Times in seconds, shares from 0 to 1. */
export interface Cable {
  /** Wait of every frame. */
  readonly delay?: number;
  /** Share of frames that wait `late` on top of it. */
  readonly reorder?: number;
  readonly late?: number;
  /** Share of frames that arrive twice. */
  readonly duplicate?: number;
}

/** How a fault wants the lab to differ from two nodes in one VPC with IPv4. */
export interface PlanOptions {
  readonly sameNode?: boolean;
  /** The destination node lives in another VPC range, so the source node translates to its own address. */
  readonly otherVpc?: boolean;
  readonly secondEni?: boolean;
  readonly ipv6?: boolean;
  /** The source node has a second interface, and all pods live on the first one. */
  readonly idleSecondEni?: boolean;
  /** Pods get overlay addresses and cross nodes in a tunnel. */
  readonly overlay?: 'vxlan' | 'ipip' | 'geneve';
  /** The pod under test has a branch interface of its own: a VLAN of the source node's trunk. */
  readonly branchEni?: boolean;
  /** How the line to the destination node treats frames, without losing any. */
  readonly cable?: Cable;
}

export interface Plan {
  readonly id: string;
  readonly options: PlanOptions;
  readonly region: string;
  readonly cluster: string;
  readonly vpcCidr: string;
  readonly router: string;
  /** Namespace of the line to the destination node, with `options.cable`. */
  readonly cable: string | null;
  readonly nodes: { readonly src: NodePlan; readonly dst: NodePlan };
  readonly pods: Readonly<Record<PodKey, PodPlan>>;
  readonly services: readonly ServicePlan[];
  readonly apiServer: string;
  /** Overlay range of each node's pods, with `options.overlay`. */
  readonly overlay: { readonly src: string; readonly dst: string } | null;
}

export type FlowRole = 'fail' | 'healthy' | 'lossy';
/** `burst`: datagrams one after the other without waiting, to a server that never answers. */
export type FlowKind = 'http' | 'upload' | 'udp' | 'burst' | 'dns' | 'icmp';

/** One flow as the client is told to make it. Times in seconds, sizes in bytes. */
export interface FlowSpec {
  readonly id: string;
  readonly role: FlowRole;
  readonly from: PodKey | 'n1';
  readonly to: PodKey | 'n2' | 'service';
  readonly proto: 'tcp' | 'udp' | 'icmp';
  readonly kind: FlowKind;
  readonly src: string;
  readonly sport: number;
  readonly dst: string;
  readonly dport: number;
  readonly requests: number;
  readonly size: number;
  readonly gap: number;
  readonly start: number;
  readonly timeout: number;
}

/** What the client itself saw. */
export interface FlowOutcome {
  readonly id: string;
  readonly outcome: string;
  readonly requests_sent: number;
  readonly replies: number;
  /** Seconds since 1970 when the client began. */
  readonly began: number;
}

export type PointName = 'src_veth' | 'src_eth0' | 'dst_eth0' | 'dst_veth';

/** A capture beside the four points. */
export type ExtraPoint = 'src_eth1' | 'src_veth_c' | 'dst_veth_d';

export interface CaptureOptions {
  readonly tool?: 'tcpdump' | 'dumpcap';
  /** One `-i any` capture per node instead of one per interface. */
  readonly any?: boolean;
  readonly snaplen?: number;
  /** `-y`: the link type of an `-i any` capture. */
  readonly linkType?: 'LINUX_SLL' | 'LINUX_SLL2';
  /** tcpdump's filter expression; `{A}` and `{B}` stand for the addresses of the pods under test. */
  readonly filter?: string;
  /** Keeps only so many files of `rotate`: a ring, whose numbers say nothing of the order. */
  readonly ring?: number;
  /** `-B`: the kernel's buffer in KiB. A small one makes the capture itself miss packets. */
  readonly buffer?: number;
  /** Starts a new file after so many megabytes (`-C`, `-W 20`). */
  readonly rotate?: number;
  /** Devices captured beside the four points: a second network interface, the veths of bystanders. */
  readonly also?: readonly ExtraPoint[];
  readonly gzip?: boolean;
  /** Points that are not captured. */
  readonly without?: readonly PointName[];
  /** Seconds by which the destination node's clock is ahead. */
  readonly skew?: number;
  /** Seconds after the start of traffic at which the destination node's captures begin. */
  readonly lateDst?: number;
  /** Seconds after the start of traffic at which the source node's captures end. */
  readonly earlySrc?: number;
  /** How the operator named the files. */
  readonly naming?: 'instance' | 'plain' | 'worker' | 'role';
}
