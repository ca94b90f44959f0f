import { Tally } from '../tally.js';
import { clockless, durationText } from '../text.js';
import type { Check, CheckMeta } from '../types.js';

const STEP_NS = 10e6;
/** No capture of this software's subject is older than 2010. */
const PLAUSIBLE_NS = 1_262_304_000_000_000_000n;

const META: CheckMeta = {
  id: 'capture-clock',
  title: 'Oddities of the clock',
  unit: 'packets',
  threshold:
    'a packet earlier than the one before it in the file; suspicious from 10 ms on, and times before 2010',
  normal:
    'Steps back of less than 10 ms: several queues or interfaces are written as they come. All checks go by time.',
};

/** Time that goes back, or is no time at all. */
export const captureClock: Check = {
  ...META,
  run(x) {
    const { backSteps, largestStep, stepRows } = x.order;
    const tally = new Tally({
      'time goes back': {
        class: largestStep >= STEP_NS ? 'suspicious' : 'normal',
        means:
          largestStep >= STEP_NS
            ? `by up to ${durationText(largestStep)}: the clock was set while the capture ran, or files were joined in the wrong order.`
            : `by at most ${durationText(largestStep)}: packets of several queues, written as they came.`,
      },
      'no plausible date': {
        class: 'suspicious',
        means: 'the capture has times before 2010: its clock was not set, or a tool lost the times.',
      },
    });
    const place = (i: number): (() => ReturnType<typeof x.example>) => {
      return () =>
        x.example(i, `${durationText(x.c.time[i - 1]! - x.c.time[i]!)} before the packet in front of it`);
    };
    for (const i of stepRows) tally.add('time goes back', place(i));
    tally.add('time goes back', null, backSteps - stepRows.length);
    if (x.table.packets > 0 && x.table.baseNs + BigInt(Math.round(x.first)) < PLAUSIBLE_NS)
      tally.add('no plausible date', () =>
        clockless(`first packet at ${x.time(x.first) ?? 'no date at all'}`),
      );
    return tally.result(META, x.table.packets, 'Time runs forward.');
  },
};
