import type { AppMessage } from '../model/capture.js';
import { be16 } from './bytes.js';
import { parseHttp } from './http.js';
import { parseTls } from './tls.js';

/** The beginning of TLS or HTTP/1 in the captured bytes `[from, to)` of a segment; null for anything else. */
export function parseApp(buf: Uint8Array, from: number, to: number): Omit<AppMessage, 'packet'> | null {
  if (to - from < 5) return null;
  // Record types 21 and 22 (alert, handshake), major version 3; all else that is known begins with a letter.
  const first = buf[from]!;
  if (first === 21 || first === 22) return be16(buf, from + 1) >> 8 === 3 ? parseTls(buf, from, to) : null;
  return first >= 0x41 && first <= 0x5a ? parseHttp(buf, from, to) : null;
}

const LETTER_H = 0x48;
const ALERT = 21;
/** Record header and the alert itself: encrypted ones are longer. */
const PLAIN_ALERT = 7;

/** The same, where it tells of a failure in the middle of a connection: a plain TLS alert or an HTTP/1 5xx. */
export function parseFailure(buf: Uint8Array, from: number, to: number): Omit<AppMessage, 'packet'> | null {
  const first = buf[from]!;
  if (first === ALERT) return to - from === PLAIN_ALERT ? parseApp(buf, from, to) : null;
  if (first !== LETTER_H) return null;
  const message = parseApp(buf, from, to);
  return message?.kind === 'http-response' && message.text.startsWith('5') ? message : null;
}
