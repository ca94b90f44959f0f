import type { InspectContext } from '../context.js';
import type { GapTotal } from '../tcp/totals.js';
import { Tally } from '../tally.js';
import type { Check, CheckMeta } from '../types.js';

/** A gap may still be filled within this time. */
const REPAIR_NS = 1e9;

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
  'open at the end': {
    class: 'information',
    means: 'the capture ended within 1 s after the gap, before it could be filled.',
  },
} as const;

/** What the capture itself missed. */
export const captureGaps: Check = {
  ...META,
  run(x) {
    const tally = new Tally(PARTS);
    const { unseen, missing, segments } = x.tcp.totals;
    const add = (total: GapTotal, partOf: (row: number) => keyof typeof PARTS): void => {
      for (const row of total.rows) tally.add(partOf(row), () => x.example(row, gapText(x, row)));
      // The rows of further places are not kept; they came after those that are.
      if (total.places > total.rows.length)
        tally.add(partOf(total.rows[0]!), null, total.places - total.rows.length);
    };
    add(unseen, () => 'acknowledged but never seen');
    add(missing, (row) =>
      x.after(x.c.time[row]!) < REPAIR_NS ? 'open at the end' : 'never seen and not acknowledged',
    );
    const more =
      unseen.bytes + missing.bytes === 0
        ? []
        : [
            `${unseen.bytes} bytes acknowledged but never seen, ${missing.bytes} bytes neither seen nor acknowledged.`,
          ];
    return tally.result(META, segments, 'No byte is missing.', more);
  },
};

function gapText(x: InspectContext, row: number): string {
  return `the gap shows at this packet (sequence ${x.c.seq[row]}, acknowledges ${x.c.ack[row]})`;
}
