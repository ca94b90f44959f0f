import { NO_FLOW } from '../capture/columns.js';
import { BIT_ICMP_ERROR, DIR_IN, DIR_OUT, PROTO_TCP, TCP_RST, type CaptureTable } from '../model/capture.js';
import { isInitialTtl, staysOnLink } from './scope.js';
import type { TopologyNode } from './topology.js';

/** Link type of Linux cooked v1: one file of all interfaces, which it does not tell apart. */
const LINKTYPE_LINUX_SLL = 113;

/** The addresses of a node and of its pods, from its bundle. */
export type NodeAddresses = Pick<TopologyNode, 'addresses' | 'pods'>;

/** The taps of one capture. */
export interface Parts {
  readonly names: readonly string[];
  /** Interface of the table each part is, or null for a part made by `splitCooked`. */
  readonly ifaceOf: readonly (number | null)[];
  /** Which part each row belongs to; null when there is one. */
  readonly rowTap: Uint16Array | null;
  readonly cooked: boolean;
}

/** One part per interface; null for a cooked v1 capture, whose parts only `splitCooked` can tell. */
export function splitByInterface(table: CaptureTable): Parts | null {
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
  if (only?.f.linkType === LINKTYPE_LINUX_SLL && table.packets > 0) return null;
  return { names: ['0'], ifaceOf: [only?.i ?? 0], rowTap: null, cooked: false };
}

/**
 * Pods on the node of a capture in the old cooked format: the senders of incoming packets with an initial TTL, and the
 * receivers of what came in forwarded and went on.
 *
 * @param own addresses of the nodes themselves, as far as any capture or bundle tells
 * @param ownHere those of the capture's own node
 */
export function podsOfCooked(
  table: CaptureTable,
  own: ReadonlySet<string>,
  ownHere: ReadonlySet<string>,
  nodes: readonly NodeAddresses[],
): Set<string> {
  const { flow, way, dir, ttl, bits } = table.columns;
  const pods = new Set<string>();
  const cameIn = new Uint8Array(table.flows.length * 2);
  const wentOut = new Uint8Array(table.flows.length * 2);
  const spoken = new Uint8Array(table.flows.length);
  for (let r = 0; r < table.packets; r++) {
    const f = flow[r]!;
    if (f === NO_FLOW || bits[r]! & BIT_ICMP_ERROR) continue;
    spoken[f] = 1;
    const at = dir[r] === DIR_IN ? cameIn : dir[r] === DIR_OUT ? wentOut : null;
    if (at !== null && at[f * 2 + way[r]!] === 0) at[f * 2 + way[r]!] = ttl[r]!;
  }
  const podsOfNodes = new Set(nodes.flatMap((n) => n.pods.map((p) => p.ip)));
  // Who deals with this node alone may as well be another node, unless a bundle knows it as a pod.
  const sociable = new Set<string>();
  table.flows.forEach(({ a, b }, f) => {
    // Whoever refuses a packet on its way tells its sender, whatever else it has to do with it.
    if (spoken[f] === 0) return;
    if (!ownHere.has(a)) sociable.add(b);
    if (!ownHere.has(b)) sociable.add(a);
  });
  table.flows.forEach((ends, f) => {
    for (const w of [0, 1] as const) {
      const [sender, receiver] = w === 0 ? [ends.a, ends.b] : [ends.b, ends.a];
      const ttlIn = cameIn[f * 2 + w]!;
      if (ttlIn === 0 || staysOnLink(sender) || staysOnLink(receiver)) continue;
      const foreign = !isInitialTtl(ttlIn) || own.has(sender);
      if (!foreign && (sociable.has(sender) || podsOfNodes.has(sender))) pods.add(sender);
      else if (wentOut[f * 2 + w] === ttlIn - 1 && !own.has(receiver)) pods.add(receiver);
    }
  });
  for (const ip of beyondRouter(table, cameIn)) pods.delete(ip);
  // A silent pod shows itself by nothing: the bundle of the one node whose pods were seen names it.
  const here = nodes.filter((n) => n.pods.some((p) => pods.has(p.ip)));
  if (here.length === 1) for (const p of here[0]!.pods) pods.add(p.ip);
  return pods;
}

/**
 * `-i any` in the old cooked format: every forwarded packet is in the file twice, as it came in and as it went
 * out, and only the direction tells. A packet that came in from an address of a pod on this node, or went out
 * to one, was at that pod's veth; every other was at an ENI.
 */
export function splitCooked(table: CaptureTable, pods: ReadonlySet<string>): Parts {
  const { flow, way, dir } = table.columns;
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

/**
 * Addresses of the capturing node itself: what it sends out with an initial TTL nobody forwarded. Resets say nothing:
 * a node that refuses a connection sends them in the name of the pod or service that was asked.
 */
export function ownSenders(table: CaptureTable): string[] {
  const out = new Set<string>();
  const { flow, way, dir, ttl, flags } = table.columns;
  if (!dir.includes(DIR_OUT)) return [];
  for (let r = 0; r < table.packets; r++) {
    if (dir[r] !== DIR_OUT || flow[r] === NO_FLOW || !isInitialTtl(ttl[r]!)) continue;
    const ends = table.flows[flow[r]!]!;
    if (ends.protocol === PROTO_TCP && flags[r]! & TCP_RST) continue;
    out.add(way[r] === 0 ? ends.a : ends.b);
  }
  return [...out];
}
