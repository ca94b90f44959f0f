import { Tally } from '../tally.js';
import type { Check, CheckMeta } from '../types.js';

const META: CheckMeta = {
  id: 'tls-alert',
  title: 'TLS alerts',
  unit: 'connections that begin with TLS',
  threshold:
    'an alert that is not encrypted: in place of a hello, or up to TLS 1.2 during the handshake; later ones are encrypted',
  normal: 'close_notify ends a connection in good order.',
};

const PARTS = {
  fatal: { class: 'fault', means: 'the handshake failed; the name of the alert says why.' },
  warning: { class: 'suspicious', means: 'the other side complains and may go on.' },
  close_notify: { class: 'normal', means: 'an orderly end.' },
} as const;

/** Alerts during the handshake. */
export const tlsAlert: Check = {
  ...META,
  run(x) {
    const tally = new Tally(PARTS);
    let connections = 0;
    for (const [k, messages] of x.app) {
      const alert = messages['tls-alert'];
      if (
        alert === undefined &&
        messages['tls-client-hello'] === undefined &&
        messages['tls-server-hello'] === undefined
      )
        continue;
      connections++;
      if (alert === undefined) continue;
      const part = alert.text.endsWith('close_notify')
        ? 'close_notify'
        : alert.text.startsWith('fatal')
          ? 'fatal'
          : 'warning';
      if (part !== 'close_notify') x.between(tally, x.tcp.connections.flow[k]!, x.tcp.connections.client[k]!);
      tally.add(part, () => x.example(alert.packet, `alert ${alert.text}`));
    }
    return tally.result(META, connections, 'No alert was seen.');
  },
};
