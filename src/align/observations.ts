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
  return point.legs.length > 1 || !sorted(seen.time) ? reorder(seen) : seen;
}

function sorted(time: Float64Array): boolean {
  for (let i = 1; i < time.length; i++) if (time[i]! < time[i - 1]!) return false;
  return true;
}

function reorder(o: Observation): Observation {
  const order = Uint32Array.from({ length: o.count }, (_, i) => i);
  order.sort((x, y) => o.time[x]! - o.time[y]! || x - y);
  const pick = <T extends Float64Array | Uint32Array | Uint16Array | Uint8Array>(from: T, to: T): T => {
    for (let i = 0; i < o.count; i++) to[i] = from[order[i]!]!;
    return to;
  };
  return {
    count: o.count,
    time: pick(o.time, new Float64Array(o.count)),
    row: pick(o.row, new Uint32Array(o.count)),
    tap: pick(o.tap, new Uint16Array(o.count)),
    back: pick(o.back, new Uint8Array(o.count)),
    taps: o.taps,
  };
}
