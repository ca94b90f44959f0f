import { PROTO_TCP } from '../model/capture.js';
import type { Clocks } from './clocks.js';
import { wayOf } from './conversations.js';
import type { Geography } from './geography.js';
import { packetTimes } from './legs.js';
import type { Path, PathPoint } from './paths.js';
import { lacksPart } from './tap-groups.js';
import type { TapData } from './taps.js';

/** How sure it is that a capture was running at a time. */
export const NOT_COVERED = 0;
/** Nothing speaks against it. */
export const ASSUMED = 1;
/** Another capture of the same node ran, and nothing speaks against their having run together. */
export const LIKELY = 2;
/** The capture itself holds frames from before and after. */
export const COVERED = 3;
export type Coverage = 0 | 1 | 2 | 3;

/** Slack for the way between two points, beyond the clocks' bound: queues and scheduling. */
const DELAY_SAME_NODE = 2e6;
const DELAY_CROSS_NODE = 20e6;
/** tcpdump without immediate mode loses up to a second at its end, and captures are stopped one by one. */
const LOST_AT_END = 1.5e9;
const LATER_START = 0.3e9;
const LONGEST_SLACK = 30e9;

interface Window {
  /** On the reference clock; null for an empty capture. */
  readonly first: number | null;
  readonly last: number | null;
  readonly longestGap: number;
  readonly node: string | null;
  /** Packets that must have passed the tap before its first or after its last frame are not in it. */
  startedLate: boolean;
  stoppedEarly: boolean;
  /** An empty capture missed something as late as this: nothing says that it began at all after. */
  missedUntil: number;
  /** It did so while others of the node ran: its interface or its filter is a wrong one. */
  blind: boolean;
}

/** Knows from when to when each capture ran: from its own frames, from its neighbours', and from what it missed. */
export class Windows {
  private readonly windows: Window[];
  private readonly nodes = new Map<string, { first: number; last: number }>();
  /** How far two clocks may be apart that were brought together. */
  private readonly slack: number;

  constructor(
    private readonly taps: readonly TapData[],
    geography: Geography,
    private readonly clocks: Clocks,
  ) {
    this.windows = taps.map((t) => {
      const node = geography.places[t.index]!.node;
      const at = (x: number | null): number | null => (x === null ? null : clocks.toReference(node, x));
      return {
        first: at(t.fileFirst),
        last: at(t.fileLast),
        longestGap: t.longestGap,
        node,
        startedLate: false,
        stoppedEarly: false,
        missedUntil: -Infinity,
        blind: false,
      };
    });
    for (const w of this.windows) {
      if (w.node === null || w.first === null || w.last === null) continue;
      const n = this.nodes.get(w.node);
      if (n) {
        n.first = Math.min(n.first, w.first);
        n.last = Math.max(n.last, w.last);
      } else this.nodes.set(w.node, { first: w.first, last: w.last });
    }
    const [first, ...others] = this.nodes.keys();
    const bound = Math.max(0, ...others.map((n) => clocks.bound(first!, n)));
    this.slack = Math.min(DELAY_CROSS_NODE, DELAY_SAME_NODE + bound);
  }

  /**
   * Looks for packets seen beyond a point that the point itself missed at its edges: then it began late or
   * stopped early, whatever its neighbours did.
   */
  contradict(protocol: number, path: Path): void {
    const { points } = path;
    for (let k = 0; k < points.length; k++)
      for (const way of [0, 1] as const) {
        const watchers = points[k]!.watchers;
        const veth = points[k]!.station.endsWith('veth');
        const own = this.span(points[k]!);
        // An ENI that holds other traffic only may be the wrong one; an empty capture proves nothing either way.
        const absent = !veth && own !== null && !this.carries(points[k]!, way);
        if (!absent && own !== null && protocol !== PROTO_TCP && this.beginsAmid(path, k, way, own.first))
          for (const t of watchers) this.windows[t.index]!.startedLate = true;
        const beyond = way === 0 ? points.slice(k + 1) : points.slice(0, k);
        let first = Infinity;
        let last = -Infinity;
        let guard = 0;
        for (const p of beyond)
          for (const oriented of p.legs) {
            const { leg } = oriented;
            const w = wayOf(oriented, way);
            if (leg.packets(w) === 0) continue;
            first = Math.min(first, this.clocks.toReference(p.node, leg.first(w)));
            last = Math.max(last, this.clocks.toReference(p.node, leg.last(w)));
            guard = Math.max(guard, this.guard(p, points[k]!));
          }
        if (last === -Infinity) continue;
        if (absent) {
          // All of it passed before the first frame here: the wrong one, or not yet running.
          if (last < own.first - guard) for (const t of watchers) this.windows[t.index]!.startedLate = true;
          continue;
        }
        for (const t of watchers) {
          const w = this.windows[t.index]!;
          if (own === null) {
            w.missedUntil = Math.max(w.missedUntil, last);
            if (this.nodeRan(w.node, last)) w.blind = true;
          } else if (first < own.first - guard) w.startedLate = true;
          if (own !== null && last > own.last + guard) w.stoppedEarly = true;
        }
      }
  }

  private nodeRan(node: string | null, t: number): boolean {
    const ran = node === null ? undefined : this.nodes.get(node);
    return ran !== undefined && t > ran.first + LATER_START && t < ran.last - LOST_AT_END;
  }

  /**
   * The first frame of the captures at a point is a datagram of a flow that came before it from two or more others,
   * none of them seen here, and after it from none that was missed: the captures began amid the flow.
   */
  private beginsAmid(path: Path, k: number, way: 0 | 1, began: number): boolean {
    const point = path.points[k]!;
    // The legs' own figures tell it for most flows, without a look at their packets.
    const first = Math.min(...point.legs.map((oriented) => oriented.leg.first(wayOf(oriented, way))));
    if (!(this.clocks.toReference(point.node, first) <= began + DELAY_CROSS_NODE)) return false;
    const here = this.times(point, way);
    const before = way === 0 ? path.points.slice(0, k) : path.points.slice(k + 1);
    return before.some((p) => {
      const there = this.times(p, way);
      const missed = there.filter((t) => t < began - DELAY_CROSS_NODE).length;
      return missed >= 2 && here.length >= there.length - missed;
    });
  }

  /** Times of the packets of one way at a point, on the reference clock. */
  private times(p: PathPoint, way: 0 | 1): number[] {
    return p.legs
      .flatMap((oriented) => packetTimes(this.taps[oriented.leg.tap]!, oriented.leg, wayOf(oriented, way)))
      .map((t) => this.clocks.toReference(p.node, t));
  }

  private carries(p: PathPoint, way: 0 | 1): boolean {
    return p.legs.some((oriented) => oriented.leg.packets(wayOf(oriented, way)) > 0);
  }

  /** First and last frame at a point, over all its captures. */
  span(p: PathPoint): { first: number; last: number } | null {
    let first = Infinity;
    let last = -Infinity;
    for (const t of p.watchers) {
      const w = this.windows[t.index]!;
      if (w.first === null || w.last === null) continue;
      first = Math.min(first, w.first);
      last = Math.max(last, w.last);
    }
    return last === -Infinity ? null : { first, last };
  }

  /** Do the captures at a point hold frames from before and after a time, of any interface of their files? */
  ranAround(p: PathPoint, t: number): boolean {
    return p.watchers.some((tap) => {
      const w = this.windows[tap.index]!;
      return w.first !== null && w.last !== null && t > w.first + this.slack && t < w.last - this.slack;
    });
  }

  private guard(from: PathPoint, to: PathPoint): number {
    if (from.node === to.node && from.node !== null) return DELAY_SAME_NODE;
    return DELAY_CROSS_NODE + Math.min(this.clocks.bound(from.node, to.node), 1e9);
  }

  /** Was a capture at `point` running when a packet seen at `from` at reference time `t` should have passed? */
  at(point: PathPoint, from: PathPoint, t: number): Coverage {
    if (point.missedInterface !== null) return NOT_COVERED;
    const guard = this.guard(from, point);
    let best: Coverage = NOT_COVERED;
    for (const tap of point.watchers) {
      const c = this.tapAt(this.windows[tap.index]!, t, guard);
      if (c > best) best = c;
    }
    if (best < COVERED && point.watchers.length > 1) best = this.betweenFiles(point, t, guard, best);
    return best;
  }

  /** A rotated capture has no gap between its files to speak of, where none of them is missing. */
  private betweenFiles(point: PathPoint, t: number, guard: number, best: Coverage): Coverage {
    let before: { readonly tap: TapData; readonly last: number } | null = null;
    let after: { readonly tap: TapData; readonly first: number } | null = null;
    for (const tap of point.watchers) {
      const { first, last } = this.windows[tap.index]!;
      if (first === null || last === null) continue;
      if (last <= t + guard && (before === null || last > before.last)) before = { tap, last };
      if (first >= t - guard && (after === null || first < after.first)) after = { tap, first };
    }
    if (before === null || after === null || after.first - before.last > 2e9) return best;
    // What a missing part held was not missed by the others.
    return lacksPart(before.tap.table.file, after.tap.table.file) ? NOT_COVERED : COVERED;
  }

  private tapAt(w: Window, t: number, guard: number): Coverage {
    const node = w.node === null ? undefined : this.nodes.get(w.node);
    const likely =
      node !== undefined && t >= node.first + LATER_START + guard && t <= node.last - LOST_AT_END - guard;
    if (w.first === null || w.last === null) {
      if (w.blind || t <= w.missedUntil + guard) return NOT_COVERED;
      if (likely) return LIKELY;
      return w.missedUntil > -Infinity ? NOT_COVERED : ASSUMED;
    }
    if (t >= w.first + guard && t <= w.last - guard) return COVERED;
    const early = t < w.first + guard;
    if (early ? w.startedLate : w.stoppedEarly) return NOT_COVERED;
    if (early ? node !== undefined && t >= node.first + LATER_START + guard : likely) return LIKELY;
    const slack = Math.min(Math.max(2e9, 3 * w.longestGap), LONGEST_SLACK) + guard;
    return t >= w.first - slack && t <= w.last + slack ? ASSUMED : NOT_COVERED;
  }
}
