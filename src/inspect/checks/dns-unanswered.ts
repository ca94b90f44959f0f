import type { InspectContext } from '../context.js';
import { questionText, type DnsQuestion } from '../dns.js';
import { Tally } from '../tally.js';
import { durationText } from '../text.js';
import type { Check, CheckMeta } from '../types.js';

const WAIT_NS = 1e9;
/** So many questions without an answer are no accident. */
const SEVERAL = 3;

const META: CheckMeta = {
  id: 'dns-unanswered',
  title: 'DNS questions without answer',
  unit: 'DNS questions',
  threshold:
    'no answer with the same identifier, question and five-tuple although the capture goes on for 1 s or more',
  normal: 'Nothing of it.',
};

const PARTS = {
  'never answered': {
    class: 'fault',
    means: 'the name could not be resolved: questions or answers get lost, or the server is down.',
  },
  'to a silent server': {
    class: 'fault',
    means:
      'another server answered the same question; this one answered none of the questions it got, and each costs a timeout.',
  },
  'no answer of anybody seen': {
    class: 'suspicious',
    means: 'asked once, and the capture holds no DNS answer at all: it may see one direction only.',
  },
  'answered when asked again': {
    class: 'suspicious',
    means: 'one attempt got lost, a later one was answered; the asker waited for its timeout, mostly 5 s.',
  },
} as const;

/** Questions that get no answer, or only when asked again. */
export const dnsUnanswered: Check = {
  ...META,
  run(x) {
    const tally = new Tally(PARTS);
    const { questions } = x.dns;
    // Resolvers that open a new socket for each attempt ask under another identifier.
    const resolved = new Set<string>();
    const asked = new Map<string, number>();
    for (const q of questions) {
      asked.set(keyOf(q), (asked.get(keyOf(q)) ?? 0) + q.attemptCount);
      if (q.answer !== null) resolved.add(keyOf(q));
    }
    const silent = silentServers(x);
    let judged = 0;
    for (const q of questions) {
      const again = q.answer !== null && q.attempts.length > 1 && x.c.time[q.answer]! >= q.attempts[1]!;
      if (q.answer !== null && !again) {
        judged++;
        continue;
      }
      // Where it was asked again, the first attempt has waited long enough.
      if (q.answer === null && x.after(q.attempts[0]!) < WAIT_NS) continue;
      const rest = x.after(q.last);
      judged++;
      x.between(tally, q.flow, q.way);
      const recovered = again || resolved.has(keyOf(q));
      const proved = resolved.size + x.dns.orphans > 0 || asked.get(keyOf(q))! > 1;
      const lost = proved ? 'never answered' : 'no answer of anybody seen';
      const part = !recovered
        ? lost
        : silent.has(serverOf(x, q))
          ? 'to a silent server'
          : 'answered when asked again';
      tally.add(part, () =>
        x.example(
          q.row,
          `${questionText(q)} asked ${q.attemptCount} times${recovered ? '' : `, no answer in the ${durationText(rest)} that follow`}`,
        ),
      );
    }
    const more = x.dns.orphans > 0 ? [`${x.dns.orphans} answers belong to no question in the capture.`] : [];
    return tally.result(META, judged, 'Every question was answered.', more);
  },
};

/** The same for all attempts of one asker, whatever socket and identifier they use. */
function keyOf(q: DnsQuestion): string {
  return `${q.client} ${q.type} ${q.name}`;
}

/** Address and port that the question went to. */
function serverOf(x: InspectContext, q: DnsQuestion): string {
  return x.source(q.flow, 1 - q.way);
}

/** Servers that got questions, several of them in time, and answered none. */
function silentServers(x: InspectContext): Set<string> {
  const asked = new Map<string, number>();
  const answering = new Set<string>();
  for (const q of x.dns.questions) {
    const server = serverOf(x, q);
    if (q.answer !== null) answering.add(server);
    else if (x.after(q.attempts[0]!) >= WAIT_NS) asked.set(server, (asked.get(server) ?? 0) + 1);
  }
  return new Set([...asked].filter(([server, n]) => n >= SEVERAL && !answering.has(server)).map(([s]) => s));
}
