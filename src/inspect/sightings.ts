import { BIT_DUPLICATE, TCP_ACK, TCP_SYN, type CaptureTable, type PacketColumns } from '../model/capture.js';
import { NO_FLOW } from '../capture/columns.js';

/** The one sighting of a packet that counts. */
export const COUNTED = 0;
/** The flow is seen at several interfaces (or in and out with `-i any`); this is not the one it is judged at. */
export const OTHER_INTERFACE = 1;
/** The very same packet a second time at one interface. */
export const DUPLICATE = 2;
/** The same packet again at one interface with a smaller TTL: it came round, or out again. */
export const TTL_FELL = 3;

/** How each row is to be taken, and the packets that came round. */
export interface Sightings {
  /** Per row one of the constants above. */
  readonly kind: Uint8Array;
  readonly otherInterface: number;
  readonly duplicates: number;
  /** Row of the first sighting → how often it came again, and its smallest TTL. */
  readonly rounds: ReadonlyMap<number, { count: number; ttl: number }>;
}

const SLOTS = 0x10000;
const MAX_ROUNDS = 10_000;
/** The identification of IPv4 is used again after a while; copies come at once. */
const COPY_NS = 100e6;
/** Without an identification only equal timestamps within this time make two segments one. */
const COPY_BY_TIMESTAMP_NS = 1e6;
const ROUND_NS = 1e9;
const ROUND_WITHOUT_ID_NS = 10e6;

/**
 * Tells packets from copies of packets, so that nothing is judged twice: a capture of all interfaces sees each
 * forwarded packet several times, mirrors and loops show packets again. A copy is no retransmission: that has a
 * new identification or timestamp.
 */
export function findSightings(table: CaptureTable, order: Uint32Array | null): Sightings {
  const c = table.columns;
  const kind = new Uint8Array(table.packets);
  const lanes = new Int32Array(table.flows.length * 2).fill(-1);
  const slots = new Int32Array(SLOTS).fill(-1);
  const syns = new Uint8Array(table.flows.length * 2);
  const rounds = new Map<number, { count: number; ttl: number }>();
  let otherInterface = 0;
  let duplicates = 0;
  for (let k = 0; k < table.packets; k++) {
    const i = order === null ? k : order[k]!;
    const flow = c.flow[i]!;
    if (flow === NO_FLOW) continue;
    const side = flow * 2 + c.way[i]!;
    const lane = c.iface[i]! * 4 + c.dir[i]!;
    if (lanes[side] === -1) lanes[side] = lane;
    else if (lanes[side] !== lane) {
      kind[i] = OTHER_INTERFACE;
      otherInterface++;
      continue;
    }
    const slot = hash(c, i, side);
    const before = slots[slot]!;
    const copy = before < 0 ? COUNTED : copyKind(c, before, i, syns[side ^ 1]!);
    if (copy === COUNTED) {
      slots[slot] = i;
      if ((c.flags[i]! & (TCP_SYN | TCP_ACK)) === TCP_SYN && syns[side]! < 2) syns[side]!++;
      continue;
    }
    kind[i] = copy;
    if (copy === DUPLICATE) {
      duplicates++;
      continue;
    }
    const round = rounds.get(before);
    if (round !== undefined) {
      round.count++;
      round.ttl = Math.min(round.ttl, c.ttl[i]!);
    } else if (rounds.size < MAX_ROUNDS) {
      rounds.set(before, { count: 1, ttl: c.ttl[i]! });
    }
  }
  return { kind, otherInterface, duplicates, rounds };
}

function hash(c: PacketColumns, i: number, side: number): number {
  let h = Math.imul(side ^ c.ipId[i]!, 0x85ebca6b);
  h = Math.imul((h ^ (h >>> 15)) + c.seq[i]!, 0xc2b2ae35);
  h = Math.imul((h ^ (h >>> 13)) + c.hash[i]! + c.flags[i]!, 0x27d4eb2f);
  return (h ^ (h >>> 16)) & (SLOTS - 1);
}

/** `asked`: SYNs of the other side seen so far. */
function copyKind(c: PacketColumns, a: number, b: number, asked: number): number {
  if (
    c.flow[a] !== c.flow[b] ||
    c.way[a] !== c.way[b] ||
    c.seq[a] !== c.seq[b] ||
    c.ack[a] !== c.ack[b] ||
    c.flags[a] !== c.flags[b] ||
    c.payload[a] !== c.payload[b] ||
    c.hash[a] !== c.hash[b] ||
    c.ipId[a] !== c.ipId[b] ||
    c.tsval[a] !== c.tsval[b] ||
    c.window[a] !== c.window[b]
  )
    return COUNTED;
  const apart = c.time[b]! - c.time[a]!;
  const id = c.ipId[a] !== 0;
  const stamped = c.tsval[a] !== 0;
  if (c.ttl[b]! < c.ttl[a]!)
    return apart <= (id || stamped ? ROUND_NS : ROUND_WITHOUT_ID_NS) ? TTL_FELL : COUNTED;
  if (c.ttl[b] !== c.ttl[a]) return COUNTED;
  if ((c.bits[b]! & BIT_DUPLICATE) !== 0) return DUPLICATE;
  if (id) return apart <= COPY_NS ? DUPLICATE : COUNTED;
  // A SYN-ACK is sent again by its timer and for a SYN that comes again: both within a millisecond are two. The
  // timer alone waits longer, so without a second SYN the other one is a copy.
  const syn = (c.flags[b]! & TCP_SYN) !== 0 && asked !== 1;
  return stamped && !syn && apart <= COPY_BY_TIMESTAMP_NS ? DUPLICATE : COUNTED;
}
