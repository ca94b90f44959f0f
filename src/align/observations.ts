import { BIT_DUPLICATE, BIT_ICMP_ERROR } from '../model/capture.js';
import type { Clocks } from './clocks.js';
import type { Geography } from './geography.js';
import type { PathPoint } from './paths.js';
import type { TapData } from './taps.js';

/** The packets of one conversation at one point of its path, in time order, on the reference clock. */
export interface Observation {
  readonly count: number;
  readonly time: Float64Array;
  readonly row: Uint32Array;
  /** Index into `taps`. */
  readonly tap: Uint16Array;
  /** 1 for packets from server to client. */
  readonly back: Uint8Array;
  readonly taps: readonly TapData[];
}

export function observe(point: PathPoint, geography: Geography, clocks: Clocks): Observation {
  let size = 0;
  for (const { leg } of point.legs) size += leg.packets(0) + leg.packets(1);
  const time = new Float64Array(size);
  const row = new Uint32Array(size);
  const tapOf = new Uint16Array(size);
  const back = new Uint8Array(size);
  const taps: TapData[] = [];
  let n = 0;
  for (const { leg, forward } of point.legs) {
    const tap = point.taps.find((t) => t.index === leg.tap)!;
    let ti = taps.indexOf(tap);
    if (ti < 0) ti = taps.push(tap) - 1;
    const c = tap.table.columns;
    const node = geography.places[tap.index]!.node;
    const { rows, offsets } = tap.flowIndex;
    for (let i = offsets[leg.flow]!; i < offsets[leg.flow + 1]!; i++) {
      const r = rows[i]!;
      if (tap.rowTap !== null && tap.rowTap[r] !== tap.slot) continue;
      if (c.bits[r]! & (BIT_ICMP_ERROR | BIT_DUPLICATE)) continue;
      time[n] = clocks.toReference(node, c.time[r]! + tap.shift);
      row[n] = r;
      tapOf[n] = ti;
      back[n] = c.way[r] === forward ? 0 : 1;
      n++;
    }
  }
  const seen: Observation = {
    count: n,
    time: time.subarray(0, n),
    row: row.subarray(0, n),
    tap: tapOf.subarray(0, n),
    back: back.subarray(0, n),
    taps,
  };
  const ordered = point.legs.length > 1 || !sorted(seen.time) ? reorder(seen) : seen;
  return taps.length > 1 || taps[0]?.cooked === true ? once(ordered) : ordered;
}

/** Two captures of one interface, or of a trunk and the VLAN on it, show a packet within this time of each other. */
export const SAME_MOMENT_NS = 5e5;
/** Packets looked back at for another copy. */
const LOOK_BACK = 256;

/**
 * Each packet once, where several captures overlap: of one interface, or of a trunk and the branch ENI on it. A
 * capture of all interfaces in the old cooked format shows those two as one tap. Forwarding changes the TTL, so a
 * packet before and after routing stays two.
 */
function once(o: Observation): Observation {
  const claimed = new Uint32Array(o.count);
  const copy = new Uint8Array(o.count);
  let copies = 0;
  for (let i = 1; i < o.count; i++)
    for (let j = i - 1; j >= 0 && i - j <= LOOK_BACK && o.time[i]! - o.time[j]! <= SAME_MOMENT_NS; j--) {
      const by = 1 << (o.tap[i]! & 31);
      if (copy[j] === 1 || (claimed[j]! & by) !== 0 || !samePacket(o, i, j)) continue;
      claimed[j]! |= by;
      copy[i] = 1;
      copies++;
      break;
    }
  if (copies === 0) return o;
  const order = new Uint32Array(o.count - copies);
  for (let i = 0, n = 0; i < o.count; i++) if (copy[i] === 0) order[n++] = i;
  return select(o, order);
}

function samePacket(o: Observation, i: number, j: number): boolean {
  const [x, y] = [o.taps[o.tap[i]!]!, o.taps[o.tap[j]!]!];
  if ((x === y && x.cookedPart === null) || o.back[i] !== o.back[j]) return false;
  const [c, d] = [x.table.columns, y.table.columns];
  const [r, s] = [o.row[i]!, o.row[j]!];
  return (
    c.ttl[r] === d.ttl[s] &&
    c.ipId[r] === d.ipId[s] &&
    c.seq[r] === d.seq[s] &&
    c.ack[r] === d.ack[s] &&
    c.flags[r] === d.flags[s] &&
    c.payload[r] === d.payload[s] &&
    c.tsval[r] === d.tsval[s] &&
    (x !== y || c.dir[r] === d.dir[s]) &&
    (x.hashReach !== y.hashReach || c.hash[r] === d.hash[s])
  );
}

function sorted(time: Float64Array): boolean {
  for (let i = 1; i < time.length; i++) if (time[i]! < time[i - 1]!) return false;
  return true;
}

function reorder(o: Observation): Observation {
  const order = Uint32Array.from({ length: o.count }, (_, i) => i);
  order.sort((x, y) => o.time[x]! - o.time[y]! || x - y);
  return select(o, order);
}

function select(o: Observation, order: Uint32Array): Observation {
  const n = order.length;
  const pick = <T extends Float64Array | Uint32Array | Uint16Array | Uint8Array>(from: T, to: T): T => {
    for (let i = 0; i < n; i++) to[i] = from[order[i]!]!;
    return to;
  };
  return {
    count: n,
    time: pick(o.time, new Float64Array(n)),
    row: pick(o.row, new Uint32Array(n)),
    tap: pick(o.tap, new Uint16Array(n)),
    back: pick(o.back, new Uint8Array(n)),
    taps: o.taps,
  };
}
