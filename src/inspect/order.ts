/** Order in which packets are judged: by time, and in the file's order where times are equal. */
export interface TimeOrder {
  /** Rows by time; null when the file is in that order already. */
  readonly rows: Uint32Array | null;
  /** Places where a packet is earlier than the one before it in the file, and the largest such step in ns. */
  readonly backSteps: number;
  readonly largestStep: number;
  /** Rows after the steps, the first few. */
  readonly stepRows: readonly number[];
}

const DIGIT = 0x10000;
const STEPS_KEPT = 5;

export function timeOrder(time: Float64Array): TimeOrder {
  let backSteps = 0;
  let largestStep = 0;
  const stepRows: number[] = [];
  for (let i = 1; i < time.length; i++) {
    const step = time[i - 1]! - time[i]!;
    if (step <= 0) continue;
    backSteps++;
    if (step > largestStep) largestStep = step;
    if (stepRows.length < STEPS_KEPT) stepRows.push(i);
  }
  return { rows: backSteps === 0 ? null : sortByTime(time), backSteps, largestStep, stepRows };
}

/** Radix sort of the rows, 16 bits at a time: linear whatever the file holds, and stable. */
function sortByTime(time: Float64Array): Uint32Array {
  let low = Infinity;
  let high = -Infinity;
  for (const t of time) {
    if (t < low) low = t;
    if (t > high) high = t;
  }
  let rows = new Uint32Array(time.length).map((_, i) => i);
  let next = new Uint32Array(time.length);
  for (let scale = 1; scale <= high - low; scale *= DIGIT) {
    const starts = new Uint32Array(DIGIT + 1);
    const digit = (row: number): number => Math.floor((time[row]! - low) / scale) % DIGIT;
    for (const row of rows) starts[digit(row) + 1]!++;
    for (let i = 1; i <= DIGIT; i++) starts[i]! += starts[i - 1]!;
    for (const row of rows) next[starts[digit(row)]!++] = row;
    [rows, next] = [next, rows];
  }
  return rows;
}
