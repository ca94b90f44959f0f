import { Tally } from '../tally.js';
import { durationText } from '../text.js';
import type { Check, CheckMeta } from '../types.js';

const BUCKET_NS = 100e6;
/** With fewer a median says nothing. */
const ENOUGH = 10;
const MAX_BUCKETS = 1_000_000;
const TIMES_MEDIAN = 10;
/** Below this a burst strains nothing: 10 Mbit/s. */
const LEAST_BYTES_PER_S = 1.25e6;

const META: CheckMeta = {
  id: 'bursts',
  title: 'Bursts',
  unit: 'stretches of 100 ms',
  threshold:
    'more than 10 times the median of the stretches that are not empty (10 of them at least), and more than 10 Mbit/s',
  normal:
    'Traffic comes in bursts; they matter where the allowances of the instance are exceeded at the same time.',
};

const PARTS = {
  bursts: {
    class: 'information',
    means: 'far above the usual load; compare with the drops and allowances of the node.',
  },
} as const;

/** Load in short stretches: the peak against the median. */
export const bursts: Check = {
  ...META,
  run(x) {
    const tally = new Tally(PARTS);
    let width = BUCKET_NS;
    while ((x.last - x.first) / width >= MAX_BUCKETS) width *= 2;
    const buckets = new Float64Array(x.table.packets === 0 ? 0 : Math.floor((x.last - x.first) / width) + 1);
    for (let i = 0; i < x.table.packets; i++) {
      if (x.counts(i)) buckets[Math.floor((x.c.time[i]! - x.first) / width)]! += x.c.ipLength[i]!;
    }
    const busy = buckets.filter((b) => b > 0).sort();
    const median = busy[busy.length >> 1] ?? 0;
    const least = Math.max(median * TIMES_MEDIAN, (LEAST_BYTES_PER_S * width) / 1e9);
    const rate = (b: number): string => `${((b * 8) / (width / 1e9) / 1e6).toFixed(2)} Mbit/s`;
    for (const [n, b] of buckets.entries()) {
      if (busy.length < ENOUGH || b <= least) continue;
      tally.add('bursts', () => ({
        time: x.time(x.first + n * width),
        src: null,
        dst: null,
        text: `${rate(b)} in ${durationText(width)}`,
      }));
    }
    const more =
      busy.length === 0
        ? []
        : [`Peak ${rate(busy.at(-1)!)}, median ${rate(median)}, in stretches of ${durationText(width)}.`];
    return tally.result(META, busy.length, 'No stretch stands out.', more);
  },
};
