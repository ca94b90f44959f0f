import type { InspectContext } from '../context.js';
import { NONE } from '../tcp/connections.js';
import { Tally } from '../tally.js';
import { durationText } from '../text.js';
import type { Check, CheckMeta } from '../types.js';

/** Linux keeps a closed connection this long (TIME-WAIT). */
const TIME_WAIT_NS = 60e9;

const META: CheckMeta = {
  id: 'port-reuse',
  title: 'Five-tuples used again',
  unit: 'connection attempts',
  threshold: 'a SYN with a new initial sequence number on a five-tuple seen before; TIME-WAIT lasts 60 s',
  normal: 'Reuse more than 60 s after the close, or sooner when the SYN is answered.',
};

const PARTS = {
  'taken for the old connection': {
    class: 'suspicious',
    means:
      'the server answered the SYN with a bare ACK: for it, or for conntrack, the old connection still exists.',
  },
  'while the old one was open': {
    class: 'suspicious',
    means:
      'no close of the old connection was seen: a client that crashed, NAT that hands out ports too soon, or the close was not captured.',
  },
  'of an older connection': {
    class: 'information',
    means: 'of the old connection only acknowledgements are in the capture: it may have been closed before.',
  },
  'tried again from the same port': {
    class: 'information',
    means: 'the attempt before got no answer; the client tries again with a fixed source port.',
  },
  'within 60 s of the close': {
    class: 'information',
    means: 'many short connections from few ports; conntrack and TIME-WAIT entries are reused.',
  },
  'later than 60 s after the close': { class: 'normal', means: 'the old connection is long forgotten.' },
} as const;

/** Source ports that come round, and how long after the old connection's end. */
export const portReuse: Check = {
  ...META,
  run(x) {
    const tally = new Tally(PARTS);
    const { connections: all } = x.tcp;
    let attempts = 0;
    for (let k = 0; k < all.count; k++) {
      const row = all.syn[k]!;
      if (row === NONE) continue;
      attempts++;
      const before = all.previous[k]!;
      if (before === NONE) continue;
      const gap = all.first[k]! - all.last[before]!;
      const part = partOf(x, k, before, gap);
      if (PARTS[part].class !== 'normal') x.between(tally, all.flow[k]!, all.client[k]!);
      tally.add(part, () =>
        x.example(row, `new SYN ${durationText(gap)} after the old connection's last packet`),
      );
    }
    return tally.result(META, attempts, 'No five-tuple was used twice.');
  },
};

function partOf(x: InspectContext, k: number, before: number, gap: number): keyof typeof PARTS {
  const { connections: all } = x.tcp;
  if (all.challenge[k] !== NONE && all.synAck[k] === NONE) return 'taken for the old connection';
  const attempted =
    all.syn[before] !== NONE && all.synAck[before] === NONE && all.established[before] === NONE;
  if (attempted && all.reset[before] === NONE) return 'tried again from the same port';
  if (!attempted && !all.hasFin(before) && all.reset[before] === NONE) {
    const begun = all.syn[before] !== NONE || all.synAck[before] !== NONE;
    return begun || all.hasData(before) ? 'while the old one was open' : 'of an older connection';
  }
  return gap < TIME_WAIT_NS ? 'within 60 s of the close' : 'later than 60 s after the close';
}
