import type { DnsMessage } from '../model/capture.js';
import type { InspectContext } from './context.js';

const MDNS = 5353;
/** The same question on the same socket later than this is a new one. */
const SAME_QUESTION_NS = 30e9;

/** A DNS question with all its attempts and its answer, paired by identifier, question and five-tuple. */
export interface DnsQuestion {
  readonly flow: number;
  readonly way: number;
  /** Asker's address, without the port. */
  readonly client: string;
  /** Lower case. */
  readonly name: string;
  readonly type: number;
  readonly row: number;
  /** Times of the attempts, the first few. */
  readonly attempts: number[];
  attemptCount: number;
  last: number;
  /** Row and code of the first answer. */
  answer: number | null;
  rcode: number;
}

/** What was asked, and what came back. */
export interface DnsDialogue {
  readonly questions: readonly DnsQuestion[];
  /** Answers whose question is not in the capture. */
  readonly orphans: number;
}

const KEPT_ATTEMPTS = 16;

export function pairDns(x: InspectContext): DnsDialogue {
  const { table } = x;
  const questions: DnsQuestion[] = [];
  const open = new Map<string, DnsQuestion>();
  let orphans = 0;
  for (const message of inTime(x, table.dns)) {
    const i = message.packet;
    if (!x.counts(i)) continue;
    const flow = x.c.flow[i]!;
    const { a, b, aPort, bPort } = table.flows[flow]!;
    if (aPort === MDNS || bPort === MDNS) continue;
    const way = x.c.way[i]!;
    const time = x.c.time[i]!;
    const name = message.qname.toLowerCase();
    const key = `${flow} ${message.id} ${message.qtype} ${name}`;
    // Some errors come without the question: then socket and identifier must do.
    const short = `${flow} ${message.id}`;
    if (message.response) {
      const question = name === '' ? open.get(short) : open.get(key);
      if (question === undefined || question.way === way) orphans++;
      else if (question.answer === null) {
        question.answer = i;
        question.rcode = message.rcode;
      }
      continue;
    }
    const known = open.get(key);
    if (known !== undefined && known.way === way && time - known.last <= SAME_QUESTION_NS) {
      known.attemptCount++;
      known.last = time;
      if (known.attempts.length < KEPT_ATTEMPTS) known.attempts.push(time);
      continue;
    }
    const question: DnsQuestion = {
      flow,
      way,
      client: way === 0 ? a : b,
      name,
      type: message.qtype,
      row: i,
      attempts: [time],
      attemptCount: 1,
      last: time,
      answer: null,
      rcode: 0,
    };
    questions.push(question);
    open.set(key, question);
    open.set(short, question);
  }
  return { questions, orphans };
}

function inTime(x: InspectContext, messages: readonly DnsMessage[]): readonly DnsMessage[] {
  if (x.order.rows === null) return messages;
  const time = x.c.time;
  return [...messages].sort((a, b) => time[a.packet]! - time[b.packet]! || a.packet - b.packet);
}

const TYPES: Readonly<Record<number, string>> = {
  1: 'A',
  2: 'NS',
  5: 'CNAME',
  6: 'SOA',
  12: 'PTR',
  15: 'MX',
  16: 'TXT',
  28: 'AAAA',
  33: 'SRV',
  64: 'SVCB',
  65: 'HTTPS',
  255: 'ANY',
};

/** `AAAA shop.example`. Names may hold any byte: those who print must escape. */
export function questionText(q: DnsQuestion): string {
  return `${TYPES[q.type] ?? `type ${q.type}`} ${q.name === '' ? '(no question)' : q.name}`;
}
