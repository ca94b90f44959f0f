import { defineFact, flag, known, number, oneOf, text, unknown } from './support/define.js';
import { connectionsOfConcern } from './support/concern.js';

interface Refusal {
  readonly file: string;
  readonly server: string;
  readonly port: number;
  readonly alert: string;
  readonly by: 'client' | 'server';
  readonly inQuestion: boolean;
  count: number;
}

/** Connections are told apart by file, flow and nothing more: the hello seen last says who is the client. */
type ClientWays = Map<number, number>;

/**
 * Fatal TLS alerts that are not encrypted, so during the handshake: the network delivered, one side refused. The
 * server does so in place of its hello, the client after it, mostly because of the certificate.
 */
export const tlsAlerts = defineFact({
  name: 'tls_alerts',
  description: 'Fatal TLS alerts during handshakes, per capture, server, alert and side that sent it.',
  fields: {
    file: text('capture'),
    server: text('address of the server'),
    port: number('port of the server'),
    alert: text('name of the alert, such as handshake_failure'),
    refused_by: oneOf(['client', 'server']),
    connections: number('connections that ended so'),
    in_question: flag('the connections may be those in question; true when no flow is in question'),
  },
  compute: (context) => {
    if (context.captures.length === 0) return unknown('no captures');
    const concerned = connectionsOfConcern(context);
    const found = new Map<string, Refusal>();
    for (const { file, columns, flows, app } of context.captures) {
      const clientWays: ClientWays = new Map();
      for (const { packet, kind, text: words } of app) {
        if (kind === 'tls-client-hello') clientWays.set(columns.flow[packet]!, columns.way[packet]!);
        if (kind === 'tls-server-hello') clientWays.set(columns.flow[packet]!, 1 - columns.way[packet]!);
        const flow = flows[columns.flow[packet] ?? 0xffffffff];
        if (kind !== 'tls-alert' || !words.startsWith('fatal ') || flow === undefined) continue;
        // Without a hello before it, the alert is the server's first word.
        const by = clientWays.get(columns.flow[packet]!) === columns.way[packet] ? 'client' : 'server';
        const serverWay = by === 'server' ? columns.way[packet] : 1 - columns.way[packet]!;
        const [server, port, client] =
          serverWay === 0 ? [flow.a, flow.aPort, flow.b] : [flow.b, flow.bPort, flow.a];
        const alert = words.slice('fatal '.length);
        const key = JSON.stringify([file, server, port, alert, by]);
        const refusal = found.get(key) ?? {
          file,
          server,
          port,
          alert,
          by,
          inQuestion: concerned(client, server, port),
          count: 0,
        };
        refusal.count += 1;
        found.set(key, refusal);
      }
    }
    return known(
      [...found.values()].map(({ file, server, port, alert, by, count, inQuestion: asked }) => ({
        node: null,
        fields: { file, server, port, alert, refused_by: by, connections: count, in_question: asked },
        evidence: [
          {
            type: 'tcpdump_analyze' as const,
            node: null,
            file,
            line: null,
            time: null,
            content:
              by === 'server'
                ? `${server}:${String(port)} answered ${String(count)} TLS hellos with the fatal alert ${alert}`
                : `${String(count)} clients answered the TLS hello of ${server}:${String(port)} with the fatal alert ${alert}`,
          },
        ],
      })),
    );
  },
});
