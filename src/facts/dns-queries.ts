import type { CaptureTable, DnsMessage } from '../model/capture.js';
import { PROTO_UDP } from '../model/capture.js';
import { defineFact, known, number, text, unknown } from './support/define.js';
import type { EvidenceItem } from '../model/rule.js';

const TYPE_A = 1;
const TYPE_AAAA = 28;
const SERVFAIL = 2;
const NXDOMAIN = 3;
const SECOND = 1e9;

interface Query {
  readonly flow: number;
  readonly time: number;
  readonly qname: string;
  readonly qtype: number;
  readonly id: number;
  answered: boolean;
}

/** Questions of one capture with their answers; what is sent twice (`-i any`) is one question. */
function queriesOf(capture: CaptureTable): { queries: Query[]; servfail: number; nxdomain: number } {
  const { columns, flows } = capture;
  const open = new Map<string, Query>();
  const queries: Query[] = [];
  let servfail = 0;
  let nxdomain = 0;
  const key = (flow: number, m: DnsMessage): string =>
    `${String(flow)} ${String(m.id)} ${String(m.qtype)} ${m.qname.toLowerCase()}`;
  for (const message of capture.dns) {
    const flow = columns.flow[message.packet] ?? 0xffffffff;
    const time = columns.time[message.packet] ?? 0;
    if (flows[flow]?.protocol !== PROTO_UDP) continue;
    const before = open.get(key(flow, message));
    if (message.response) {
      if (before === undefined || before.answered) continue;
      before.answered = true;
      if (message.rcode === SERVFAIL) servfail += 1;
      if (message.rcode === NXDOMAIN) nxdomain += 1;
    } else if (before === undefined || time - before.time > SECOND) {
      const query: Query = {
        flow,
        time,
        qname: message.qname,
        qtype: message.qtype,
        id: message.id,
        answered: false,
      };
      open.set(key(flow, message), query);
      queries.push(query);
    }
  }
  return { queries, servfail, nxdomain };
}

/** Half a second around five: the resolver's time-out is exact, a busy client is not. */
const isFiveSeconds = (ns: number): boolean => Math.abs(ns - 5 * SECOND) <= 0.5 * SECOND;

/** A and AAAA asked from one socket within 5 ms, of which one stays unanswered and is asked again after 5 s. */
function racedPairs(queries: readonly Query[]): Query[] {
  const byName = new Map<string, Query[]>();
  for (const query of queries) {
    const name = query.qname.toLowerCase();
    const list = byName.get(name);
    if (list === undefined) byName.set(name, [query]);
    else list.push(query);
  }
  return queries.filter((lost) => {
    if (lost.answered || ![TYPE_A, TYPE_AAAA].includes(lost.qtype)) return false;
    const others = byName.get(lost.qname.toLowerCase()) ?? [];
    const twin = others.some(
      (q) =>
        q.flow === lost.flow && q.qtype !== lost.qtype && q.answered && Math.abs(q.time - lost.time) <= 5e6,
    );
    return twin && others.some((q) => q.qtype === lost.qtype && isFiveSeconds(q.time - lost.time));
  });
}

/** DNS over UDP as one capture saw it. */
export const dnsQueries = defineFact({
  name: 'dns_queries',
  description: 'DNS questions and answers over UDP of one capture; those over TCP are not counted.',
  fields: {
    file: text('capture'),
    queries: number('questions that had time to be answered within the capture'),
    unanswered: number('those without an answer'),
    unanswered_percent: number('the same in per cent'),
    servfail: number('answers SERVFAIL'),
    servfail_percent: number('the same in per cent of all answers; null without an answer'),
    nxdomain: number('answers NXDOMAIN: normal for search domains'),
    five_second_retry: number(
      'questions of a parallel A and AAAA pair that were lost and asked again 5 s later',
    ),
    example: text('name of one of these, or of an unanswered question'),
    insert_failed: number('conntrack insert_failed summed over the nodes; null when not collected'),
  },
  compute: (context) => {
    if (context.captures.length === 0) return unknown('no captures');
    const counters = context.nodes.flatMap((n) => n.conntrack.value.stats.get('insert_failed')?.value ?? []);
    return known(
      context.captures.flatMap((capture) => {
        const { queries, servfail, nxdomain } = queriesOf(capture);
        const end = capture.packets === 0 ? 0 : (capture.columns.time[capture.packets - 1] ?? 0);
        const judged = queries.filter((q) => q.answered || end - q.time > 2 * SECOND);
        const unanswered = judged.filter((q) => !q.answered);
        const answers = queries.filter((q) => q.answered).length;
        const raced = racedPairs(queries);
        if (queries.length === 0) return [];
        const evidence: EvidenceItem = {
          type: 'tcpdump_analyze',
          node: null,
          file: capture.file,
          line: null,
          time: null,
          content: `${String(judged.length)} DNS questions over UDP, ${String(unanswered.length)} unanswered, ${String(servfail)} SERVFAIL, ${String(raced.length)} of parallel pairs retried after 5 s`,
        };
        return [
          {
            node: null,
            fields: {
              file: capture.file,
              queries: judged.length,
              unanswered: unanswered.length,
              unanswered_percent:
                judged.length === 0 ? 0 : Math.round((unanswered.length / judged.length) * 1000) / 10,
              servfail,
              servfail_percent: answers === 0 ? null : Math.round((servfail / answers) * 1000) / 10,
              nxdomain,
              five_second_retry: raced.length,
              example: raced[0]?.qname ?? unanswered[0]?.qname ?? null,
              insert_failed: counters.length === 0 ? null : counters.reduce((a, b) => a + b, 0),
            },
            evidence: [evidence],
          },
        ];
      }),
    );
  },
});
