import { sameAddress } from '../facts/support/addresses.js';
import { concernOf, connectionsOfConcern } from '../facts/support/concern.js';
import type { AppMessageKind } from '../model/capture.js';
import type { DiagnosisInput } from './input.js';
import { plural } from '../plural.js';
import { cutOff, tested, type LayerTest } from './layer-test.js';

/** rcode of an answer that says the resolver itself failed. */
const SERVFAIL = 2;

export function dnsTest({ tables, context }: DiagnosisInput): LayerTest {
  const clients = concernOf(context).flows.flatMap((flow) => flow.src ?? []);
  const asks = (address: string): boolean => clients.some((client) => sameAddress(client, address));
  const test = 'DNS questions and answers in the captures';
  const questions = new Set<string>();
  const answers = new Map<string, number>();
  for (const { dns, flows, columns } of tables)
    for (const m of dns) {
      const flow = flows[columns.flow[m.packet] ?? 0xffffffff];
      // Questions of other pods prove nothing about those of the pod in question.
      if (flow === undefined || (clients.length > 0 && !asks(flow.a) && !asks(flow.b))) continue;
      const key = `${m.id} ${m.qtype} ${m.qname.toLowerCase()}`;
      if (m.response) answers.set(key, m.rcode);
      else questions.add(key);
    }
  if (questions.size === 0 && answers.size === 0)
    return tested(test, 'undecided', 'Missing: DNS packets. Capture port 53 at the veth of the source pod.');
  const failed = [...answers.values()].filter((r) => r === SERVFAIL).length;
  const open = [...questions].filter((q) => !answers.has(q)).length;
  const good = answers.size - failed;
  if (failed === 0 && open === 0) return tested(test, 'ok', `${plural(good, 'DNS question')} answered.`);
  const bad = [
    failed > 0 ? `${plural(failed, 'answer')} SERVFAIL` : '',
    open > 0 ? `${plural(open, 'question')} without an answer in the captures` : '',
  ].filter((s) => s !== '');
  const verdict = `${bad.join(', ')}; ${good} answered.`;
  return tested(test, good === 0 && failed > 0 ? 'failing' : 'undecided', verdict);
}

/** What connections in question said first; those of others in the same captures prove nothing about them. */
function texts({ tables, context }: DiagnosisInput, kind: AppMessageKind): string[] {
  const concerned = connectionsOfConcern(context);
  return tables.flatMap(({ app, flows, columns }) =>
    app.flatMap((m) => {
      const flow = flows[columns.flow[m.packet] ?? 0xffffffff];
      if (m.kind !== kind || flow === undefined) return [];
      const { a, b, aPort, bPort } = flow;
      return concerned(a, b, bPort) || concerned(b, a, aPort) ? [m.text] : [];
    }),
  );
}

export function tlsTest(input: DiagnosisInput): LayerTest {
  const test = 'TLS hellos and alerts that open a connection';
  const asked = texts(input, 'tls-client-hello').length;
  const chosen = texts(input, 'tls-server-hello');
  const alerts = texts(input, 'tls-alert').filter((t) => t.startsWith('fatal'));
  if (alerts.length > 0) {
    const names = [...new Set(alerts)].slice(0, 3).join(', ');
    return tested(test, 'failing', `The handshake is refused: ${names}.`);
  }
  if (cutOff(input.context.trace)) return tested(test, 'undecided', BLOCKED);
  if (asked === 0 && chosen.length === 0)
    return tested(test, 'undecided', 'Missing: a TLS handshake. The captures hold none that could be read.');
  if (chosen.length >= asked)
    return tested(
      test,
      'ok',
      `Handshakes are answered (${[...new Set(chosen)].slice(0, 3).join(', ')}); certificates are not checked.`,
    );
  return tested(test, 'undecided', `${asked} client hellos, ${chosen.length} server hellos in the captures.`);
}

const BLOCKED = 'Not tested: the flows in question do not get that far.';

export function applicationTest(input: DiagnosisInput): LayerTest {
  const test = 'HTTP answers that open a connection';
  const { trace } = input.context;
  if (trace?.summary.segment === 'dst_pod' && trace.summary.verdict !== 'delivered')
    return tested(test, 'failing', trace.summary.explanation);
  if (cutOff(trace)) return tested(test, 'undecided', BLOCKED);
  const answers = texts(input, 'http-response');
  if (answers.length === 0)
    return tested(test, 'undecided', "Missing: plain HTTP in the captures, or the application's own log.");
  const bad = answers.filter((s) => /\b5\d\d\b/.test(s)).length;
  if (bad === 0) return tested(test, 'ok', `${plural(answers.length, 'HTTP answer')} seen, no server error.`);
  return tested(
    test,
    bad === answers.length ? 'failing' : 'undecided',
    `${bad} of ${plural(answers.length, 'HTTP answer')} ${bad === 1 ? 'is a server error' : 'are server errors'}.`,
  );
}
