import { NO_FLOW } from '../capture/columns.js';
import { WordTable } from '../capture/word-table.js';
import {
  DIR_OUT,
  DIR_UNKNOWN,
  PROTO_ICMP,
  PROTO_ICMPV6,
  PROTO_TCP,
  type CaptureFlow,
  type CaptureTable,
} from '../model/capture.js';
import { LegTable, type LegColumns } from './leg-table.js';
import { isInitialTtl, staysOnLink } from './scope.js';
import { ICMP, ICMPV6, isOffPath, ON_LINK, PORTLESS, sumUp, TCP } from './sum-up.js';
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

/** What `sumUp` has to know of each flow. */
function kindsOf(flows: readonly CaptureFlow[]): Uint8Array {
  const onLink = new Map<string, boolean>();
  const stays = (ip: string): boolean => {
    let known = onLink.get(ip);
    if (known === undefined) onLink.set(ip, (known = staysOnLink(ip)));
    return known;
  };
  const out = new Uint8Array(flows.length);
  let before: CaptureFlow | null = null;
  let on = false;
  for (let i = 0; i < out.length; i++) {
    const f = flows[i]!;
    const { protocol, a, b, aPort, bPort } = f;
    if (before === null || a !== before.a || b !== before.b) on = stays(a) || stays(b);
    before = f;
    if (protocol === PROTO_TCP) out[i] = TCP;
    else if (protocol === PROTO_ICMP) out[i] = ICMP;
    else if (protocol === PROTO_ICMPV6) out[i] = ICMP | ICMPV6;
    if (on) out[i]! |= ON_LINK;
    else if ((out[i]! & ICMP) === 0 && aPort === 0 && bPort === 0) out[i]! |= PORTLESS;
  }
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
  const { rowTap } = parts;
  const kinds = kindsOf(flows);
  // A capture of one tap has a leg for every flow, under the flow's own index.
  const split = rowTap === null ? null : splitByTap(table, flowOf, rowTap, kinds);
  const count = split === null ? flows.length : split.pairs.count;
  const legs = new LegTable(count);
  const errors = parts.names.map((): QuotedError[] => []);
  for (const r of sumUp(c, table.packets, split?.legOf ?? flowOf, flowOf, kinds, legs.columns()))
    errors[rowTap?.[r] ?? 0]!.push(quotedError(table, flows[flowOf[r]!]!, c.way[r]! as 0 | 1, r));
  const flowOfLeg = new Uint32Array(count);
  for (let leg = 0; leg < count; leg++) flowOfLeg[leg] = split === null ? leg : split.pairs.words[leg * 4]!;
  const bySlot = legsBySlot(count, flowOfLeg, split?.pairs ?? null, parts.names.length);
  const { frames, all } = framesBySlot(table, rowTap, parts.names.length);
  return {
    parts,
    bits: all,
    legs: legs.columns(),
    flowOfLeg,
    taps: bySlot.map((own, slot) => ({
      ...frames[slot]!,
      ends: endsOf(legs, own, flowOfLeg, flows),
      legs: withPackets(legs, own),
      errors: errors[slot]!,
    })),
  };
}

/** Legs are pairs of flow and tap, numbered as they come. */
function splitByTap(
  table: CaptureTable,
  flowOf: Uint32Array,
  rowTap: Uint16Array,
  kinds: Uint8Array,
): { readonly legOf: Uint32Array; readonly pairs: WordTable } {
  const pairs = new WordTable(Infinity);
  const { flags } = table.columns;
  const legOf = new Uint32Array(table.packets);
  for (let r = 0; r < legOf.length; r++) {
    const f = flowOf[r]!;
    legOf[r] = f === NO_FLOW || isOffPath(kinds[f]!, flags[r]!) ? NO_FLOW : pairs.intern(f, rowTap[r]!, 0, 0);
  }
  return { legOf, pairs };
}

/** Count and times of the frames of each tap, and all bits that any of them has. */
function framesBySlot(
  table: CaptureTable,
  rowTap: Uint16Array | null,
  slots: number,
): { frames: Pick<TapSummary, 'packets' | 'first' | 'last' | 'gap'>[]; all: number } {
  // Numbers, not objects with null: a field that may be null boxes every time written to it.
  const packets = new Float64Array(slots);
  const first = new Float64Array(slots).fill(Infinity);
  const last = new Float64Array(slots).fill(-Infinity);
  const gap = new Float64Array(slots);
  const { time, bits } = table.columns;
  let all = 0;
  for (let r = 0; r < table.packets; r++) {
    const slot = rowTap === null ? 0 : rowTap[r]!;
    const t = time[r]!;
    all |= bits[r]!;
    packets[slot]!++;
    if (t < first[slot]!) first[slot] = t;
    if (t > last[slot]!) {
      if (t - last[slot]! > gap[slot]! && last[slot]! !== -Infinity) gap[slot] = t - last[slot]!;
      last[slot] = t;
    }
  }
  const frames = Array.from({ length: slots }, (_, slot) => ({
    packets: packets[slot]!,
    first: packets[slot]! === 0 ? null : first[slot]!,
    last: packets[slot]! === 0 ? null : last[slot]!,
    gap: gap[slot]!,
  }));
  return { frames, all };
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
  count: number,
  flowOfLeg: Uint32Array,
  pairs: WordTable | null,
  slots: number,
): Uint32Array[] {
  if (pairs === null) return [flowOfLeg];
  const lists = Array.from({ length: slots }, (): number[] => []);
  for (let leg = 0; leg < count; leg++) lists[pairs.words[leg * 4 + 1]!]!.push(leg);
  return lists.map((list) => Uint32Array.from(list).sort((x, y) => flowOfLeg[x]! - flowOfLeg[y]!));
}

function withPackets(legs: LegTable, own: Uint32Array): Uint32Array {
  const out = new Uint32Array(own.length);
  let n = 0;
  for (let i = 0; i < own.length; i++) {
    const leg = own[i]!;
    if (legs.packets(leg, 0) + legs.packets(leg, 1) > 0) out[n++] = leg;
  }
  return out.slice(0, n);
}

function endsOf(
  legs: LegTable,
  own: Uint32Array,
  flowOfLeg: Uint32Array,
  flows: readonly CaptureFlow[],
): Map<string, EndStats> {
  const known = new Map<string, End>();
  const end = (ip: string): End => {
    let e = known.get(ip);
    if (e === undefined) {
      const stats = { sent: 0, received: 0, local: 0, ttl: 0, initial: false };
      known.set(ip, (e = { stats, ttl: 0, count: 0, others: null }));
    }
    return e;
  };
  // Neighbours are mostly of the same two hosts.
  let a: End | null = null;
  let b: End | null = null;
  let before: CaptureFlow | null = null;
  for (let i = 0; i < own.length; i++) {
    const leg = own[i]!;
    const there = legs.seen(leg, 0);
    const back = legs.seen(leg, 1);
    if (there + back === 0) continue;
    const flow = flows[flowOfLeg[leg]!]!;
    if (a === null || b === null || flow.a !== before?.a || flow.b !== before.b) {
      a = end(flow.a);
      b = end(flow.b);
    }
    before = flow;
    if (there > 0) countWay(a, b, there, legs.dir(leg, 0), legs.ttl(leg, 0));
    if (back > 0) countWay(b, a, back, legs.dir(leg, 1), legs.ttl(leg, 1));
  }
  for (const { stats, ttl, count, others } of known.values()) {
    const all = others === null ? [[ttl, count] as const] : [[ttl, count] as const, ...others];
    stats.ttl = all.sort((x, y) => y[1] - x[1] || y[0] - x[0])[0]![0];
    stats.initial = all.some(([t]) => isInitialTtl(t));
  }
  return new Map([...known].map(([ip, { stats }]) => [ip, stats]));
}

interface End {
  readonly stats: EndStats;
  /** TTL of the first flow that it sent in, 0 before, in how many flows; the others are counted apart, for few have any. */
  ttl: number;
  count: number;
  others: Map<number, number> | null;
}

/** Packets of one way of a flow. */
function countWay(from: End, to: End, packets: number, dir: number, ttl: number): void {
  from.stats.sent += packets;
  to.stats.received += packets;
  if (dir !== DIR_UNKNOWN) (dir === DIR_OUT ? from : to).stats.local += packets;
  if (ttl === 0) return;
  if (from.ttl === 0) from.ttl = ttl;
  if (from.ttl === ttl) from.count++;
  else (from.others ??= new Map<number, number>()).set(ttl, (from.others.get(ttl) ?? 0) + 1);
}
