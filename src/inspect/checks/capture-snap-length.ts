import { BIT_SNAPPED } from '../../model/capture.js';
import { Tally } from '../tally.js';
import type { Check, CheckMeta } from '../types.js';

const META: CheckMeta = {
  id: 'capture-snap-length',
  title: 'Packets cut by the snap length',
  unit: 'packets with payload',
  threshold: 'fewer than the first 64 bytes of the payload, or of a shorter payload not all, were captured',
  normal: 'Cut packets are enough for TCP; DNS, TLS and HTTP need their payload.',
};

const PARTS = {
  cut: {
    class: 'information',
    means: 'checks of DNS, TLS and HTTP see less than there was; capture with -s 0 where these matter.',
  },
} as const;

/** How much the snap length took away. */
export const captureSnapLength: Check = {
  ...META,
  run(x) {
    const tally = new Tally(PARTS);
    let packets = 0;
    for (let k = 0; k < x.table.packets; k++) {
      const i = x.rowAt(k);
      if (x.c.payload[i] === 0) continue;
      packets++;
      if ((x.c.bits[i]! & BIT_SNAPPED) !== 0)
        tally.add('cut', () => x.example(i, `payload of ${x.c.payload[i]} bytes`));
    }
    const lengths = [...new Set(x.table.interfaces.map((i) => i.snapLength))].sort((a, b) => a - b);
    const more =
      tally.count('cut') > 0 ? [`Snap length as told by the file: ${lengths.slice(0, 5).join(', ')}.`] : [];
    return tally.result(META, packets, 'No packet was cut that short.', more);
  },
};
