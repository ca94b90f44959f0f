import { NONE } from '../tcp/connections.js';
import { Tally } from '../tally.js';
import { durationText } from '../text.js';
import type { Check, CheckMeta } from '../types.js';

const WAIT_NS = 5e9;
const CLOSED_NS = 1e9;

const META: CheckMeta = {
  id: 'http-status',
  title: 'HTTP/1 answers by class',
  unit: 'HTTP/1 connections',
  threshold:
    'the first request and the first response of each connection, and its first one of class 5xx; no response within 5 s, or until the connection ends, counts as unanswered',
  normal: 'Responses of the classes 1xx to 3xx; 4xx is a matter between client and server.',
};

const PARTS = {
  '5xx': {
    class: 'fault',
    means: 'the server, or a proxy in front of it, failed: the network has delivered the request.',
  },
  'no response': { class: 'suspicious', means: 'the request passed here and no response came back.' },
  '4xx': { class: 'information', means: 'the request was refused or asks for nothing that exists.' },
  '1xx to 3xx': { class: 'normal', means: 'answered.' },
} as const;

/** How HTTP/1 servers answer. */
export const httpStatus: Check = {
  ...META,
  run(x) {
    const tally = new Tally(PARTS);
    const { connections: all } = x.tcp;
    let judged = 0;
    for (const [k, messages] of x.app) {
      const request = messages['http-request'];
      const response = messages['http-response'];
      const ends = (): void => x.between(tally, all.flow[k]!, all.client[k]!);
      if (response !== undefined) {
        judged++;
        const part = response.text[0] === '5' ? '5xx' : response.text[0] === '4' ? '4xx' : '1xx to 3xx';
        if (part !== '1xx to 3xx') ends();
        tally.add(part, () =>
          x.example(response.packet, `${response.text}${request === undefined ? '' : ` to ${request.text}`}`),
        );
        continue;
      }
      if (request === undefined) continue;
      const server = 1 - x.c.way[request.packet]!;
      // Data that is no response to be read (snap length, HTTP/0.9) is an answer nevertheless; and without the
      // SYN-ACK the capture may see one direction only.
      if (all.data(server)[k] !== NONE || all.synAck[k] === NONE) continue;
      const waited = x.after(x.c.time[request.packet]!);
      // A client may close its half and wait for the answer.
      const closed = all.fin(1 - server)[k]!;
      const ended =
        all.fin(server)[k] !== NONE ||
        all.reset[k] !== NONE ||
        (closed !== NONE && x.after(x.c.time[closed]!) >= CLOSED_NS);
      if (!ended && waited < WAIT_NS) continue;
      judged++;
      ends();
      tally.add('no response', () =>
        x.example(
          request.packet,
          `${request.text}: no response${ended ? ', the connection ended' : ` in ${durationText(waited)}`}`,
        ),
      );
    }
    return tally.result(META, judged, '');
  },
};
