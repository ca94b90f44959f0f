import { NONE } from '../tcp/connections.js';
import { Tally } from '../tally.js';
import { durationText } from '../text.js';
import type { Check, CheckMeta } from '../types.js';

const WAIT_NS = 1e9;

const META: CheckMeta = {
  id: 'handshake-unfinished',
  title: 'Handshakes that stop after the SYN-ACK',
  unit: 'answered attempts',
  threshold: 'a SYN-ACK without a final ACK although the capture goes on for 1 s or more',
  normal:
    'Nothing of it; a client that resets instead of acknowledging is a scanner or knows nothing of the connection.',
};

const PARTS = {
  'answer lost on the way back': {
    class: 'fault',
    means:
      'SYN or SYN-ACK were sent again although the SYN-ACK had passed here: it does not reach the client.',
  },
  'no final ACK': {
    class: 'suspicious',
    means: 'the client never acknowledged the SYN-ACK that passed here.',
  },
  'reset by the client': {
    class: 'suspicious',
    means: 'the client answered the SYN-ACK with a reset: a port scan, or its own side forgot the attempt.',
  },
} as const;

/** SYN-ACKs that the client does not acknowledge: the way back is broken behind the tap. */
export const handshakeUnfinished: Check = {
  ...META,
  run(x) {
    const tally = new Tally(PARTS);
    const { connections: all } = x.tcp;
    let judged = 0;
    for (let k = 0; k < all.count; k++) {
      const answer = all.synAck[k]!;
      if (answer === NONE) continue;
      const client = all.client[k]!;
      // A server sends data only after the final ACK, which a capture of one direction does not see.
      if (all.established[k] !== NONE || all.data(1 - client)[k] !== NONE) {
        judged++;
        continue;
      }
      const reset = all.reset[k]!;
      const rest = x.after(x.c.time[answer]!);
      const resetByClient = reset !== NONE && x.c.way[reset] === client;
      const again = all.synAcks[k]! > 1 || all.synAfterAnswer[k] === 1;
      if (!resetByClient && rest < WAIT_NS) continue;
      if (all.syn[k] === NONE && !again) continue;
      judged++;
      x.between(tally, all.flow[k]!, client);
      if (resetByClient) {
        tally.add('reset by the client', () => x.example(reset, 'reset in answer to the SYN-ACK'));
        continue;
      }
      tally.add(again ? 'answer lost on the way back' : 'no final ACK', () =>
        x.example(
          answer,
          `SYN ${all.syns[k]} times, SYN-ACK ${all.synAcks[k]} times, no ACK in ${durationText(rest)}`,
        ),
      );
    }
    return tally.result(META, judged, 'Every SYN-ACK was acknowledged.');
  },
};
