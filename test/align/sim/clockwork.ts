/** A queue of things to happen, in order of time (nanoseconds). */
export class Clockwork {
  now = 0;
  private readonly heap: { t: number; n: number; run: () => void }[] = [];
  private count = 0;

  at(t: number, run: () => void): void {
    const entry = { t: Math.max(t, this.now), n: this.count++, run };
    let i = this.heap.push(entry) - 1;
    while (i > 0) {
      const up = (i - 1) >> 1;
      if (!before(entry, this.heap[up]!)) break;
      this.heap[i] = this.heap[up]!;
      i = up;
    }
    this.heap[i] = entry;
  }

  after(delay: number, run: () => void): void {
    this.at(this.now + delay, run);
  }

  runUntil(end: number): void {
    while (this.heap.length > 0 && this.heap[0]!.t <= end) {
      const e = this.pop();
      this.now = e.t;
      e.run();
    }
    this.now = end;
  }

  private pop(): { t: number; run: () => void } {
    const top = this.heap[0]!;
    const last = this.heap.pop()!;
    if (this.heap.length > 0) {
      let i = 0;
      for (;;) {
        let k = 2 * i + 1;
        if (k >= this.heap.length) break;
        if (k + 1 < this.heap.length && before(this.heap[k + 1]!, this.heap[k]!)) k++;
        if (!before(this.heap[k]!, last)) break;
        this.heap[i] = this.heap[k]!;
        i = k;
      }
      this.heap[i] = last;
    }
    return top;
  }
}

function before(x: { t: number; n: number }, y: { t: number; n: number }): boolean {
  return x.t < y.t || (x.t === y.t && x.n < y.n);
}
