import { NO_FLOW } from '../capture/columns.js';
import { WordTable } from '../capture/word-table.js';
import {
  BIT_FRAG_LATER,
  BIT_ICMP_ERROR,
  DIR_OUT,
  DIR_UNKNOWN,
  PROTO_ICMP,
  PROTO_ICMPV6,
  type CaptureFlow,
  type CaptureTable,
} from '../model/capture.js';
import { LegTable, type LegColumns } from './leg-table.js';
import { isInitialTtl, isNeighbourDiscovery, staysOnLink } from './scope.js';
import type { Parts } from './tap-parts.js';

/** An ICMP error about a flow of the same capture. */
export interface QuotedError {
  readonly row: number;
  /** Quoted flow in the capture and the way of the quoted packet. */
  readonly flow: number;
  readonly way: 0 | 1;
  readonly type: number;
  readonly code: number;
  readonly mtu: number;
  readonly sender: string;
  readonly ttl: number;
  /** On the capture's own axis. */
  readonly time: number;
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

/** One tap of a capture. */
export interface TapSummary {
  readonly packets: number;
  /** First and last frame on the capture's own axis; null when there is none. */
  readonly first: number | null;
  readonly last: number | null;
  /** Longest silence between two frames, nanoseconds. */
  readonly gap: number;
  readonly ends: ReadonlyMap<string, EndStats>;
  /** Indexes into the legs of the capture, in order of their flows. */
  readonly legs: Uint32Array;
  readonly errors: readonly QuotedError[];
}

/** What one pass over a capture tells. */
export interface CaptureSummary {
  readonly parts: Parts;
  readonly taps: readonly TapSummary[];
  /** All bits that any packet has. */
  readonly bits: number;
  readonly legs: LegColumns;
  /** Flow of each leg. */
  readonly flowOfLeg: Uint32Array;
}

/** What has to be known of a flow for each of its packets. */
const ON_LINK = 1;
const ICMPV6 = 2;
/** Nobody can tell the flow of a later fragment whose first was not seen. */
const PORTLESS = 4;

function scopesOf(flows: readonly CaptureFlow[]): Uint8Array {
  const onLink = new Map<string, boolean>();
  const stays = (ip: string): boolean => {
    let known = onLink.get(ip);
    if (known === undefined) onLink.set(ip, (known = staysOnLink(ip)));
    return known;
  };
  const out = new Uint8Array(flows.length);
  flows.forEach((f, i) => {
    if (stays(f.a) || stays(f.b)) out[i] = ON_LINK;
    else if (f.protocol === PROTO_ICMPV6) out[i] = ICMPV6;
    else if (f.protocol !== PROTO_ICMP && f.aPort === 0 && f.bPort === 0) out[i] = PORTLESS;
  });
  return out;
}

/** @param flowOf flow of each row in `flows`, `NO_FLOW` for none */
export function summariseTaps(
  table: CaptureTable,
  flows: readonly CaptureFlow[],
  flowOf: Uint32Array,
  parts: Parts,
): CaptureSummary {
  const { columns: c } = table;
  const { time, way, dir, ttl, bits, flags } = c;
  const { rowTap } = parts;
  const scope = scopesOf(flows);
  const protocol = new Uint8Array(flows.length);
  for (let f = 0; f < flows.length; f++) protocol[f] = flows[f]!.protocol;
  const slots = parts.names.length;
  // Numbers, not objects with null: a field that may be null boxes every time written to it.
  const packets = new Float64Array(slots);
  const first = new Float64Array(slots).fill(Infinity);
  const last = new Float64Array(slots).fill(-Infinity);
  const gap = new Float64Array(slots);
  const errors = parts.names.map((): QuotedError[] => []);
  // A capture of one tap has a leg for every flow, under the flow's own index.
  const legs = new LegTable(rowTap === null ? flows.length : undefined);
  const pairs = rowTap === null ? null : new WordTable(Infinity);
  if (pairs === null) for (let f = 0; f < flows.length; f++) legs.add();
  let allBits = 0;
  for (let r = 0; r < table.packets; r++) {
    allBits |= bits[r]!;
    const slot = rowTap === null ? 0 : rowTap[r]!;
    const t = time[r]!;
    packets[slot]!++;
    if (t < first[slot]!) first[slot] = t;
    if (t > last[slot]!) {
      if (t - last[slot]! > gap[slot]! && last[slot]! !== -Infinity) gap[slot] = t - last[slot]!;
      last[slot] = t;
    }
    const f = flowOf[r]!;
    if (f === NO_FLOW) continue;
    const special = scope[f]!;
    if (special === ON_LINK || (special === ICMPV6 && isNeighbourDiscovery(PROTO_ICMPV6, flags[r]!)))
      continue;
    let leg = f;
    if (pairs !== null) {
      leg = pairs.intern(f, slot, 0, 0);
      if (leg === legs.count) legs.add();
    }
    const w = way[r]! as 0 | 1;
    legs.see(leg, w, dir[r]!);
    if (bits[r]! & BIT_ICMP_ERROR) {
      if (c.aux[r]! > 0) errors[slot]!.push(quotedError(table, flows[f]!, w, r));
      continue;
    }
    legs.hop(leg, w, ttl[r]!);
    if (special === PORTLESS && bits[r]! & BIT_FRAG_LATER) continue;
    legs.packet(leg, w, protocol[f]!, c, r);
  }
  const flowOfLeg = new Uint32Array(legs.count);
  for (let leg = 0; leg < legs.count; leg++) flowOfLeg[leg] = pairs === null ? leg : pairs.words[leg * 4]!;
  const bySlot = legsBySlot(legs, flowOfLeg, pairs, slots);
  return {
    parts,
    bits: allBits,
    legs: legs.columns(),
    flowOfLeg,
    taps: bySlot.map((own, slot) => ({
      packets: packets[slot]!,
      first: packets[slot]! === 0 ? null : first[slot]!,
      last: packets[slot]! === 0 ? null : last[slot]!,
      gap: gap[slot]!,
      ends: endsOf(legs, own, flowOfLeg, flows),
      legs: withPackets(legs, own),
      errors: errors[slot]!,
    })),
  };
}

function quotedError(table: CaptureTable, ends: CaptureFlow, way: 0 | 1, row: number): QuotedError {
  const c = table.columns;
  return {
    row,
    flow: c.aux[row]! - 1,
    way: (c.window[row]! & 1) as 0 | 1,
    type: c.flags[row]! >> 8,
    code: c.flags[row]! & 0xff,
    mtu: c.ack[row]!,
    sender: way === 0 ? ends.a : ends.b,
    ttl: c.ttl[row]!,
    time: c.time[row]!,
  };
}

/** Legs of each slot in order of their flows, also those of which nothing but errors or fragments was seen. */
function legsBySlot(
  legs: LegTable,
  flowOfLeg: Uint32Array,
  pairs: WordTable | null,
  slots: number,
): Uint32Array[] {
  if (pairs === null) return [flowOfLeg];
  const lists = Array.from({ length: slots }, (): number[] => []);
  for (let leg = 0; leg < legs.count; leg++) lists[pairs.words[leg * 4 + 1]!]!.push(leg);
  return lists.map((list) => Uint32Array.from(list).sort((x, y) => flowOfLeg[x]! - flowOfLeg[y]!));
}

function withPackets(legs: LegTable, own: Uint32Array): Uint32Array {
  const out = new Uint32Array(own.length);
  let n = 0;
  for (const leg of own) if (legs.packets(leg, 0) + legs.packets(leg, 1) > 0) out[n++] = leg;
  return out.slice(0, n);
}

function endsOf(
  legs: LegTable,
  own: Uint32Array,
  flowOfLeg: Uint32Array,
  flows: readonly CaptureFlow[],
): Map<string, EndStats> {
  const known = new Map<string, { readonly stats: EndStats; readonly ttls: Map<number, number> }>();
  const end = (ip: string): { readonly stats: EndStats; readonly ttls: Map<number, number> } => {
    let e = known.get(ip);
    if (e === undefined) {
      e = { stats: { sent: 0, received: 0, local: 0, ttl: 0, initial: false }, ttls: new Map() };
      known.set(ip, e);
    }
    return e;
  };
  for (const leg of own) {
    if (legs.seen(leg, 0) + legs.seen(leg, 1) === 0) continue;
    const { a, b } = flows[flowOfLeg[leg]!]!;
    const ends = [end(a), end(b)] as const;
    for (const w of [0, 1] as const) {
      const n = legs.seen(leg, w);
      if (n === 0) continue;
      const { stats: sender, ttls } = ends[w];
      const { stats: receiver } = ends[w === 0 ? 1 : 0];
      sender.sent += n;
      receiver.received += n;
      const dir = legs.dir(leg, w);
      if (dir !== DIR_UNKNOWN) (dir === DIR_OUT ? sender : receiver).local += n;
      const ttl = legs.ttl(leg, w);
      if (ttl === 0) continue;
      ttls.set(ttl, (ttls.get(ttl) ?? 0) + 1);
      if (isInitialTtl(ttl)) sender.initial = true;
    }
  }
  for (const { stats, ttls } of known.values())
    stats.ttl = [...ttls].sort((x, y) => y[1] - x[1] || y[0] - x[0])[0]?.[0] ?? 0;
  return new Map([...known].map(([ip, { stats }]) => [ip, stats]));
}
