/** Builds capture files in memory: classic pcap in all its variants, and pcapng block by block. */
import { bytes, concat, data, u16, u32, u64 } from './bytes.js';

export * from './bytes.js';
export * from './packets.js';

/** A record: bare bytes get the time of their place (one millisecond apart). */
export type RecordInput =
  Uint8Array | { readonly data: Uint8Array; readonly timeNs?: bigint; readonly originalLength?: number };

/** 2026-11-20 00:00:00 UTC. */
export const EPOCH_NS = 1_795_132_800_000_000_000n;

/** Time that the record at `index` gets by default. */
export function defaultTimeNs(index: number): bigint {
  return EPOCH_NS + BigInt(index) * 1_000_000n;
}

export function pcapHeader(o: PcapOptions = {}): Uint8Array {
  const big = o.bigEndian ?? false;
  const magic = o.modified === true ? 0xa1b2cd34 : o.ns === true ? 0xa1b23c4d : 0xa1b2c3d4;
  const fcs = o.fcsBytes === undefined ? 0 : (0x04000000 | ((o.fcsBytes / 2) << 28)) >>> 0;
  const link = ((o.linkType ?? 1) | fcs) >>> 0;
  return concat(
    u32(magic, big),
    u16(2, big),
    u16(4, big),
    new Uint8Array(8),
    u32(o.snapLength ?? 262_144, big),
    u32(link, big),
  );
}

export interface PcapOptions {
  /** Nanosecond timestamps. */
  readonly ns?: boolean;
  readonly bigEndian?: boolean;
  readonly linkType?: number;
  /** As written to the header; frames are cut to it when `cut` is set. */
  readonly snapLength?: number;
  readonly cut?: boolean;
  /** Bytes of frame checksum that the link type field announces. */
  readonly fcsBytes?: number;
  /** Record headers of 24 bytes. */
  readonly modified?: boolean;
}

/** A whole classic pcap file. */
export function pcapFile(packets: readonly RecordInput[], o: PcapOptions = {}): Uint8Array<ArrayBuffer> {
  const big = o.bigEndian ?? false;
  const records = packets.map((input, i) => {
    const r = record(input, i);
    const kept = o.cut === true ? r.data.subarray(0, o.snapLength) : r.data;
    const fraction = r.timeNs % 1_000_000_000n;
    return concat(
      u32(Number(r.timeNs / 1_000_000_000n), big),
      u32(Number(o.ns === true ? fraction : fraction / 1000n), big),
      u32(kept.length, big),
      u32(r.originalLength, big),
      o.modified === true ? concat(u32(3, big), u16(8, big), bytes(0, 0)) : new Uint8Array(0),
      kept,
    );
  });
  return concat(pcapHeader(o), ...records);
}

function record(input: RecordInput, i: number): { data: Uint8Array; timeNs: bigint; originalLength: number } {
  const given = input instanceof Uint8Array ? { data: input } : input;
  return { timeNs: defaultTimeNs(i), originalLength: given.data.length, ...given };
}

/** An option of a pcapng block. */
export function option(code: number, value: string | Uint8Array, big = false): Uint8Array {
  const raw = data(value);
  return concat(u16(code, big), u16(raw.length, big), raw, new Uint8Array((4 - (raw.length % 4)) % 4));
}

/** A block with both its length fields; the body is padded. */
export function block(type: number, body: Uint8Array, big = false): Uint8Array {
  const padding = new Uint8Array((4 - (body.length % 4)) % 4);
  const total = 12 + body.length + padding.length;
  return concat(u32(type, big), u32(total, big), body, padding, u32(total, big));
}

export function shb(big = false): Uint8Array {
  return block(0x0a0d0d0a, concat(u32(0x1a2b3c4d, big), u16(1, big), u16(0, big), u64(-1n, big)), big);
}

export interface InterfaceBlock {
  readonly linkType?: number;
  readonly snapLength?: number;
  readonly name?: string;
  readonly filter?: string;
  readonly mac?: Uint8Array;
  /** The if_tsresol byte. */
  readonly tsresol?: number;
  /** Seconds to add. */
  readonly tsoffset?: bigint;
}

export function idb(o: InterfaceBlock = {}, big = false): Uint8Array {
  const options: Uint8Array[] = [];
  if (o.name !== undefined) options.push(option(2, o.name, big));
  if (o.mac !== undefined) options.push(option(6, o.mac, big));
  if (o.tsresol !== undefined) options.push(option(9, bytes(o.tsresol), big));
  if (o.filter !== undefined) options.push(option(11, concat(bytes(0), data(o.filter)), big));
  if (o.tsoffset !== undefined) options.push(option(14, u64(o.tsoffset, big), big));
  if (options.length > 0) options.push(option(0, '', big));
  const fixed = concat(u16(o.linkType ?? 1, big), u16(0, big), u32(o.snapLength ?? 262_144, big));
  return block(1, concat(fixed, ...options), big);
}

export interface PacketBlock {
  readonly data: Uint8Array;
  /** Timestamp in the interface's own units. */
  readonly units: bigint;
  readonly iface?: number;
  readonly originalLength?: number;
  readonly options?: readonly Uint8Array[];
}

/** Enhanced packet block. */
export function epb(o: PacketBlock, big = false): Uint8Array {
  return packetBlock(6, u32(o.iface ?? 0, big), o, big);
}

/** The obsolete packet block. */
export function pb(o: PacketBlock & { drops?: number }, big = false): Uint8Array {
  return packetBlock(2, concat(u16(o.iface ?? 0, big), u16(o.drops ?? 0xffff, big)), o, big);
}

function packetBlock(type: number, head: Uint8Array, o: PacketBlock, big: boolean): Uint8Array {
  const padding = new Uint8Array((4 - (o.data.length % 4)) % 4);
  return block(
    type,
    concat(
      head,
      u32(Number(o.units >> 32n), big),
      u32(Number(o.units & 0xffffffffn), big),
      u32(o.data.length, big),
      u32(o.originalLength ?? o.data.length, big),
      o.data,
      padding,
      ...(o.options ?? []),
    ),
    big,
  );
}

/** Simple packet block. */
export function spb(frame: Uint8Array, originalLength = frame.length, big = false): Uint8Array {
  return block(3, concat(u32(originalLength, big), frame), big);
}

/** Interface statistics block. */
export function isb(o: { iface?: number; ifdrop?: bigint; osdrop?: bigint }, big = false): Uint8Array {
  const options: Uint8Array[] = [];
  if (o.ifdrop !== undefined) options.push(option(5, u64(o.ifdrop, big), big));
  if (o.osdrop !== undefined) options.push(option(7, u64(o.osdrop, big), big));
  return block(5, concat(u32(o.iface ?? 0, big), new Uint8Array(8), ...options, option(0, '', big)), big);
}

/** A whole pcapng file of one section with one interface. */
export function pcapngFile(
  packets: readonly RecordInput[],
  o: InterfaceBlock & { bigEndian?: boolean } = {},
): Uint8Array<ArrayBuffer> {
  const big = o.bigEndian ?? false;
  const perSecond = 10n ** BigInt(o.tsresol ?? 6);
  const blocks = packets.map((input, i) => {
    const r = record(input, i);
    const units = (r.timeNs * perSecond) / 1_000_000_000n;
    return epb({ data: r.data, units, originalLength: r.originalLength }, big);
  });
  return concat(shb(big), idb(o, big), ...blocks);
}
