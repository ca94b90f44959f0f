import { BIT_SNAPPED } from '../../model/capture.js';
import type { InspectContext } from '../context.js';
import { NONE } from '../tcp/connections.js';
import { Tally } from '../tally.js';
import { durationText } from '../text.js';
import type { Check, CheckMeta } from '../types.js';

const WAIT_NS = 1e9;
/** Bytes of a record that tell a server hello. */
const SHORTEST_HELLO = 11;

const META: CheckMeta = {
  id: 'tls-handshake',
  title: 'TLS handshakes without a server hello',
  unit: 'client hellos',
  threshold:
    'a client hello and no server hello although the capture goes on for 1 s or more, or the connection ends',
  normal: 'Nothing of it. Connections whose SYN-ACK is not in the capture are not judged.',
};

const PARTS = {
  'no answer': {
    class: 'fault',
    means:
      'the client hello, or its answer of several large packets, does not arrive: look at the MTU, or the server hangs.',
  },
  'answered with an alert': {
    class: 'fault',
    means: 'the server refused the handshake; the alert says why.',
  },
  'reset or closed': {
    class: 'fault',
    means:
      'the server or something on the way ended the connection: no TLS on that port, or a filter on the name.',
  },
  'answered otherwise': { class: 'fault', means: 'the server speaks something else than TLS on this port.' },
} as const;

/** Client hellos that are not answered by a server hello. */
export const tlsHandshake: Check = {
  ...META,
  run(x) {
    const tally = new Tally(PARTS);
    const { connections: all } = x.tcp;
    let judged = 0;
    for (const [k, messages] of x.app) {
      const hello = messages['tls-client-hello'];
      if (hello === undefined) continue;
      if (messages['tls-server-hello'] !== undefined) {
        judged++;
        continue;
      }
      const alert = messages['tls-alert'];
      const refused = alert !== undefined && x.c.way[alert.packet] !== x.c.way[hello.packet];
      const part = partOf(x, k, hello.packet, refused);
      if (part === null) continue;
      judged++;
      x.between(tally, all.flow[k]!, all.client[k]!);
      tally.add(part, () => {
        const name = hello.text === '' ? 'without a server name' : `for ${hello.text}`;
        return x.example(
          hello.packet,
          `client hello ${name}: ${part}, ${durationText(x.after(x.c.time[hello.packet]!))} of capture left`,
        );
      });
    }
    return tally.result(META, judged, 'Every client hello was answered.');
  },
};

function partOf(x: InspectContext, k: number, hello: number, alert: boolean): keyof typeof PARTS | null {
  const { connections: all } = x.tcp;
  const helloWay = x.c.way[hello]!;
  if (alert) return 'answered with an alert';
  if (all.data(1 - helloWay)[k] !== NONE) {
    return readable(x, k, all.data(1 - helloWay)[k]!) ? 'answered otherwise' : null;
  }
  if (all.synAck[k] === NONE) return null;
  const reset = all.reset[k]!;
  const end = [all.fin(1 - helloWay)[k]!, reset !== NONE && x.c.way[reset] !== helloWay ? reset : NONE];
  if (end.some((row) => row !== NONE)) return 'reset or closed';
  return x.after(x.c.time[hello]!) >= WAIT_NS ? 'no answer' : null;
}

/** Whether row `first` holds the very first bytes of the server, and enough of them to know a hello. */
function readable(x: InspectContext, k: number, first: number): boolean {
  const synAck = x.tcp.connections.synAck[k]!;
  if (synAck === NONE || (x.c.bits[first]! & BIT_SNAPPED) !== 0) return false;
  return x.c.seq[first] === (x.c.seq[synAck]! + 1) >>> 0 && x.c.payload[first]! >= SHORTEST_HELLO;
}
