import { questionText } from '../dns.js';
import { Tally } from '../tally.js';
import type { Check, CheckMeta } from '../types.js';

const META: CheckMeta = {
  id: 'dns-error',
  title: 'DNS questions answered with an error',
  unit: 'answered DNS questions',
  threshold: 'every response code besides NOERROR and NXDOMAIN counts',
  normal: 'Nothing of it; names that do not exist are judged by the NXDOMAIN check.',
};

const PARTS = {
  SERVFAIL: {
    class: 'fault',
    means: 'the server could not ask further: its upstream server, or the API server, does not answer it.',
  },
  REFUSED: { class: 'fault', means: 'the server does not serve this asker or this zone.' },
  FORMERR: { class: 'suspicious', means: 'the server could not read the question.' },
  NOTIMP: { class: 'suspicious', means: 'the server does not know this kind of question.' },
  other: { class: 'suspicious', means: 'a rare response code; it is in the examples.' },
} as const;

const CODES: Readonly<Record<number, keyof typeof PARTS>> = {
  1: 'FORMERR',
  2: 'SERVFAIL',
  4: 'NOTIMP',
  5: 'REFUSED',
};

/** Answers that are errors of the server. */
export const dnsError: Check = {
  ...META,
  run(x) {
    const tally = new Tally(PARTS);
    let answered = 0;
    for (const q of x.dns.questions) {
      if (q.answer === null) continue;
      answered++;
      if (q.rcode === 0 || q.rcode === 3) continue;
      x.between(tally, q.flow, q.way);
      tally.add(CODES[q.rcode] ?? 'other', () =>
        x.example(q.answer!, `${questionText(q)}: response code ${q.rcode}`),
      );
    }
    return tally.result(META, answered, 'No answer was an error.');
  },
};
