import { Tally } from '../tally.js';
import type { Check, CheckMeta } from '../types.js';

const META: CheckMeta = {
  id: 'capture-gaps',
  title: 'Bytes that were never seen',
  unit: 'segments with data, SYN or FIN',
  threshold: 'every gap in the sequence numbers that nothing fills until the end of the connection counts',
  normal: 'Nothing of it. While it occurs, what is absent from this capture proves nothing.',
};

const PARTS = {
  'acknowledged but never seen': {
    class: 'suspicious',
    means:
      'the receiver has them, so the capture missed packets, or they took a way that this tap does not see.',
  },
  'never seen and not acknowledged': {
    class: 'suspicious',
    means: 'lost before this tap and not sent again while the capture ran.',
  },
} as const;

/** What the capture itself missed. */
export const captureGaps: Check = {
  ...META,
  run(x) {
    const tally = new Tally(PARTS);
    const { unseen, missing, segments } = x.tcp.totals;
    const more: string[] = [];
    for (const [part, total] of [
      ['acknowledged but never seen', unseen],
      ['never seen and not acknowledged', missing],
    ] as const) {
      if (total.places === 0) continue;
      for (const row of total.rows)
        tally.add(part, () =>
          x.example(
            row,
            `the gap shows at this packet (sequence ${x.c.seq[row]}, acknowledges ${x.c.ack[row]})`,
          ),
        );
      tally.add(part, null, total.places - total.rows.length);
      more.push(`${total.bytes} bytes ${part}.`);
    }
    return tally.result(META, segments, 'No byte is missing.', more);
  },
};
