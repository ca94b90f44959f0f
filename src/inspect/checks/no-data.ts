import { NONE } from '../tcp/connections.js';
import { Tally } from '../tally.js';
import { durationText } from '../text.js';
import type { Check, CheckMeta } from '../types.js';

const SILENT_NS = 5e9;

const META: CheckMeta = {
  id: 'no-data-after-handshake',
  title: 'Connections on which nobody sends anything',
  unit: 'established connections',
  threshold: 'handshake complete, then no data either way for 5 s or more',
  normal: 'Connections that are closed or reset within 5 s without data are health checks.',
};

const PARTS = {
  silent: {
    class: 'suspicious',
    means:
      'either both sides wait, or the first data is lost before it comes here (large packets on a path with a smaller MTU), or they are spare connections of a pool.',
  },
  'opened and closed': { class: 'normal', means: 'health checks connect and close.' },
} as const;

/** The handshake works and then nothing comes. */
export const noData: Check = {
  ...META,
  run(x) {
    const tally = new Tally(PARTS);
    const { connections: all } = x.tcp;
    let judged = 0;
    for (let k = 0; k < all.count; k++) {
      const row = all.established[k]!;
      // Without the SYN-ACK the capture may see one direction only.
      if (row === NONE || all.synAck[k] === NONE) continue;
      if (all.hasData(k)) {
        judged++;
        continue;
      }
      const closed = all.hasFin(k) || all.reset[k] !== NONE;
      const open = closed ? all.last[k]! - x.c.time[row]! : x.after(x.c.time[row]!);
      if (!closed && open < SILENT_NS) continue;
      judged++;
      if (open < SILENT_NS) {
        tally.add('opened and closed', () => x.example(row, `open for ${durationText(open)}, no data`));
        continue;
      }
      x.between(tally, all.flow[k]!, all.client[k]!);
      tally.add('silent', () => x.example(row, `no data for ${durationText(open)} after the handshake`));
    }
    return tally.result(META, judged, 'Data followed every handshake.');
  },
};
