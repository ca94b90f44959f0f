import { WordTable } from '../capture/word-table.js';
import { PROTO_TCP } from '../model/capture.js';
import type { FlowNumbers } from './flow-numbers.js';
import type { LegList } from './leg-list.js';
import { LegTable } from './leg-table.js';
import { Leg } from './legs.js';
import type { TapData } from './taps.js';

/** Healthy connections of one kind that stay by themselves: the first ones, and as many more spread over the rest. */
const KEPT_FIRST = 64;
const KEPT_SPREAD = 500;

/** Connections put together. */
export interface Bulk {
  readonly legs: readonly Leg[];
  /** How many connections they stand for. */
  readonly stands: number;
}

/**
 * Puts together TCP connections of one client with one service that every capture saw from its first byte to its
 * last, each byte once and in order: their sums tell of them all. Captures hold tens of thousands of them, and what is
 * kept of each one by itself would take more time and memory than all others.
 *
 * @param apart flows, by number, that must stay by themselves
 * @returns what was put together, and 1 for each flow that went into it
 */
export function putTogether(
  list: LegList,
  numbers: FlowNumbers,
  apart: (n: number) => boolean,
): { bulks: Bulk[]; gone: Uint8Array } {
  const taps = list.of.length;
  // A capture that holds nothing may stand where they all are missing.
  if (list.of.some((t) => t.packets === 0)) return { bulks: [], gone: new Uint8Array(list.count) };
  const shapes = new WordTable(Infinity);
  const shapeOf = new Int32Array(list.count).fill(-1);
  const sizes: number[] = [];
  for (let n = 0; n < list.count; n++) {
    if (list.size(n) !== taps || !isWhole(list, n) || apart(n)) continue;
    const shape = shapes.intern(numbers.pairOf(n), service(list, n), ttls(list, n), 0);
    shapeOf[n] = shape;
    sizes[shape] = (sizes[shape] ?? 0) + 1;
  }
  const gone = new Uint8Array(list.count);
  const seen = new Uint32Array(sizes.length);
  const bulks: ({ readonly tables: readonly LegTable[]; first: number; stands: number } | undefined)[] = [];
  for (let n = 0; n < list.count; n++) {
    const shape = shapeOf[n]!;
    if (shape < 0) continue;
    const k = seen[shape]!++;
    if (k < KEPT_FIRST || k % Math.ceil(sizes[shape]! / KEPT_SPREAD) === 0) continue;
    const bulk = (bulks[shape] ??= {
      tables: Array.from({ length: taps }, () => new LegTable(1)),
      first: n,
      stands: 0,
    });
    bulk.stands++;
    gone[n] = 1;
    for (let i = 0; i < taps; i++) {
      const tap = list.tap(n, i);
      bulk.tables[i]!.addTo(0, tap.legs, list.place(n, i), tap.shift);
    }
  }
  return {
    gone,
    bulks: bulks.flatMap((b): Bulk | [] =>
      b === undefined
        ? []
        : {
            stands: b.stands,
            legs: b.tables.map((table, i) => {
              const tap = list.tap(b.first, i);
              return new Leg(tap.index, tap.flowOfLeg[list.place(b.first, i)]!, table, 0, 0);
            }),
          },
    ),
  };
}

/** Every tap saw the same two streams from their SYNs on, in order and unbroken, and what was sent was acknowledged. */
function isWhole(list: LegList, n: number): boolean {
  const size = list.size(n);
  if (size === 0) return false;
  const first = list.tap(n, 0);
  const at = list.place(n, 0);
  if (first.flows[first.flowOfLeg[at]!]!.protocol !== PROTO_TCP) return false;
  const client = first.legs.clientWay(at);
  if (client === null) return false;
  let acknowledged = 0;
  let before: TapData | null = null;
  for (let i = 0; i < size; i++) {
    const tap = i === 0 ? first : list.tap(n, i);
    // Interfaces of one file show a packet before and after translation.
    if (before !== null && tap.table === before.table) return false;
    before = tap;
    const { legs } = tap;
    const leg = list.place(n, i);
    if (legs.clientWay(leg) !== client) return false;
    if (!isWholeWay(legs, leg, 0, first.legs, at) || !isWholeWay(legs, leg, 1, first.legs, at)) return false;
    if (legs.acknowledged(leg, 0)) acknowledged |= 1;
    if (legs.acknowledged(leg, 1)) acknowledged |= 2;
  }
  return acknowledged === 3 && first.legs.ackPackets(at, client) > 0;
}

function isWholeWay(legs: LegTable, leg: number, way: 0 | 1, first: LegTable, at: number): boolean {
  return (
    legs.began(leg, way) &&
    legs.inOrder(leg, way) &&
    legs.syns(leg, way) === 1 &&
    legs.sameStream(leg, way, first, at, way)
  );
}

/** The server's port and who is the client, as one word. */
function service(list: LegList, n: number): number {
  const tap = list.tap(n, 0);
  const leg = list.place(n, 0);
  const { aPort, bPort } = tap.flows[tap.flowOfLeg[leg]!]!;
  return tap.legs.clientWay(leg) === 0 ? bPort : aPort | 0x10000;
}

/** All TTLs, mixed into one word: connections that were forwarded unlike are not of one kind. */
function ttls(list: LegList, n: number): number {
  let h = 0;
  for (let i = 0; i < list.size(n); i++) {
    const { legs } = list.tap(n, i);
    const leg = list.place(n, i);
    h = (Math.imul(h, 0x01000193) ^ (legs.ttl(leg, 0) | (legs.ttl(leg, 1) << 8))) | 0;
  }
  return h;
}
