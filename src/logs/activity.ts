import type { LogActivity } from '../model/logs.js';

const MINUTE = 60_000;
/** Steps that are kept; beyond, they are made twice as wide. */
const MAX_STEPS = 1024;

/** Counts matches per step of time. Steps begin as minutes and widen as the matches spread. */
export class ActivityCounter {
  private width = MINUTE;
  private counts = new Map<number, number>();
  /** The step of the last match and what was counted in it since: matches come by the thousand in one step. */
  private step = NaN;
  private pending = 0;

  /** `time` in milliseconds since the epoch. */
  add(time: number, count = 1): void {
    const step = Math.floor(time / this.width);
    if (step !== this.step) {
      this.settle();
      this.step = Math.floor(time / this.width);
    }
    this.pending += count;
  }

  merge(other: LogActivity): void {
    this.settle();
    while (this.width < other.width) this.widen();
    for (const [time, count] of other.counts) this.add(time, count);
  }

  /** Null when nothing with a time was counted. */
  result(): LogActivity | null {
    this.settle();
    if (this.counts.size === 0) return null;
    const counts = [...this.counts].sort((a, b) => a[0] - b[0]);
    return { width: this.width, counts: counts.map(([step, count]) => [step * this.width, count]) };
  }

  private settle(): void {
    const { step, pending } = this;
    if (pending === 0) return;
    this.pending = 0;
    this.step = NaN;
    this.counts.set(step, (this.counts.get(step) ?? 0) + pending);
    // The narrowest steps that are few enough: the order in which matches come makes no difference.
    while (this.counts.size > MAX_STEPS) this.widen();
  }

  private widen(): void {
    this.width *= 2;
    const wider = new Map<number, number>();
    for (const [step, count] of this.counts) {
      const to = Math.floor(step / 2);
      wider.set(to, (wider.get(to) ?? 0) + count);
    }
    this.counts = wider;
  }
}
