import type { AppMessage, AppMessageKind } from '../model/capture.js';
import { NONE } from './tcp/connections.js';

/** The first message of each kind of one connection. */
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
    else known[message.kind] ??= message;
  }
  return out;
}
