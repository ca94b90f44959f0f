import type { AppMessage, AppMessageKind } from '../model/capture.js';
import { NONE } from './tcp/connections.js';

/** The first message of each kind of one connection; of the responses the first of class 5xx, where there is one. */
export type ConnectionMessages = Partial<Record<AppMessageKind, AppMessage>>;

/** Messages by connection, connections in order of their first message. */
export function connectionMessages(
  app: readonly AppMessage[],
  connection: Int32Array,
): ReadonlyMap<number, ConnectionMessages> {
  const out = new Map<number, ConnectionMessages>();
  for (const [n, message] of app.entries()) {
    const k = connection[n]!;
    if (k === NONE) continue;
    const known = out.get(k);
    if (known === undefined) out.set(k, { [message.kind]: message });
    else if (known[message.kind] === undefined || worse(message, known[message.kind]!))
      known[message.kind] = message;
  }
  return out;
}

const worse = (a: AppMessage, b: AppMessage): boolean =>
  a.kind === 'http-response' && a.text.startsWith('5') && !b.text.startsWith('5');
