import { questionText, type DnsQuestion } from '../dns.js';
import { Tally } from '../tally.js';
import { durationText } from '../text.js';
import type { Check, CheckMeta } from '../types.js';

/** The timeout of most resolvers, give or take. */
const TIMEOUT_FROM_NS = 4.5e9;
const TIMEOUT_TO_NS = 5.5e9;
/** Questions for A and AAAA that leave together. */
const TOGETHER_NS = 100e6;

const META: CheckMeta = {
  id: 'dns-race',
  title: 'DNS questions asked again after 5 s',
  unit: 'DNS questions',
  threshold:
    'asked again on the same socket 4.5 to 5.5 s later; a race when of A and AAAA, sent within 100 ms, one was answered at once and the other was not',
  normal: 'Nothing of it.',
};

const PARTS = {
  'race of A and AAAA': {
    class: 'fault',
    means:
      'of two questions sent together from one port the server saw, or answered, only one: the known race in conntrack when both are translated at the same time; use NodeLocal DNSCache or single-request-reopen.',
  },
  'timeout of 5 s': {
    class: 'suspicious',
    means: 'the question or its answer got lost, and the resolver waited for its timeout.',
  },
} as const;

/** The five seconds that a lost DNS packet costs. */
export const dnsRace: Check = {
  ...META,
  run(x) {
    const tally = new Tally(PARTS);
    const { questions } = x.dns;
    const twins = new Map<string, DnsQuestion>();
    for (const q of questions)
      if (q.type === 1 || q.type === 28) twins.set(`${q.flow} ${q.type} ${q.name}`, q);
    for (const q of questions) {
      if (q.attempts.length < 2) continue;
      const gap = q.attempts[1]! - q.attempts[0]!;
      if (gap < TIMEOUT_FROM_NS || gap > TIMEOUT_TO_NS) continue;
      // Both are asked again when one is missing; the one that had its answer is no loss.
      if (q.answer !== null && x.c.time[q.answer]! < q.attempts[1]!) continue;
      const twin = twins.get(`${q.flow} ${q.type === 1 ? 28 : 1} ${q.name}`);
      const race =
        twin !== undefined &&
        (q.type === 1 || q.type === 28) &&
        Math.abs(twin.attempts[0]! - q.attempts[0]!) <= TOGETHER_NS &&
        twin.answer !== null &&
        x.c.time[twin.answer]! < q.attempts[1]!;
      x.between(tally, q.flow, q.way);
      tally.add(race ? 'race of A and AAAA' : 'timeout of 5 s', () =>
        x.example(q.row, `${questionText(q)} asked again after ${durationText(gap)}`),
      );
    }
    return tally.result(META, questions.length, 'No question had to wait for that.');
  },
};
