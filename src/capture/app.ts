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
