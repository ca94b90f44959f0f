import type { Loc } from '../model/location.js';
import type { Family, RouteType } from '../model/node.js';

export type CtState = 'NEW' | 'ESTABLISHED' | 'RELATED' | 'INVALID' | 'UNTRACKED';

/** The packet in question, as it enters the node (or leaves the local process). */
export interface SimPacket {
  readonly family: Family;
  readonly src: string;
  readonly dst: string;
  readonly protocol: 'tcp' | 'udp' | 'icmp' | 'icmpv6' | 'sctp' | number;
  /** Ports; 0 for protocols without. */
  readonly sport: number;
  readonly dport: number;
  /** Interface it comes in by; null when a process of the node sends it. */
  readonly iif: string | null;
  /** What connection tracking says of it. Established packets keep no memory of a translation here. */
  readonly ctstate: CtState;
  /** Packet mark, 0 when absent. */
  readonly mark?: number;
  /** Connection mark; when absent 0 for NEW packets and not known for others. */
  readonly ctmark?: number;
  /** `SYN`, `SYN,ACK` …; when absent `SYN` for NEW packets and not known for others. */
  readonly tcpFlags?: string;
  /** When absent an echo request for NEW packets and not known for others. */
  readonly icmpType?: number;
  readonly icmpCode?: number;
  /** Bytes of the IP packet. */
  readonly length?: number;
  readonly ttl?: number;
  /** Whether the connection was translated; not known when absent, except for NEW packets. */
  readonly ctstatus?: { readonly dnat: boolean; readonly snat: boolean };
}

export type SimVerdict = 'forwarded' | 'delivered' | 'dropped' | 'rejected' | 'undetermined';

export type Hook = 'PREROUTING' | 'INPUT' | 'FORWARD' | 'OUTPUT' | 'POSTROUTING';

/** One thing that happened to the packet on its way. `hook` is `ROUTING` for routing decisions. */
export interface TrailEntry {
  readonly hook: Hook | 'ROUTING';
  /** iptables table, or the routing table of a route. */
  readonly table: string | null;
  readonly chain: string | null;
  /** The line of the rule or route, or words for what no line of the bundle says. */
  readonly text: string;
  readonly file: string | null;
  readonly line: number | null;
  /** `jump KUBE-SERVICES`, `mark 0x4000`, `DNAT to 10.0.2.7:8080`, `drop` … */
  readonly effect: string;
}

export interface Decision {
  readonly kind: 'rule' | 'route' | 'policy' | 'rp_filter' | 'sysctl' | 'ttl';
  /** The line of the bundle that decided, or words where a missing line decided (no route). */
  readonly text: string;
  readonly loc: Loc | null;
  readonly table?: string;
  readonly chain?: string;
  readonly routeType?: RouteType;
  /** Answer sent back when rejected: `icmp-port-unreachable`, `tcp-reset`, `icmp-net-unreachable` … */
  readonly rejectWith?: string;
}

export interface SimEnd {
  /** Null when the bundle does not tell the address. */
  readonly ip: string | null;
  /** Null when the kernel picks a port. */
  readonly port: number | null;
}

export interface SimResult {
  readonly verdict: SimVerdict;
  /** Interface it leaves by; null when it does not leave, or when that is not determined. */
  readonly outInterface: string | null;
  /** Addresses after NAT; null when nothing is rewritten (or the branches differ). */
  readonly translated: { readonly src: SimEnd; readonly dst: SimEnd } | null;
  /** What settled the verdict; of the first branch where all branches agree on it. */
  readonly decidedBy: Decision | null;
  readonly trail: readonly TrailEntry[];
  /** Each possible outcome, when the bundle does not single one out. */
  readonly branches?: readonly SimResult[];
  /** Why there are several outcomes, or none that can be told. */
  readonly undetermined: readonly string[];
  /** Marks at the end of the way; null when not known. */
  readonly mark: number | null;
  readonly ctmark: number | null;
  /** Time to live (hop limit) with which it leaves; null when not known. */
  readonly ttl: number | null;
}
