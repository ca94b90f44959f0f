import {
  BIT_ENCAPSULATED,
  BIT_ICMP_ERROR,
  BIT_SNAPPED,
  DIR_IN,
  DIR_OUT,
  DIR_UNKNOWN,
  PROTO_ICMPV6,
  type CaptureTable,
  type MacPair,
  type ArpSummary,
} from '../model/capture.js';
import { isNeighbourDiscovery, staysOnLink } from './scope.js';
import type { TopologyNode } from './topology.js';
import type { TimeBase } from './timebase.js';

/** Link type of Linux cooked v1: one file of all interfaces, which it does not tell apart. */
const LINKTYPE_LINUX_SLL = 113;
export const NO_FLOW = 0xffffffff;
/** A sender's initial TTL or hop limit: Linux and most others, Windows, network gear. */
const INITIAL_TTLS = new Set([64, 128, 255]);

/** Packets of one table grouped by flow, so that a conversation is read without scanning the file. */
export interface FlowIndex {
  /** Rows in (flow, file order) order. */
  readonly rows: Uint32Array;
  /** Flow f has rows[offsets[f]] … rows[offsets[f + 1] - 1]. */
  readonly offsets: Uint32Array;
}

/** One tapped interface with its packets. */
export interface TapData {
  readonly index: number;
  readonly id: string;
  readonly table: CaptureTable;
  readonly flowIndex: FlowIndex;
  /** Which tap of the table each row belongs to; null when the table is one tap. */
  readonly rowTap: Uint16Array | null;
  /** This tap's number in `rowTap`. */
  readonly slot: number;
  /** To be added to column times for the run's time axis. */
  readonly shift: number;
  readonly packets: number;
  /** First and last frame on the run's axis by the tap's own clock; null when empty. */
  readonly first: number | null;
  readonly last: number | null;
  /** The same of the whole file, which may hold several taps. */
  readonly fileFirst: number | null;
  readonly fileLast: number | null;
  /** Longest silence between two frames, nanoseconds. */
  readonly longestGap: number;
  readonly interfaceName: string | null;
  readonly interfaceMac: string | null;
  readonly cooked: boolean;
  /** Some payload hash of the file covers less than it would with a longer snap length. */
  readonly snapped: boolean;
  /** How much of a payload the hashes cover: equal for taps whose hashes may be compared. */
  readonly hashReach: string;
  /** Part of a cooked v1 capture: `eni`, or the address of a pod of the node. Null for others. */
  readonly cookedPart: string | null;
  readonly macs: readonly MacPair[];
  readonly arp: readonly ArpSummary[];
  readonly ends: ReadonlyMap<string, EndStats>;
}

/** What a tap saw of one address. */
export interface EndStats {
  sent: number;
  received: number;
  /** Of both, those that went out from it or came in for it, where the capture tells the direction. */
  local: number;
  /** TTL of its packets: the most frequent first value seen; 0 when it sent none. */
  ttl: number;
  /** Some of its flows show an initial TTL: behind SNAT a node's own packets are few among forwarded ones. */
  initial: boolean;
}

export function isInitialTtl(ttl: number): boolean {
  return INITIAL_TTLS.has(ttl);
}

/** The addresses of a node and of its pods, from its bundle. */
export type NodeAddresses = Pick<TopologyNode, 'addresses' | 'pods'>;

/** Splits each capture into taps: one per interface; cooked v1 captures by hop (see `splitCooked`). */
export function makeTaps(
  tables: readonly CaptureTable[],
  base: TimeBase,
  nodes: readonly NodeAddresses[],
): TapData[] {
  const taps: TapData[] = [];
  const own = new Set([...nodes.flatMap((n) => n.addresses), ...tables.flatMap((t) => [...ownSenders(t)])]);
  // A node also sends resets in a pod's name.
  for (const n of nodes) for (const p of n.pods) own.delete(p.ip);
  for (const table of tables) {
    const flowIndex = indexFlows(table);
    const parts = splitTable(table, own, nodes);
    const stats = tapStats(table, parts);
    const seenBits = bitsOf(table);
    const snapped = (seenBits & BIT_SNAPPED) !== 0;
    const fileFirst = least(stats.map((s) => s.first));
    const fileLast = most(stats.map((s) => s.last));
    parts.names.forEach((name, slot) => {
      const s = stats[slot]!;
      const single = parts.names.length === 1;
      const face = parts.ifaceOf[slot] ?? null;
      const info = face === null ? null : (table.interfaces[face] ?? null);
      const shift = base.shift(table);
      taps.push({
        index: taps.length,
        id: single ? table.file : `${table.file}#${name}`,
        table,
        flowIndex,
        rowTap: parts.rowTap,
        slot,
        shift,
        packets: s.packets,
        first: s.first === null ? null : s.first + shift,
        last: s.last === null ? null : s.last + shift,
        fileFirst: fileFirst === null ? null : fileFirst + shift,
        fileLast: fileLast === null ? null : fileLast + shift,
        longestGap: s.gap,
        interfaceName: info?.name ?? null,
        interfaceMac: info?.mac ?? null,
        cooked: table.interfaces.some((i) => i.linkType === 113 || i.linkType === 276),
        snapped,
        hashReach: snapped ? hashReach(table, face, (seenBits & BIT_ENCAPSULATED) !== 0) : 'whole',
        cookedPart: parts.cooked ? name : null,
        macs: face === null ? [] : table.macs.filter((m) => single || m.iface === face),
        arp: face === null ? [] : table.arp.filter((m) => single || m.iface === face),
        ends: s.ends,
      });
    });
  }
  return taps;
}

/** All bits that any packet has. */
function bitsOf(table: CaptureTable): number {
  const { bits } = table.columns;
  let all = 0;
  for (let r = 0; r < bits.length; r++) all |= bits[r]!;
  return all;
}

function hashReach(table: CaptureTable, face: number | null, tunnelled: boolean): string {
  const f = table.interfaces[face ?? 0];
  return `${f?.snapLength ?? 0}.${f?.linkType ?? 0}.${tunnelled}`;
}

function least(list: readonly (number | null)[]): number | null {
  return list.reduce((m, x) => (x !== null && (m === null || x < m) ? x : m), null);
}

function most(list: readonly (number | null)[]): number | null {
  return list.reduce((m, x) => (x !== null && (m === null || x > m) ? x : m), null);
}

interface Parts {
  readonly names: readonly string[];
  /** Interface of the table each part is, or null for a part made by `splitCooked`. */
  readonly ifaceOf: readonly (number | null)[];
  readonly rowTap: Uint16Array | null;
  readonly cooked: boolean;
}

function splitTable(table: CaptureTable, own: ReadonlySet<string>, nodes: readonly NodeAddresses[]): Parts {
  const used = table.interfaces.map((f, i) => ({ f, i })).filter(({ f }) => f.packets > 0);
  if (used.length > 1) {
    const slotOf = new Map(used.map(({ i }, slot) => [i, slot]));
    const rowTap = new Uint16Array(table.packets);
    for (let r = 0; r < table.packets; r++) rowTap[r] = slotOf.get(table.columns.iface[r]!) ?? 0;
    return {
      names: used.map(({ f, i }) => f.name ?? (f.ifIndex === null ? String(i) : `ifindex-${f.ifIndex}`)),
      ifaceOf: used.map(({ i }) => i),
      rowTap,
      cooked: false,
    };
  }
  const only = used[0] ?? (table.interfaces.length > 0 ? { f: table.interfaces[0]!, i: 0 } : null);
  if (only?.f.linkType === LINKTYPE_LINUX_SLL && table.packets > 0) return splitCooked(table, own, nodes);
  return { names: ['0'], ifaceOf: [only?.i ?? 0], rowTap: null, cooked: false };
}

/**
 * `-i any` in the old cooked format: every forwarded packet is in the file twice, as it came in and as it went
 * out, and only the direction tells. A packet that came in from an address of a pod on this node, or went out
 * to one, was at that pod's veth; every other was at an ENI. Pods on this node are the
 * senders of incoming packets with an initial TTL, and the receivers of what came in forwarded and went on.
 */
function splitCooked(table: CaptureTable, own: ReadonlySet<string>, nodes: readonly NodeAddresses[]): Parts {
  const { flow, way, dir, ttl, bits } = table.columns;
  const pods = new Set<string>();
  const cameIn = new Uint8Array(table.flows.length * 2);
  const wentOut = new Uint8Array(table.flows.length * 2);
  for (let r = 0; r < table.packets; r++) {
    const f = flow[r]!;
    if (f === NO_FLOW || bits[r]! & BIT_ICMP_ERROR) continue;
    const at = dir[r] === DIR_IN ? cameIn : dir[r] === DIR_OUT ? wentOut : null;
    if (at !== null && at[f * 2 + way[r]!] === 0) at[f * 2 + way[r]!] = ttl[r]!;
  }
  // Who deals with this node alone may as well be another node.
  const sociable = new Set<string>();
  for (const { a, b } of table.flows) {
    if (!own.has(a)) sociable.add(b);
    if (!own.has(b)) sociable.add(a);
  }
  table.flows.forEach((ends, f) => {
    for (const w of [0, 1] as const) {
      const [sender, receiver] = w === 0 ? [ends.a, ends.b] : [ends.b, ends.a];
      const ttlIn = cameIn[f * 2 + w]!;
      if (ttlIn === 0 || staysOnLink(sender) || staysOnLink(receiver)) continue;
      const foreign = !isInitialTtl(ttlIn) || own.has(sender);
      if (!foreign && sociable.has(sender)) pods.add(sender);
      else if (wentOut[f * 2 + w] === ttlIn - 1 && !own.has(receiver)) pods.add(receiver);
    }
  });
  for (const ip of beyondRouter(table, cameIn)) pods.delete(ip);
  // A silent pod shows itself by nothing: the bundle of the one node whose pods were seen names it.
  const here = nodes.filter((n) => n.pods.some((p) => pods.has(p.ip)));
  if (here.length === 1) for (const p of here[0]!.pods) pods.add(p.ip);
  const slots = new Map<string, number>([['eni', 0]]);
  const rowTap = new Uint16Array(table.packets);
  for (let r = 0; r < table.packets; r++) {
    const f = flow[r]!;
    if (f === NO_FLOW) continue;
    const ends = table.flows[f]!;
    const sender = way[r] === 0 ? ends.a : ends.b;
    const receiver = way[r] === 0 ? ends.b : ends.a;
    const pod =
      dir[r] === DIR_IN && pods.has(sender)
        ? sender
        : dir[r] === DIR_OUT && pods.has(receiver)
          ? receiver
          : null;
    if (pod === null) continue;
    let slot = slots.get(pod);
    if (slot === undefined && slots.size < 0xffff) slots.set(pod, (slot = slots.size));
    rowTap[r] = slot ?? 0;
  }
  const names = [...slots.keys()];
  return { names, ifaceOf: names.map(() => null), rowTap, cooked: true };
}

/**
 * Senders whose packets came in by a MAC that hands the node packets of others, too: a router or another node's
 * ENI, not a pod. Their packets may have an initial TTL, for the VPC counts no hops.
 */
function beyondRouter(table: CaptureTable, cameIn: Uint8Array): Set<string> {
  const forwarded = new Set<string>();
  table.flows.forEach(({ a, b }, f) => {
    for (const w of [0, 1] as const) {
      const ttl = cameIn[f * 2 + w]!;
      if (ttl > 0 && !isInitialTtl(ttl)) forwarded.add(w === 0 ? a : b);
    }
  });
  const addresses = new Map<string, Set<string>>();
  for (const { mac, ip } of table.senders ?? []) {
    if (staysOnLink(ip)) continue;
    const key = `${mac} ${ip.includes(':')}`;
    addresses.set(key, (addresses.get(key) ?? new Set()).add(ip));
  }
  const out = new Set<string>();
  for (const ips of addresses.values())
    if (ips.size > 1 || [...ips].some((ip) => forwarded.has(ip))) for (const ip of ips) out.add(ip);
  return out;
}

/** Addresses of the capturing node itself: what it sends out with an initial TTL nobody forwarded. */
function ownSenders(table: CaptureTable): Set<string> {
  const out = new Set<string>();
  const { flow, way, dir, ttl } = table.columns;
  for (let r = 0; r < table.packets; r++) {
    if (dir[r] !== DIR_OUT || flow[r] === NO_FLOW || !isInitialTtl(ttl[r]!)) continue;
    const ends = table.flows[flow[r]!]!;
    out.add(way[r] === 0 ? ends.a : ends.b);
  }
  return out;
}

function indexFlows(table: CaptureTable): FlowIndex {
  const { flow } = table.columns;
  const n = table.flows.length;
  const offsets = new Uint32Array(n + 1);
  for (let r = 0; r < table.packets; r++) if (flow[r]! !== NO_FLOW) offsets[flow[r]! + 1]!++;
  for (let f = 0; f < n; f++) offsets[f + 1]! += offsets[f]!;
  const next = offsets.slice(0, n);
  const rows = new Uint32Array(offsets[n]!);
  for (let r = 0; r < table.packets; r++) {
    const f = flow[r]!;
    if (f !== NO_FLOW) rows[next[f]!++] = r;
  }
  return { rows, offsets };
}

interface PartStats {
  packets: number;
  first: number | null;
  last: number | null;
  gap: number;
  ends: Map<string, EndStats>;
}

/** What has to be known of a flow for each of its packets. */
const ON_LINK = 1;
const ICMPV6 = 2;

function tapStats(table: CaptureTable, parts: Parts): PartStats[] {
  const { time, flow, way, dir, ttl, bits, flags } = table.columns;
  const scope = Uint8Array.from(table.flows, (f) =>
    staysOnLink(f.a) || staysOnLink(f.b) ? ON_LINK : f.protocol === PROTO_ICMPV6 ? ICMPV6 : 0,
  );
  const slots = parts.names.length;
  // Numbers, not objects with null: a field that may be null boxes every time written to it.
  const packets = new Float64Array(slots);
  const first = new Float64Array(slots).fill(Infinity);
  const last = new Float64Array(slots).fill(-Infinity);
  const gap = new Float64Array(slots);
  // Counts per (slot, flow, way) first: strings are touched once per flow, not once per packet.
  const width = table.flows.length * 2;
  const counts = new Uint32Array(slots * width);
  const ttls = new Uint8Array(slots * width);
  const dirs = new Uint8Array(slots * width);
  for (let r = 0; r < table.packets; r++) {
    const slot = parts.rowTap === null ? 0 : parts.rowTap[r]!;
    const t = time[r]!;
    packets[slot]!++;
    if (t < first[slot]!) first[slot] = t;
    if (t > last[slot]!) {
      if (t - last[slot]! > gap[slot]! && last[slot]! !== -Infinity) gap[slot] = t - last[slot]!;
      last[slot] = t;
    }
    const f = flow[r]!;
    if (f === NO_FLOW || scope[f] === ON_LINK) continue;
    if (scope[f] === ICMPV6 && isNeighbourDiscovery(PROTO_ICMPV6, flags[r]!)) continue;
    const at = slot * width + f * 2 + way[r]!;
    if (counts[at]!++ > 0) continue;
    dirs[at] = dir[r]!;
    if (!(bits[r]! & BIT_ICMP_ERROR)) ttls[at] = ttl[r]!;
  }
  const stats: PartStats[] = [];
  for (let slot = 0; slot < slots; slot++) {
    const ends = new Map<string, EndStats>();
    stats.push({
      packets: packets[slot]!,
      first: packets[slot]! === 0 ? null : first[slot]!,
      last: packets[slot]! === 0 ? null : last[slot]!,
      gap: gap[slot]!,
      ends,
    });
    const ttlVotes = new Map<string, Map<number, number>>();
    for (let f = 0; f < table.flows.length; f++) {
      const { a, b } = table.flows[f]!;
      for (let w = 0; w < 2; w++) {
        const at = slot * width + f * 2 + w;
        const n = counts[at]!;
        if (n === 0) continue;
        const sender = w === 0 ? a : b;
        end(ends, sender).sent += n;
        const receiver = w === 0 ? b : a;
        end(ends, receiver).received += n;
        if (dirs[at] !== DIR_UNKNOWN) end(ends, dirs[at] === DIR_OUT ? sender : receiver).local += n;
        if (ttls[at]! > 0) {
          const votes = ttlVotes.get(sender) ?? new Map<number, number>();
          votes.set(ttls[at]!, (votes.get(ttls[at]!) ?? 0) + 1);
          ttlVotes.set(sender, votes);
          if (isInitialTtl(ttls[at]!)) end(ends, sender).initial = true;
        }
      }
    }
    for (const [ip, votes] of ttlVotes) {
      const best = [...votes].sort((x, y) => y[1] - x[1] || y[0] - x[0])[0];
      if (best) end(ends, ip).ttl = best[0];
    }
  }
  return stats;
}

function end(ends: Map<string, EndStats>, ip: string): EndStats {
  let e = ends.get(ip);
  if (!e) ends.set(ip, (e = { sent: 0, received: 0, local: 0, ttl: 0, initial: false }));
  return e;
}
