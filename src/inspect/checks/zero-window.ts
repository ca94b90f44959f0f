import { Tally } from '../tally.js';
import { durationText } from '../text.js';
import type { Check, CheckMeta } from '../types.js';

const STALLED_NS = 200e6;
const LONG_NS = 2e9;

const META: CheckMeta = {
  id: 'zero-window',
  title: 'Closed windows',
  unit: 'connections',
  threshold:
    'a window of 0 in a packet that is no SYN, FIN or reset; normal when open again within 200 ms, a fault from 2 s on',
  normal: 'Short closures are flow control. The window field of a reset means nothing.',
};

const PARTS = {
  'closed for 2 s or longer': {
    class: 'fault',
    means:
      'the receiving application does not read: it hangs, or is starved of CPU. The network is not the reason.',
  },
  'closed for 200 ms or longer': { class: 'suspicious', means: 'the receiving application is slow to read.' },
  'closed briefly': { class: 'normal', means: 'flow control at work.' },
} as const;

/** Receivers that take nothing more, and how long. */
export const zeroWindow: Check = {
  ...META,
  run(x) {
    const tally = new Tally(PARTS);
    const { closed, zeroWindowPackets } = x.tcp.totals;
    for (const { row, duration, reopened } of closed.list) {
      const part =
        duration >= LONG_NS
          ? 'closed for 2 s or longer'
          : duration >= STALLED_NS
            ? 'closed for 200 ms or longer'
            : 'closed briefly';
      if (part !== 'closed briefly') x.between(tally, x.c.flow[row]!);
      tally.add(part, () =>
        x.example(
          row,
          `the sender of this packet closed its window for ${durationText(duration)}${reopened ? '' : '; it was not seen open again'}`,
        ),
      );
    }
    const more = zeroWindowPackets > 0 ? [`${zeroWindowPackets} packets told a window of 0.`] : [];
    if (closed.leftOut > 0) more.push(`${closed.leftOut} further closures were not looked at.`);
    return tally.result(META, x.tcp.connections.count, 'No window was closed.', more);
  },
};
