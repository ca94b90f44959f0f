import { OUT_OF_ORDER } from '../tcp/marks.js';
import { Tally } from '../tally.js';
import { percent } from '../text.js';
import type { Check, CheckMeta } from '../types.js';

const MANY = 0.01;

const META: CheckMeta = {
  id: 'out-of-order',
  title: 'Segments out of order',
  unit: 'segments with data, SYN or FIN',
  threshold:
    'bytes that fill a gap and were sent before what follows them, by TCP timestamp, then IP identification, else within 3 ms; normal below 1 %',
  normal: 'A few: several queues or paths, or a capture that stored packets in another order.',
};

/** Segments that others overtook; nothing was lost. */
export const outOfOrder: Check = {
  ...META,
  run(x) {
    const { marks, totals } = x.tcp;
    const rows: number[] = [];
    for (let k = 0; k < marks.length; k++) {
      const i = x.rowAt(k);
      if (marks[i] === OUT_OF_ORDER) rows.push(i);
    }
    const tally = new Tally({
      overtaken: {
        class: rows.length >= MANY * totals.segments ? 'suspicious' : 'normal',
        means: `${percent(rows.length, totals.segments)} of the segments; too many make senders slow down as if packets were lost.`,
      },
    });
    for (const i of rows) {
      x.between(tally, x.c.flow[i]!);
      tally.add('overtaken', () => x.example(i, `sequence number ${x.c.seq[i]}, ${x.c.payload[i]} bytes`));
    }
    return tally.result(META, totals.segments, 'All came in order.');
  },
};
