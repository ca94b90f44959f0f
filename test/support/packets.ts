/** Builds packets in memory: Ethernet, cooked and raw frames with IP, TCP, UDP, ICMP, ARP and tunnels in them. */
import ipaddr from 'ipaddr.js';
import { bytes, concat, data, u16be, u32be } from './bytes.js';

export interface FrameOptions {
  readonly srcMac?: string;
  readonly dstMac?: string;
  /** 802.1Q identifiers, outermost first. */
  readonly vlan?: number | readonly number[];
  /** Pads the frame with zeros to this length, as Ethernet does up to 60. */
  readonly padTo?: number;
}

export interface IpOptions {
  readonly src: string;
  readonly dst: string;
  readonly ttl?: number;
  readonly id?: number;
  readonly df?: boolean;
  /** More fragments follow. */
  readonly more?: boolean;
  /** Fragment offset in bytes. */
  readonly offset?: number;
  /** Overrides the length field: IPv4 total length, IPv6 payload length. */
  readonly length?: number;
  /** IPv4 options, a multiple of four bytes. */
  readonly ipOptions?: Uint8Array;
}

export interface TcpOptions {
  readonly sport: number;
  readonly dport: number;
  /** `S`, `SA`, `A`, `PA`, `R`, `RA`, `FA`. */
  readonly flags?: string;
  readonly seq?: number;
  readonly ack?: number;
  readonly window?: number;
  readonly mss?: number;
  readonly tsval?: number;
  readonly tsecr?: number;
  readonly payload?: string | Uint8Array;
}

export interface UdpOptions {
  readonly sport: number;
  readonly dport: number;
  readonly payload?: string | Uint8Array;
}

const MAC_A = '02:00:00:00:00:0a';
const MAC_B = '02:00:00:00:00:0b';

export function mac(text: string): Uint8Array {
  return Uint8Array.from(text.split(':'), (part) => parseInt(part, 16));
}

export function address(text: string): Uint8Array {
  return Uint8Array.from(ipaddr.parse(text).toByteArray());
}

/** One's complement sum (RFC 1071). */
function checksum(...parts: Uint8Array[]): number {
  const all = concat(...parts);
  let sum = 0;
  for (let i = 0; i < all.length; i += 2) sum += (all[i]! << 8) | (all[i + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

/** An Ethernet II frame around `payload`. */
export function ethernet(type: number, payload: Uint8Array, options: FrameOptions = {}): Uint8Array {
  const vlans = typeof options.vlan === 'number' ? [options.vlan] : (options.vlan ?? []);
  const tags = vlans.map((id, i) => concat(u16be(i < vlans.length - 1 ? 0x88a8 : 0x8100), u16be(id)));
  const header = concat(mac(options.dstMac ?? MAC_B), mac(options.srcMac ?? MAC_A), ...tags, u16be(type));
  const padding = Math.max(0, (options.padTo ?? 0) - header.length - payload.length);
  return concat(header, payload, new Uint8Array(padding));
}

/** An IP packet of the version of its addresses. */
export function ip(protocol: number, options: IpOptions, payload: Uint8Array): Uint8Array {
  return options.src.includes(':') ? ip6(protocol, options, payload) : ip4(protocol, options, payload);
}

function ip4(protocol: number, o: IpOptions, payload: Uint8Array): Uint8Array {
  const extra = o.ipOptions ?? new Uint8Array(0);
  const header = 20 + extra.length;
  const fragment = (o.df === true ? 0x4000 : 0) | (o.more === true ? 0x2000 : 0) | ((o.offset ?? 0) >> 3);
  const before = concat(
    bytes(0x40 | (header >> 2), 0),
    u16be(o.length ?? header + payload.length),
    u16be(o.id ?? 0),
    u16be(fragment),
    bytes(o.ttl ?? 64, protocol),
  );
  const after = concat(address(o.src), address(o.dst), extra);
  return concat(before, u16be(checksum(before, after)), after, payload);
}

function ip6(protocol: number, o: IpOptions, payload: Uint8Array): Uint8Array {
  const fragmented = o.more === true || o.offset !== undefined;
  const body = fragmented
    ? concat(
        bytes(protocol, 0),
        u16be((o.offset ?? 0) | (o.more === true ? 1 : 0)),
        u32be(o.id ?? 0),
        payload,
      )
    : payload;
  return concat(
    u32be(0x60000000),
    u16be(o.length ?? body.length),
    bytes(fragmented ? 44 : protocol, o.ttl ?? 64),
    address(o.src),
    address(o.dst),
    body,
  );
}

/** An IPv6 extension header (0, 43 or 60) before `payload`; `value` is padded to a multiple of 8 less 2. */
export function extension(next: number, value: Uint8Array, payload: Uint8Array): Uint8Array {
  const length = Math.ceil((value.length + 2) / 8) * 8;
  const body = concat(bytes(next, length / 8 - 1), value, new Uint8Array(length - 2 - value.length));
  return concat(body, payload);
}

function pseudo(o: IpOptions, protocol: number, length: number): Uint8Array {
  return concat(address(o.src), address(o.dst), u16be(protocol), u16be(length & 0xffff));
}

/** A TCP segment with a right checksum for the addresses. */
export function tcp(o: IpOptions & TcpOptions): Uint8Array {
  const options: Uint8Array[] = [];
  if (o.mss !== undefined) options.push(bytes(2, 4), u16be(o.mss));
  if (o.tsval !== undefined) options.push(bytes(1, 1, 8, 10), u32be(o.tsval), u32be(o.tsecr ?? 0));
  const extra = concat(...options);
  const letters = 'FSRPAUEC';
  const flags = [...(o.flags ?? 'A')].reduce((sum, letter) => sum | (1 << letters.indexOf(letter)), 0);
  const before = concat(
    u16be(o.sport),
    u16be(o.dport),
    u32be(o.seq ?? 0),
    u32be(o.ack ?? 0),
    u16be(((20 + extra.length) << 10) | flags),
    u16be(o.window ?? 64240),
  );
  const payload = data(o.payload);
  const length = before.length + 4 + extra.length + payload.length;
  const sum = checksum(pseudo(o, 6, length), before, u16be(0), u16be(0), extra, payload);
  return concat(before, u16be(sum), u16be(0), extra, payload);
}

export function udp(o: IpOptions & UdpOptions): Uint8Array {
  const payload = data(o.payload);
  const length = payload.length + 8;
  const before = concat(u16be(o.sport), u16be(o.dport), u16be(length));
  const sum = checksum(pseudo(o, 17, length), before, u16be(0), payload) || 0xffff;
  return concat(before, u16be(sum), payload);
}

/** Type, code, four bytes by type, and the data. */
export function icmp(
  type: number,
  code: number,
  rest: number,
  payload: string | Uint8Array = '',
): Uint8Array {
  const before = bytes(type, code);
  const after = concat(u32be(rest), data(payload));
  return concat(before, u16be(checksum(before, u16be(0), after)), after);
}

function frame(options: IpOptions & FrameOptions, packet: Uint8Array): Uint8Array {
  return ethernet(options.src.includes(':') ? 0x86dd : 0x0800, packet, options);
}

/** A TCP packet in an Ethernet frame. */
export function tcpPacket(o: IpOptions & TcpOptions & FrameOptions): Uint8Array {
  return frame(o, ip(6, o, tcp(o)));
}

/** A UDP packet in an Ethernet frame. */
export function udpPacket(o: IpOptions & UdpOptions & FrameOptions): Uint8Array {
  return frame(o, ip(17, o, udp(o)));
}

/** An echo request or reply in an Ethernet frame; ICMP or ICMPv6 by the addresses. */
export function echoPacket(
  o: IpOptions & FrameOptions & { reply?: boolean; echoId: number; sequence: number; payload?: string },
): Uint8Array {
  const six = o.src.includes(':');
  const type = six ? (o.reply === true ? 129 : 128) : o.reply === true ? 0 : 8;
  const message = icmp(type, 0, ((o.echoId << 16) | o.sequence) >>> 0, o.payload ?? 'abcdefgh');
  return frame(o, ip(six ? 58 : 1, o, message));
}

/** An ICMP or ICMPv6 error in an Ethernet frame that quotes the IP packet `quoted`. */
export function icmpErrorPacket(
  o: IpOptions & FrameOptions & { type: number; code: number; mtu?: number; quoted: Uint8Array },
): Uint8Array {
  return frame(o, ip(o.src.includes(':') ? 58 : 1, o, icmp(o.type, o.code, o.mtu ?? 0, o.quoted)));
}

export function arpPacket(
  o: FrameOptions & { op: 'request' | 'reply'; senderIp: string; targetIp: string; targetMac?: string },
): Uint8Array {
  const body = concat(
    bytes(0, 1, 8, 0, 6, 4, 0, o.op === 'request' ? 1 : 2),
    mac(o.srcMac ?? MAC_A),
    address(o.senderIp),
    mac(o.targetMac ?? '00:00:00:00:00:00'),
    address(o.targetIp),
  );
  const dstMac = o.dstMac ?? (o.op === 'request' ? 'ff:ff:ff:ff:ff:ff' : MAC_B);
  return ethernet(0x0806, body, { ...o, dstMac });
}

/** A DNS query or answer with one question. */
export function dnsMessage(o: {
  id: number;
  name: string;
  qtype?: number;
  response?: boolean;
  rcode?: number;
}): Uint8Array {
  const labels = o.name === '.' ? [] : o.name.split('.');
  const name = concat(...labels.map((l) => concat(bytes(l.length), data(l))), bytes(0));
  const flags = (o.response === true ? 0x8180 : 0x0100) | (o.rcode ?? 0);
  const counts = concat(u16be(1), u16be(0), u16be(0), u16be(0));
  return concat(u16be(o.id), u16be(flags), counts, name, u16be(o.qtype ?? 1), u16be(1));
}

/** LINUX_SLL around `payload`; packet type 4 is outgoing, 0 to us. */
export function sll(type: number, packetType: number, payload: Uint8Array, from = MAC_A): Uint8Array {
  return concat(u16be(packetType), u16be(1), u16be(6), mac(from), u16be(0), u16be(type), payload);
}

/** LINUX_SLL2 around `payload`. */
export function sll2(
  type: number,
  ifIndex: number,
  packetType: number,
  payload: Uint8Array,
  from = MAC_A,
): Uint8Array {
  return concat(
    u16be(type),
    u16be(0),
    u32be(ifIndex),
    u16be(1),
    bytes(packetType, 6),
    mac(from),
    u16be(0),
    payload,
  );
}

/** VXLAN (destination port 4789 unless given) around an Ethernet frame. */
export function vxlanPacket(
  o: IpOptions & FrameOptions & { vni?: number; port?: number; inner: Uint8Array },
): Uint8Array {
  const payload = concat(u32be(0x08000000), u32be((o.vni ?? 1) << 8), o.inner);
  return udpPacket({ ...o, sport: 40000, dport: o.port ?? 4789, payload });
}
