import type { InspectContext } from '../context.js';
import { NONE } from '../tcp/connections.js';
import { Tally } from '../tally.js';
import { durationText } from '../text.js';
import type { Check, CheckMeta } from '../types.js';

const IDLE_NS = 60e9;

const META: CheckMeta = {
  id: 'tcp-reset',
  title: 'Connections ended by a reset',
  unit: 'connections',
  threshold:
    'the first reset of a connection; refused attempts are counted elsewhere; "after silence" means 60 s or more without a packet',
  normal:
    'A reset after a FIN only cleans up, and a client that resets right after the handshake without data is a health check.',
};

const PARTS = {
  'by the server without an answer': {
    class: 'fault',
    means: 'the server took a request and reset the connection without sending a byte.',
  },
  'by the server after data': {
    class: 'suspicious',
    means: 'the server or something in its name broke the connection off while it was in use.',
  },
  'by the client after data': {
    class: 'suspicious',
    means:
      'the client broke the connection off: a timeout or abort of its own, or it closes that way on purpose.',
  },
  'by the server before data': {
    class: 'suspicious',
    means: 'accepted and reset before any data: an overfull accept queue, or a proxy without a backend.',
  },
  'after silence': {
    class: 'suspicious',
    means: 'reset after a long silence: a load balancer, NAT or conntrack entry timed out; use keep-alives.',
  },
  'of an older connection': {
    class: 'information',
    means: 'nothing else of the connection is in the capture, so nothing can be said of its reason.',
  },
  'after a TLS alert': {
    class: 'information',
    means: 'one side refused the TLS handshake and ended the connection; see the TLS checks.',
  },
  'after FIN': { class: 'normal', means: 'the connection was closing already.' },
  'by the client before data': {
    class: 'normal',
    means: 'connect and reset without data is what health checks do.',
  },
} as const;

/** Who resets connections, and at what moment. */
export const tcpReset: Check = {
  ...META,
  run(x) {
    const tally = new Tally(PARTS);
    const { connections: all } = x.tcp;
    for (let k = 0; k < all.count; k++) {
      const part = partOf(x, k);
      if (part === null) continue;
      const row = all.reset[k]!;
      if (PARTS[part].class !== 'normal') x.between(tally, all.flow[k]!, all.client[k]!);
      tally.add(part, () => {
        const by = x.c.way[row] === all.client[k] ? 'client' : 'server';
        return x.example(
          row,
          `reset by the ${by}, ${durationText(all.resetIdle[k]!)} after the packet before it: ${part}`,
        );
      });
    }
    return tally.result(META, all.count, 'No connection was reset.');
  },
};

function partOf(x: InspectContext, k: number): keyof typeof PARTS | null {
  const { connections: all } = x.tcp;
  const row = all.reset[k]!;
  if (row === NONE) return null;
  const client = all.client[k]!;
  const byClient = x.c.way[row] === client;
  const shaken = all.established[k] !== NONE;
  const begun = all.syn[k] !== NONE || all.synAck[k] !== NONE;
  // Refused, given up, or an answer the client did not want: told by the checks of handshakes.
  if (begun && !shaken) return null;
  if (finBefore(x, k, row)) return 'after FIN';
  if (!all.hasData(k)) {
    if (!begun) return 'of an older connection';
    return byClient ? 'by the client before data' : 'by the server before data';
  }
  const alert = x.app.get(k)?.['tls-alert'];
  if (alert?.text.startsWith('fatal') && x.c.time[alert.packet]! <= x.c.time[row]!)
    return 'after a TLS alert';
  if (all.resetIdle[k]! >= IDLE_NS) return 'after silence';
  if (byClient) return 'by the client after data';
  return begun && all.data(1 - client)[k] === NONE
    ? 'by the server without an answer'
    : 'by the server after data';
}

/** Whether either side had sent a FIN; one seen only after the reset had crossed it on the way. */
function finBefore(x: InspectContext, k: number, reset: number): boolean {
  const { connections: all } = x.tcp;
  const limit = x.c.time[reset]!;
  return [0, 1].some((way) => all.fin(way)[k] !== NONE && x.c.time[all.fin(way)[k]!]! <= limit);
}
