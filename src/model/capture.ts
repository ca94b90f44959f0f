/**
 * Packets of one capture as columns. A reader task fills them in a worker and transfers the buffers; nothing
 * here holds payload bytes, so memory is a fixed number of bytes per packet whatever the snap length.
 */

export const PROTO_ICMP = 1;
export const PROTO_TCP = 6;
export const PROTO_UDP = 17;
export const PROTO_ICMPV6 = 58;
export const PROTO_SCTP = 132;

export const TCP_FIN = 0x01;
export const TCP_SYN = 0x02;
export const TCP_RST = 0x04;
export const TCP_PSH = 0x08;
export const TCP_ACK = 0x10;

/** Bits of the `bits` column. */
export const BIT_DF = 0x01;
/** First fragment (more fragments set, offset 0). */
export const BIT_FRAG_FIRST = 0x02;
/** Later fragment (offset > 0). */
export const BIT_FRAG_LATER = 0x04;
/** The last fragment of its datagram. */
export const BIT_FRAG_LAST = 0x08;
/** The payload hash covers fewer bytes than the payload has (snap length). */
export const BIT_SNAPPED = 0x10;
/** An ICMP error; `quotedFlow` names the flow it speaks of. */
export const BIT_ICMP_ERROR = 0x20;
/** Exact duplicate (same IP id, same bytes) of the packet before it on the same interface within 50 µs. */
export const BIT_DUPLICATE = 0x40;
/** The packet came out of VXLAN, Geneve, IPIP or GRE; all columns describe the inner packet. */
export const BIT_ENCAPSULATED = 0x80;

/** Packet direction at the tap, where the link type or pcapng flags tell. */
export const DIR_UNKNOWN = 0;
export const DIR_IN = 1;
export const DIR_OUT = 2;

/**
 * A conversation as seen at one capture: both directions under one index.
 * `a` is the smaller end in (address bytes, port) order, so that the key is the same at every point that sees
 * the same addresses. ICMP echo uses the identifier as both ports; other ICMP has ports 0.
 */
export interface CaptureFlow {
  readonly protocol: number;
  /** Textual address, canonical form. */
  readonly a: string;
  readonly b: string;
  readonly aPort: number;
  readonly bPort: number;
}

/** An interface of the capture: one for pcap; one per IDB in pcapng; one per ifindex with SLL2. */
export interface CaptureInterface {
  /** Name from pcapng, or null. */
  readonly name: string | null;
  /** Kernel interface index from SLL2, or null. */
  readonly ifIndex: number | null;
  readonly mac: string | null;
  readonly linkType: number;
  readonly snapLength: number;
  readonly filter: string | null;
  /** Packets the kernel or the interface dropped at the tap, from pcapng; null when the format does not tell. */
  readonly droppedByKernel: number | null;
  readonly packets: number;
}

/** One MAC pair as seen on frames with an IP packet, with a count: tells whose interface was tapped. */
export interface MacPair {
  readonly iface: number;
  readonly src: string;
  readonly dst: string;
  readonly packets: number;
}

/** Which MAC handed the node packets of an address, as a cooked v1 capture tells it of packets that came in. */
export interface LinkSender {
  readonly mac: string;
  readonly ip: string;
}

/** ARP as the tap saw it, per (iface, op, sender, target), with times relative to `baseNs`. */
export interface ArpSummary {
  readonly iface: number;
  readonly op: 'request' | 'reply';
  readonly senderMac: string;
  readonly senderIp: string;
  readonly targetIp: string;
  readonly packets: number;
  readonly firstNs: number;
  readonly lastNs: number;
}

/** A DNS message on port 53 (or 5353): what is needed to pair questions with answers. */
export interface DnsMessage {
  /** Row of the packet. */
  readonly packet: number;
  readonly id: number;
  readonly response: boolean;
  readonly rcode: number;
  readonly qname: string;
  readonly qtype: number;
}

/** What the first data of a TCP connection's direction turned out to be. */
export type AppMessageKind =
  'tls-client-hello' | 'tls-server-hello' | 'tls-alert' | 'http-request' | 'http-response';

/**
 * The first data of one direction of a TCP connection, where it is the beginning of TLS or HTTP/1. Later data is
 * never looked at, so a second request of a connection, or an alert after the hello, is not here.
 */
export interface AppMessage {
  /** Row of the packet. */
  readonly packet: number;
  readonly kind: AppMessageKind;
  /**
   * Printable ASCII. Client hello: the server name asked for, empty when none was seen; server hello: the version
   * chosen; alert: `fatal handshake_failure`; request: method and host, `GET shop.example`; response: the status.
   */
  readonly text: string;
}

/** Columns, all of length `packets`. Numbers are host order. */
export interface PacketColumns {
  /** Nanoseconds since `baseNs`. Whole numbers, exact below 104 days. */
  readonly time: Float64Array;
  /** Index into `interfaces`. */
  readonly iface: Uint16Array;
  /** DIR_*. */
  readonly dir: Uint8Array;
  /** Index into `flows`; 0xffffffff for frames that are no IP packet. */
  readonly flow: Uint32Array;
  /** 0: from a to b; 1: from b to a. */
  readonly way: Uint8Array;
  readonly ttl: Uint8Array;
  readonly ipId: Uint16Array;
  /** BIT_*. */
  readonly bits: Uint8Array;
  /** Bytes of the IP packet (header included) by its own length field; frame length where that is 0 (BIG TCP). */
  readonly ipLength: Uint32Array;
  /** Bytes of layer-4 payload by the headers' own lengths; of fragments, the fragment's bytes. */
  readonly payload: Uint32Array;
  /** Hash of the captured payload bytes, at most the first 64; 0 when there is no payload. */
  readonly hash: Uint32Array;
  /** TCP flags; ICMP: type << 8 | code; fragments: offset in bytes / 8. */
  readonly flags: Uint16Array;
  /** TCP sequence number; ICMP echo: sequence; ICMP error: sequence of the quoted TCP packet; later fragments: 0. */
  readonly seq: Uint32Array;
  /** TCP acknowledgement number; of an ICMP error: the next-hop MTU it tells. */
  readonly ack: Uint32Array;
  /** TCP window as in the header; of an ICMP error: the way (0 or 1) of the quoted packet in its flow. */
  readonly window: Uint16Array;
  /** TCP timestamp value, 0 when the option is absent. */
  readonly tsval: Uint32Array;
  /** MSS of a SYN, 0 elsewhere; of an ICMP error: index + 1 into `flows` of the quoted packet's flow. */
  readonly aux: Uint32Array;
}

/** Everything kept of one capture file. Plain values and typed arrays only: it crosses worker boundaries. */
export interface CaptureTable {
  /** `CaptureFile.path`. */
  readonly file: string;
  readonly format: 'pcap' | 'pcapng';
  /** Nanoseconds since the epoch of time 0 in the columns. */
  readonly baseNs: bigint;
  readonly packets: number;
  /** Bytes on the wire, by original length. */
  readonly wireBytes: number;
  readonly interfaces: readonly CaptureInterface[];
  readonly flows: readonly CaptureFlow[];
  readonly columns: PacketColumns;
  readonly macs: readonly MacPair[];
  /** Of cooked v1 captures, which name no interface; absent for others. */
  readonly senders?: readonly LinkSender[];
  readonly arp: readonly ArpSummary[];
  readonly dns: readonly DnsMessage[];
  readonly app: readonly AppMessage[];
  /** Frames that are neither IP nor ARP, and frames that could not be decoded. */
  readonly otherFrames: number;
  readonly malformed: number;
  /** The file ends within a record, or damage ended the reading. */
  readonly truncated: boolean;
  readonly corrupt: boolean;
  readonly problems: readonly { readonly code: string; readonly message: string }[];
  /** Packets whose MAC pair, ARP, DNS or application message found no place in the bounded lists above. */
  readonly leftOut?: {
    readonly macPairs: number;
    readonly arp: number;
    readonly dns: number;
    /** Absent for none. */
    readonly app?: number;
  };
}
