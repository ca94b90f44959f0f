import { KEEP_ALIVE, WINDOW_PROBE } from '../tcp/marks.js';
import { Tally } from '../tally.js';
import type { Check, CheckMeta } from '../types.js';

const UNANSWERED = 3;

const META: CheckMeta = {
  id: 'keep-alive',
  title: 'Keep-alives and window probes',
  unit: 'TCP packets',
  threshold:
    'sequence number one below the next, at most one byte, everything else acknowledged; suspicious when 3 or more have no answer',
  normal: 'Keep-alives that are answered. Pure acknowledgements are none.',
};

/** Probes of idle connections, and whether they are answered. */
export const keepAlive: Check = {
  ...META,
  run(x) {
    const { marks, totals, packets } = x.tcp;
    const unanswered = totals.keepAlivesUnanswered;
    const tally = new Tally({
      'keep-alives': {
        class: unanswered >= UNANSWERED ? 'suspicious' : 'normal',
        means:
          unanswered >= UNANSWERED
            ? `${unanswered} of them have no answer: the other side is gone, or its answers do not come here.`
            : 'idle connections are kept open.',
      },
      'window probes': {
        class: 'information',
        means: 'the sender asks whether a closed window is open again.',
      },
    });
    for (let k = 0; k < marks.length; k++) {
      const i = x.rowAt(k);
      if (marks[i] !== KEEP_ALIVE && marks[i] !== WINDOW_PROBE) continue;
      tally.add(marks[i] === KEEP_ALIVE ? 'keep-alives' : 'window probes', () =>
        x.example(i, `sequence number ${x.c.seq[i]}, ${x.c.payload[i]} bytes`),
      );
    }
    return tally.result(META, packets, 'There are none.');
  },
};
