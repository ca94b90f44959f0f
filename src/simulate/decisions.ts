/**
 * Walks all outcomes of a simulation that meets open questions. The simulation is run again and again; each
 * time it asks `choose`, which follows a path of answers, and the next run takes the next path, depth first.
 */
export class Decisions {
  private readonly path: { taken: number; of: number }[] = [];
  private at = 0;
  private reasons: string[] = [];

  /** Answers an open question with one of `of` possibilities, 0 first. */
  choose(of: number, reason: string): number {
    if (this.at === this.path.length) this.path.push({ taken: 0, of });
    this.reasons.push(reason);
    const step = this.path[this.at]!;
    this.at += 1;
    return step.taken;
  }

  /** Reasons given on the run that just ended. */
  get reasonsOfRun(): readonly string[] {
    return this.reasons;
  }

  /** Moves to the next path; false when all were walked. */
  next(): boolean {
    this.at = 0;
    this.reasons = [];
    for (let last = this.path.at(-1); last !== undefined; last = this.path.at(-1)) {
      if (last.taken + 1 < last.of) {
        last.taken += 1;
        return true;
      }
      this.path.pop();
    }
    return false;
  }
}
