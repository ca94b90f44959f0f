import { BIT_DF } from '../../model/capture.js';
import { IN_VAIN } from '../tcp/totals.js';
import { Tally } from '../tally.js';
import type { Check, CheckMeta } from '../types.js';

/** From this size on, IP header included, the size itself may be why it does not arrive. */
const LARGE = 1000;

const META: CheckMeta = {
  id: 'sent-in-vain',
  title: 'Data sent again and again and never acknowledged',
  unit: 'connections',
  threshold: `the same bytes sent again ${IN_VAIN} times or more, and no acknowledgement of them until the end`,
  normal: 'Nothing of it.',
};

const PARTS = {
  'large packets': {
    class: 'fault',
    means:
      'packets of 1000 bytes and more with "don\'t fragment" do not arrive although the connection works: compare the MTU along the path, and see the path MTU check.',
  },
  'any size': {
    class: 'fault',
    means: 'the connection was cut: the data or its acknowledgements do not arrive any more.',
  },
} as const;

/** Established connections that get stuck on one segment. */
export const sentInVain: Check = {
  ...META,
  run(x) {
    const tally = new Tally(PARTS);
    const { totals, connections } = x.tcp;
    for (const { row, times } of totals.inVain) {
      const size = x.c.ipLength[row]!;
      const large =
        size >= LARGE && ((x.c.bits[row]! & BIT_DF) !== 0 || x.table.flows[x.c.flow[row]!]!.a.includes(':'));
      x.between(tally, x.c.flow[row]!);
      tally.add(large ? 'large packets' : 'any size', () =>
        x.example(row, `packet of ${size} bytes sent again ${times} times, never acknowledged`),
      );
    }
    const left = totals.inVainCount - totals.inVain.length;
    const more = left > 0 ? [`${left} further ones were not looked at.`] : [];
    return tally.result(META, connections.count, 'All that was sent again arrived in the end.', more);
  },
};
