import { DUPLICATE, OTHER_INTERFACE } from '../sightings.js';
import { Tally } from '../tally.js';
import type { Check, CheckMeta } from '../types.js';

const META: CheckMeta = {
  id: 'capture-copies',
  title: 'Packets that are in the capture more than once',
  unit: 'packets',
  threshold: 'every copy counts; all other checks leave copies out',
  normal: 'A capture of all interfaces holds each forwarded packet at least twice.',
};

const PARTS = {
  'twice at one interface': {
    class: 'information',
    means:
      'the same bytes again, with the same IP identification or timestamp: a mirror, a bond, or two taps merged into one file. No retransmissions.',
  },
  'at another interface or in the other direction': {
    class: 'normal',
    means: 'the flow was seen at several interfaces; each direction is judged where it was seen first.',
  },
} as const;

/** Copies, which are no retransmissions. */
export const captureCopies: Check = {
  ...META,
  run(x) {
    const tally = new Tally(PARTS);
    const { kind } = x.sightings;
    for (let k = 0; k < kind.length; k++) {
      const i = x.rowAt(k);
      if (kind[i] === DUPLICATE)
        tally.add('twice at one interface', () => x.example(i, `copy, IP identification ${x.c.ipId[i]}`));
      else if (kind[i] === OTHER_INTERFACE)
        tally.add('at another interface or in the other direction', () =>
          x.example(i, `also seen at interface number ${x.c.iface[i]}`),
        );
    }
    return tally.result(META, x.table.packets, 'Every packet is there once.');
  },
};
