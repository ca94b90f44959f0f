/** Numbers of a run. */
const STRIDE = 7;
const START = 0;
const END = 1;
const TIME = 2;
const SEGMENTS = 3;
const LARGEST = 4;
const SMALLEST = 5;
const DONT_FRAGMENT = 6;

/**
 * What one point saw of one direction of a TCP connection, in time order: packets, each with the bytes it covers, or
 * runs of packets that follow one another without gap or overlap. In one array: long connections with losses have
 * hundreds of thousands of them, and objects would cost more than what is done with them.
 *
 * Positions count from the first sequence number, ends are exclusive; times are nanoseconds of the reference clock.
 */
export class ByteRuns {
  count = 0;
  private readonly data: Float64Array;

  /** @param capacity runs that may be added */
  constructor(capacity: number) {
    this.data = new Float64Array(capacity * STRIDE);
  }

  /**
   * @param segments as many as it goes on the wire as
   * @param wire IP bytes of the largest of them
   */
  add(start: number, end: number, time: number, segments: number, wire: number, dontFragment: boolean): void {
    const { data } = this;
    const o = this.count++ * STRIDE;
    data[o + START] = start;
    data[o + END] = end;
    data[o + TIME] = time;
    data[o + SEGMENTS] = segments;
    data[o + LARGEST] = data[o + SMALLEST] = wire;
    data[o + DONT_FRAGMENT] = dontFragment ? 1 : 0;
  }

  start(i: number): number {
    return this.data[i * STRIDE + START]!;
  }
  end(i: number): number {
    return this.data[i * STRIDE + END]!;
  }
  /** Of its last packet. */
  time(i: number): number {
    return this.data[i * STRIDE + TIME]!;
  }
  segments(i: number): number {
    return this.data[i * STRIDE + SEGMENTS]!;
  }
  /** IP bytes on the wire. */
  largest(i: number): number {
    return this.data[i * STRIDE + LARGEST]!;
  }
  smallest(i: number): number {
    return this.data[i * STRIDE + SMALLEST]!;
  }
  /** Of its first packet. */
  dontFragment(i: number): boolean {
    return this.data[i * STRIDE + DONT_FRAGMENT] === 1;
  }

  /** Neighbours put together where one begins at the end of the other and both have the same mark. */
  merged(marks: Int32Array): { readonly runs: ByteRuns; readonly marks: Int32Array } {
    let count = 0;
    for (let i = 0; i < this.count; i++)
      if (i === 0 || this.end(i - 1) !== this.start(i) || marks[i - 1] !== marks[i]) count++;
    const runs = new ByteRuns(count);
    const kept = new Int32Array(count);
    const { data: from } = this;
    const { data: to } = runs;
    for (let i = 0; i < this.count; i++) {
      const o = i * STRIDE;
      const p = (runs.count - 1) * STRIDE;
      if (i > 0 && to[p + END] === from[o + START] && kept[runs.count - 1] === marks[i]) {
        to[p + END] = from[o + END]!;
        to[p + TIME] = from[o + TIME]!;
        to[p + SEGMENTS]! += from[o + SEGMENTS]!;
        if (from[o + LARGEST]! > to[p + LARGEST]!) to[p + LARGEST] = from[o + LARGEST]!;
        if (from[o + SMALLEST]! < to[p + SMALLEST]!) to[p + SMALLEST] = from[o + SMALLEST]!;
      } else {
        for (let k = 0; k < STRIDE; k++) to[p + STRIDE + k] = from[o + k]!;
        kept[runs.count++] = marks[i]!;
      }
    }
    return { runs, marks: kept };
  }
}

/** Index of the first of some numbers in order that is not below `x`; of the last when all are. */
export function firstAtLeast(sorted: Float64Array, x: number): number {
  let lo = 0;
  let hi = sorted.length - 1;
  while (lo < hi) {
    const mid = (lo + hi) >> 1;
    if (sorted[mid]! < x) lo = mid + 1;
    else hi = mid;
  }
  return lo;
}
