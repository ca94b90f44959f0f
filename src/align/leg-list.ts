import { Leg } from './legs.js';
import type { ConnectionFlow } from './reuse.js';
import type { TapData } from './taps.js';

/** The legs of all taps, grouped by the number of their flow. */
export class LegList {
  /** Of each leg, by tap and flow: its tap, and its place in the tap's table. */
  private readonly taps: Uint32Array;
  private readonly places: Uint32Array;
  /** Legs of number n: members[starts[n]] … members[starts[n + 1] - 1]. */
  private readonly starts: Uint32Array;
  private readonly members: Uint32Array;

  /** @param count flows numbered */
  constructor(
    readonly of: readonly TapData[],
    readonly count: number,
  ) {
    const total = of.reduce((n, t) => n + t.ownLegs.length, 0);
    this.taps = new Uint32Array(total);
    this.places = new Uint32Array(total);
    this.members = new Uint32Array(total);
    const starts = new Uint32Array(count + 1);
    let i = 0;
    for (const tap of of) {
      const { ownLegs, flowNumbers, flowOfLeg } = tap;
      for (let k = 0; k < ownLegs.length; k++) {
        const leg = ownLegs[k]!;
        this.taps[i] = tap.index;
        this.places[i++] = leg;
        starts[flowNumbers[flowOfLeg[leg]!]! + 1]!++;
      }
    }
    for (let n = 0; n < count; n++) starts[n + 1]! += starts[n]!;
    const next = starts.slice(0, count);
    i = 0;
    for (const { ownLegs, flowNumbers, flowOfLeg } of of)
      for (let k = 0; k < ownLegs.length; k++)
        this.members[next[flowNumbers[flowOfLeg[ownLegs[k]!]!]!]!++] = i++;
    this.starts = starts;
  }

  /** How many legs a flow has; they are in the order of their taps. */
  size(n: number): number {
    return this.starts[n + 1]! - this.starts[n]!;
  }
  tap(n: number, i: number): TapData {
    return this.of[this.taps[this.members[this.starts[n]! + i]!]!]!;
  }
  /** Place in the tap's leg table. */
  place(n: number, i: number): number {
    return this.places[this.members[this.starts[n]! + i]!]!;
  }
  /** A flow that has legs, as its first tap shows it. */
  flow(n: number): ConnectionFlow {
    const tap = this.tap(n, 0);
    return tap.flows[tap.flowOfLeg[this.place(n, 0)]!]!;
  }
  leg(n: number, i: number): Leg {
    const tap = this.tap(n, i);
    const at = this.place(n, i);
    return new Leg(tap.index, tap.flowOfLeg[at]!, tap.legs, at, tap.shift);
  }
}
