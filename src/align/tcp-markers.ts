import type { Marker } from './brackets.js';
import { firstAtLeast, type ByteRuns } from './byte-runs.js';

/** Transmissions of one direction, per point: those at `point` of bytes that it saw once. */
export function markersOf(transmissions: readonly ByteRuns[], point: number): Marker[] {
  const list = transmissions[point]!;
  const byStart = inOrder(list);
  const once: number[] = [];
  let reached = -Infinity;
  byStart.forEach((i, place) => {
    const next = byStart[place + 1];
    const free = next === undefined || list.start(next) >= list.end(i);
    if (list.start(i) >= reached && free) once.push(i);
    reached = Math.max(reached, list.end(i));
  });
  const seen = transmissions.map(reachOf);
  return once
    .sort((x, y) => x - y)
    .map((i) => ({
      time: list.time(i),
      seenAt: (k) => {
        const { starts, reach } = seen[k]!;
        const begun = firstAtLeast(starts, list.end(i));
        return begun > 0 && reach[begun - 1]! > list.start(i);
      },
    }));
}

/** Starts of transmissions in order, ended by infinity, and how far they and all before them reach. */
function reachOf(list: ByteRuns): { starts: Float64Array; reach: Float64Array } {
  const order = inOrder(list);
  const starts = Float64Array.from([...order.map((i) => list.start(i)), Infinity]);
  const reach = Float64Array.from(order, (i) => list.end(i));
  for (let i = 1; i < reach.length; i++) if (reach[i - 1]! > reach[i]!) reach[i] = reach[i - 1]!;
  return { starts, reach };
}

/** Numbers of the transmissions by their bytes. */
function inOrder(list: ByteRuns): number[] {
  const all = Array.from({ length: list.count }, (_, i) => i);
  return all.sort((x, y) => list.start(x) - list.start(y) || list.end(x) - list.end(y));
}
