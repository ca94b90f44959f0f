import { questionText } from '../dns.js';
import { Tally } from '../tally.js';
import { durationText } from '../text.js';
import type { Check, CheckMeta } from '../types.js';

const SLOW_NS = 1e9;
const VERY_SLOW_NS = 5e9;

const META: CheckMeta = {
  id: 'dns-slow',
  title: 'Slow DNS answers',
  unit: 'answered DNS questions',
  threshold: 'more than 1 s from the first attempt to the answer; a fault from 5 s on',
  normal: 'Answers of a few milliseconds from a cache, up to some hundred from elsewhere.',
};

const PARTS = {
  '5 s or more': {
    class: 'fault',
    means: 'the resolver waited for a whole timeout; applications see their connections hang.',
  },
  'more than 1 s': { class: 'suspicious', means: 'the server or its upstream is slow or overloaded.' },
} as const;

/** Time to the answer, of every question. */
export const dnsSlow: Check = {
  ...META,
  run(x) {
    const tally = new Tally(PARTS);
    const answered = x.dns.questions.filter((q) => q.answer !== null);
    const latency = Float64Array.from(answered, (q) => x.c.time[q.answer!]! - q.attempts[0]!);
    for (const [n, q] of answered.entries()) {
      if (latency[n]! <= SLOW_NS) continue;
      x.between(tally, q.flow, q.way);
      tally.add(latency[n]! >= VERY_SLOW_NS ? '5 s or more' : 'more than 1 s', () =>
        x.example(q.answer!, `${questionText(q)}: answered after ${durationText(latency[n]!)}`),
      );
    }
    latency.sort();
    const at = (share: number): string =>
      durationText(latency[Math.min(latency.length - 1, Math.floor(latency.length * share))]!);
    const more =
      latency.length === 0
        ? []
        : [
            `Half of the answers came within ${at(0.5)}, 95 % within ${at(0.95)}, the slowest after ${at(1)}.`,
          ];
    return tally.result(META, answered.length, 'No answer was slow.', more);
  },
};
