import { NONE } from '../tcp/connections.js';
import { Tally } from '../tally.js';
import { durationText } from '../text.js';
import type { Check, CheckMeta } from '../types.js';
import { icmpName } from './icmp-names.js';

const META: CheckMeta = {
  id: 'connection-refused',
  title: 'Refused connection attempts',
  unit: 'connection attempts',
  threshold:
    'the server side answers a SYN with a reset, or an ICMP error comes back for it; every one counts',
  normal:
    'Nothing of it; a closed port is found by health checks too, but then something expects it to be open.',
};

const PARTS = {
  'by reset': {
    class: 'fault',
    means: 'nothing listens on the port, or a rule rejects with a reset; the packets themselves arrive.',
  },
  'by ICMP error': {
    class: 'fault',
    means: 'a router, a node or a rule says that it cannot or must not deliver; see the ICMP errors.',
  },
} as const;

/** Resets and ICMP errors in answer to a SYN. */
export const connectionRefused: Check = {
  ...META,
  run(x) {
    const tally = new Tally(PARTS);
    const { connections: all } = x.tcp;
    let attempts = 0;
    for (let k = 0; k < all.count; k++) {
      const syn = all.syn[k]!;
      if (syn === NONE) continue;
      attempts++;
      if (all.synAck[k] !== NONE || all.established[k] !== NONE) continue;
      const flow = all.flow[k]!;
      const client = all.client[k]!;
      const reset = all.reset[k]!;
      const icmp = all.icmp[k]!;
      if (reset !== NONE && x.c.way[reset] !== client) {
        x.between(tally, flow, client);
        const after = x.c.time[reset]! - all.first[k]!;
        tally.add('by reset', () =>
          x.example(reset, `reset ${durationText(after)} after the SYN, TTL ${x.c.ttl[reset]}`),
        );
      } else if (icmp !== NONE) {
        x.between(tally, flow, client);
        tally.add('by ICMP error', () =>
          x.example(icmp, `${icmpName(x, icmp)} for a SYN to ${x.source(flow, 1 - client)}`),
        );
      }
    }
    return tally.result(META, attempts, 'No attempt was refused.');
  },
};
