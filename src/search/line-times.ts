/** The times of the lines of a block. */
import { LineClock } from '../index-store/line-clock.js';
import type { Blocks, FileIndex } from '../index-store/types.js';

/** What a clock has to know of the file. */
export type ClockedFile = Pick<FileIndex, 'profile' | 'yearless'>;

/** The clock as it stood before the first line of a block. */
export function clockOf(file: ClockedFile, blocks: Blocks, block: number): LineClock {
  return new LineClock(file.profile, file.yearless, {
    above: blocks.above[block]!,
    turns: blocks.turns[block]!,
    monthDay: blocks.monthDay[block]!,
  });
}

/** Times of the lines of a block up to index `last`; NaN where there is none. */
export function lineTimes(
  clock: LineClock,
  text: Buffer,
  bounds: readonly number[],
  last: number,
): Float64Array {
  const times = new Float64Array(last + 1);
  for (let i = 0; i <= last; i++) {
    clock.next(text, bounds[i * 2]!, bounds[i * 2 + 1]!);
    times[i] = clock.time;
  }
  return times;
}
