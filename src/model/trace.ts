/** What alignment finds: where each tap stands, what became of each flow, and the place of loss. */

export const POINTS = ['src_veth', 'src_eth0', 'dst_eth0', 'dst_veth'] as const;
export type Point = (typeof POINTS)[number];

export type Segment = 'none' | 'src_pod' | 'src_node' | 'vpc' | 'dst_node' | 'dst_pod' | 'unknown';
export type Direction = 'forward' | 'return' | 'none';
export type Verdict = 'delivered' | 'dropped' | 'lossy' | 'rejected' | 'inconclusive';

/**
 * Why a verdict is what it is. Stable codes.
 * - `answered`, `acknowledged`, `seen-at-last-point`: delivered.
 * - `not-seen-beyond`: dropped; seen at one point, at no time at the next.
 * - `no-answer`: everything arrived at the destination pod and nothing came back.
 * - `partial`: some packets lost; `size`: only large ones; `fragment`: datagrams lost a fragment.
 * - `rst`, `icmp`: rejected.
 * - `outside-window`, `point-not-captured`, `interface-not-captured`, `beyond-last-point`, `capture-empty`,
 *   `one-way`, `roles-unknown`: inconclusive.
 */
export type FlowReason =
  | 'answered'
  | 'acknowledged'
  | 'seen-at-last-point'
  | 'not-seen-beyond'
  | 'no-answer'
  | 'partial'
  | 'size'
  | 'fragment'
  | 'rst'
  | 'icmp'
  | 'outside-window'
  | 'point-not-captured'
  | 'interface-not-captured'
  | 'beyond-last-point'
  | 'capture-empty'
  | 'one-way'
  | 'roles-unknown';

/** One tapped interface: a capture file, or one interface of a file that holds several. */
export interface Tap {
  /** `file` or `file#3` for interface 3 of a capture of several. */
  readonly id: string;
  readonly file: string;
  readonly iface: number | null;
  /** Where it stands in the path of the flows in question; null when it is none of the four points. */
  readonly point: Point | null;
  /** Bundle id of its node, or `node-1`, `node-2` where no bundle tells; null when not known. */
  readonly node: string | null;
  /** Kernel name of the interface when known. */
  readonly interfaceName: string | null;
  readonly kind: 'veth' | 'eni' | 'unknown';
  /** Pod addresses behind a veth tap (one, or more with IPv6). */
  readonly podIps: readonly string[];
  /** How the role was found, in words: `MAC 0a:… is eth0 of i-0a13…`. */
  readonly reason: string;
  /** `given` by the user, `certain` (MAC, interface name), `likely` (TTL, timing), `assumed` (file name, elimination). */
  readonly certainty: 'given' | 'certain' | 'likely' | 'assumed';
  readonly packets: number;
  /** Nanoseconds since the epoch by the tap's own clock; null for an empty tap. */
  readonly first: bigint | null;
  readonly last: bigint | null;
  /** Packets seen before and after but not here, of those that had to pass here; null when not measurable. */
  readonly missRate: number | null;
}

export interface ClockOffset {
  /** Node ids; the offset is clock(b) − clock(a). */
  readonly a: string;
  readonly b: string;
  /** Nanoseconds, or null when nothing matched. */
  readonly offsetNs: number | null;
  /** Half width of the feasible interval in nanoseconds; null when one-sided. */
  readonly boundNs: number | null;
  readonly oneSided: boolean;
  /** Parts per million over the capture, 0 when not needed. */
  readonly driftPpm: number;
  readonly matches: number;
}

export interface FlowEnd {
  readonly ip: string;
  readonly port: number;
}

export interface PointCount {
  /** From the flow's source to its destination. */
  readonly packets: number;
  readonly bytes: number;
  readonly returnPackets: number;
  readonly returnBytes: number;
  /** ISO 8601 with microseconds, by the tap's own clock. */
  readonly first: string | null;
  readonly last: string | null;
  /** The interface by which packets came in here from the other node, where the captures show one alone. */
  readonly arrivedBy?: string;
}

export interface Loss {
  readonly segment: Segment;
  readonly direction: Direction;
  /** Units (segments, datagrams) that entered and that were lost. */
  readonly sent: number;
  readonly lost: number;
  /** lost / sent with its 95 % Wilson interval. */
  readonly rate: number;
  readonly low: number;
  readonly high: number;
  /** Points between which they were lost. */
  readonly from: Point;
  readonly to: Point;
}

export interface Rejection {
  readonly by: 'rst' | 'icmp';
  /** ICMP type and code, null for RST. */
  readonly icmpType: number | null;
  readonly icmpCode: number | null;
  /** Address that sent it. */
  readonly sender: string;
  /** First point on the way back at which it was seen. */
  readonly firstSeen: Point;
  readonly segment: Segment;
  /** Segments in which it may have been made: one where that is known. */
  readonly candidates: readonly Segment[];
}

export interface SizeLoss {
  /** IP bytes of the largest packet that passed and of the smallest that was lost, as they go on the wire. */
  readonly largestPassed: number;
  readonly smallestLost: number;
  readonly dontFragment: boolean;
}

export interface Flow {
  readonly protocol: 'tcp' | 'udp' | 'icmp' | 'icmpv6' | 'sctp' | 'other';
  /** As the client used it (before NAT where a point before NAT was captured). */
  readonly src: FlowEnd;
  readonly dst: FlowEnd;
  /** Addresses after NAT, where they differ; `inferred` when packets and not conntrack or rules tell. */
  readonly translated: { readonly src: FlowEnd; readonly dst: FlowEnd; readonly inferred: boolean } | null;
  readonly verdict: Verdict;
  readonly segment: Segment;
  readonly direction: Direction;
  readonly reason: FlowReason;
  /** One sentence for people. */
  readonly explanation: string;
  readonly points: Partial<Readonly<Record<Point, PointCount>>>;
  /** Last point at which the packets in question were seen, and the first at which they were missing. */
  readonly lastSeen: Point | null;
  readonly firstMissing: Point | null;
  readonly losses: readonly Loss[];
  readonly rejection: Rejection | null;
  readonly size: SizeLoss | null;
  /** SYNs, answers and so on, for anomalies. */
  readonly syn: number;
  readonly synAck: number;
  readonly retransmissions: number;
  /** Nanoseconds since the epoch of the first packet at the first point, by that clock. */
  readonly firstNs: bigint;
  readonly lastNs: bigint;
}

export interface TraceSummary {
  readonly segment: Segment;
  readonly direction: Direction;
  readonly verdict: Verdict;
  /** `yes`, `no` or `not_captured`, for the flows in question. */
  readonly seen: Readonly<Record<Point, 'yes' | 'no' | 'not_captured'>>;
  readonly confidence: 'high' | 'medium' | 'low';
  /** One sentence for people. */
  readonly explanation: string;
  /** What speaks against it or makes it less certain. */
  readonly against: readonly string[];
  /** Indexes into `flows` of those it speaks of. */
  readonly flows: readonly number[];
}

export interface Trace {
  readonly trafficPath: 'same_node' | 'cross_node' | 'unknown';
  readonly taps: readonly Tap[];
  readonly clocks: readonly ClockOffset[];
  /** Flows asked about or gone wrong, worst first, then a bounded number of others. */
  readonly flows: readonly Flow[];
  /** By verdict, over all flows, also those not listed. */
  readonly counts: Readonly<Record<Verdict, number>>;
  readonly summary: TraceSummary;
  /** Pod addresses at the two ends of the flows in question, when known. */
  readonly srcIp: string | null;
  readonly dstIp: string | null;
  readonly srcNode: string | null;
  readonly dstNode: string | null;
  /** Loss over all flows, per segment and direction. */
  readonly losses: readonly Loss[];
  readonly notes: readonly string[];
}
