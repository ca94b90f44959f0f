import { NONE } from '../tcp/connections.js';
import { Tally } from '../tally.js';
import { plural } from '../../plural.js';
import { durationText } from '../text.js';
import type { Check, CheckMeta } from '../types.js';

/** So much of the capture must be left after a SYN to say that nothing answered it. */
const WAIT_NS = 1e9;

const META: CheckMeta = {
  id: 'handshake-unanswered',
  title: 'Connection attempts without any answer',
  unit: 'connection attempts',
  threshold:
    'no SYN-ACK, reset or ICMP error although the capture goes on for 1 s or more; attempts later than that are not judged',
  normal: 'Copies of one SYN are retransmissions of one attempt, never several attempts and never a flood.',
};

const PARTS = {
  'sent again': {
    class: 'fault',
    means:
      'the client sent its SYN several times, so nothing reached it: the SYN or the answer is dropped on the way, or nobody is there.',
  },
  'sent once': {
    class: 'suspicious',
    means:
      'no answer was seen, and the client did not try again: it gave up early, or the answer takes another way.',
  },
} as const;

/** SYNs that nobody answers, per client and server port. One attempt is one five-tuple and initial sequence number. */
export const handshakeUnanswered: Check = {
  ...META,
  run(x) {
    const tally = new Tally(PARTS);
    const { connections: all } = x.tcp;
    const answering = new Set<string>();
    const silent = new Set<string>();
    let judged = 0;
    for (let k = 0; k < all.count; k++) {
      const syn = all.syn[k]!;
      if (syn === NONE) continue;
      const flow = all.flow[k]!;
      const client = all.client[k]!;
      const server = x.source(flow, 1 - client);
      const reset = all.reset[k]!;
      const answered = all.synAck[k] !== NONE || all.established[k] !== NONE || all.challenge[k] !== NONE;
      if (answered || all.icmp[k] !== NONE || (reset !== NONE && x.c.way[reset] !== client)) {
        judged++;
        if (answered) answering.add(server);
        continue;
      }
      const rest = x.after(all.first[k]!);
      if (rest < WAIT_NS) continue;
      judged++;
      silent.add(server);
      x.between(tally, flow, client);
      const syns = all.syns[k]!;
      tally.add(syns > 1 ? 'sent again' : 'sent once', () => {
        const span = all.last[k]! - all.first[k]!;
        const times = syns > 1 ? `SYN sent ${syns} times within ${durationText(span)}` : 'SYN sent once';
        return x.example(syn, `${times}, no answer in the ${durationText(rest)} that follow`);
      });
    }
    const both = [...silent].filter((s) => answering.has(s)).length;
    const more =
      both === 0
        ? []
        : [
            `${plural(both, 'server port')} of these answered other attempts: it is alive, look at what differs between the clients.`,
          ];
    return tally.result(META, judged, 'Every attempt was answered.', more);
  },
};
