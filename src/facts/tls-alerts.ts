import { defineFact, flag, known, number, text, unknown } from './support/define.js';
import { connectionsOfConcern } from './support/concern.js';

interface Refusal {
  readonly file: string;
  readonly server: string;
  readonly port: number;
  readonly alert: string;
  readonly inQuestion: boolean;
  count: number;
}

/** Fatal TLS alerts where the server's hello was expected: the network delivered, the handshake was refused. */
export const tlsAlerts = defineFact({
  name: 'tls_alerts',
  description: 'Fatal TLS alerts in place of the hello of a server, per capture, server and alert.',
  fields: {
    file: text('capture'),
    server: text('address of the server'),
    port: number('port of the server'),
    alert: text('name of the alert, such as handshake_failure'),
    connections: number('connections that ended so'),
    in_question: flag('the connections may be those in question; true when no flow is in question'),
  },
  compute: (context) => {
    if (context.captures.length === 0) return unknown('no captures');
    const concerned = connectionsOfConcern(context);
    const found = new Map<string, Refusal>();
    for (const { file, columns, flows, app } of context.captures) {
      for (const { packet, kind, text: words } of app) {
        const flow = flows[columns.flow[packet] ?? 0xffffffff];
        if (kind !== 'tls-alert' || !words.startsWith('fatal ') || flow === undefined) continue;
        const [server, port, client] =
          columns.way[packet] === 0 ? [flow.a, flow.aPort, flow.b] : [flow.b, flow.bPort, flow.a];
        const alert = words.slice('fatal '.length);
        const key = JSON.stringify([file, server, port, alert]);
        const refusal = found.get(key) ?? {
          file,
          server,
          port,
          alert,
          inQuestion: concerned(client, server, port),
          count: 0,
        };
        refusal.count += 1;
        found.set(key, refusal);
      }
    }
    return known(
      [...found.values()].map(({ file, server, port, alert, count, inQuestion: asked }) => ({
        node: null,
        fields: { file, server, port, alert, connections: count, in_question: asked },
        evidence: [
          {
            type: 'tcpdump_analyze' as const,
            node: null,
            file,
            line: null,
            time: null,
            content: `${server}:${String(port)} answered ${String(count)} TLS hellos with the fatal alert ${alert}`,
          },
        ],
      })),
    );
  },
});
