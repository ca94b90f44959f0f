import { ASSUMED, COVERED } from './coverage.js';
import type { CoverageOf } from './losses.js';

/** A packet that names itself at one point, and how to know it at another. */
export interface Marker {
  readonly time: number;
  seenAt(point: number): boolean;
}

/**
 * Coverage that also counts what the conversation itself proves: packets keep their order, so what was sent between two
 * packets that a later point saw passed it while it was captured, however near to the capture's first or last frame
 * and whatever the clocks say. Gaps between the files of a capture stay gaps.
 *
 * @param markers per point, in order of time: packets that were sent but once
 */
export function withBrackets(
  coverage: CoverageOf,
  markers: (point: number) => readonly Marker[],
): CoverageOf {
  const known = new Map<string, { first: number; last: number }>();
  const bracket = (from: number, to: number): { first: number; last: number } => {
    const key = `${from}.${to}`;
    let b = known.get(key);
    if (b === undefined) {
      const list = markers(from);
      b = {
        first: list.find((m) => m.seenAt(to))?.time ?? Infinity,
        last: list.findLast((m) => m.seenAt(to))?.time ?? -Infinity,
      };
      known.set(key, b);
    }
    return b;
  };
  return (from, to, t) => {
    const c = coverage(from, to, t);
    if (c < ASSUMED || c >= COVERED) return c;
    const { first, last } = bracket(from, to);
    return t > first && t < last ? COVERED : c;
  };
}
