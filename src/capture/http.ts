import type { AppMessage } from '../model/capture.js';
import { printableBytes } from './text.js';

const METHODS = ['GET', 'POST', 'PUT', 'HEAD', 'DELETE', 'OPTIONS', 'PATCH', 'CONNECT', 'TRACE'];
const LONGEST_METHOD = 7;
/** Bytes of a request within which the Host field is looked for. */
const SEARCHED = 4096;
const LF = 0x0a;
const CR = 0x0d;
const BLANK = 0x20;

/**
 * The first line of HTTP/1 (RFC 9112). Paths are left out: they may hold secrets.
 *
 *     GET /healthz?token=x HTTP/1.1␍␊Host: shop.example␍␊…    → 'GET shop.example'
 *     HTTP/1.1 503 Service Unavailable␍␊…                     → '503'
 */
export function parseHttp(buf: Uint8Array, from: number, to: number): Omit<AppMessage, 'packet'> | null {
  const status = parseStatus(buf, from, to);
  if (status !== null) return { kind: 'http-response', text: status };
  const method = METHODS.find((m) => startsWith(buf, from, to, `${m} `));
  if (method === undefined) return null;
  const end = Math.min(to, from + SEARCHED);
  const line = lineEnd(buf, from, end);
  // With the whole line captured, its version must be there; a request of another protocol (RTSP) is none.
  if (line < end && !startsWith(buf, line - 8 - (buf[line - 1] === CR ? 1 : 0), end, 'HTTP/1.')) return null;
  const host = hostField(buf, line + 1, end) ?? authority(buf, from, line, method);
  return { kind: 'http-request', text: host === '' ? method : `${method} ${host}` };
}

/** `HTTP/1.x NNN`, where the three digits are followed by a blank, the end of line or of what was captured. */
function parseStatus(buf: Uint8Array, from: number, to: number): string | null {
  if (to - from < 12 || !startsWith(buf, from, to, 'HTTP/1.') || buf[from + 8] !== BLANK) return null;
  const code = printableBytes(buf, from + 9, from + 12);
  const after = from + 12 < to ? buf[from + 12]! : BLANK;
  return /^[1-9]\d\d$/.test(code) && (after === BLANK || after === CR || after === LF) ? code : null;
}

function hostField(buf: Uint8Array, from: number, end: number): string | null {
  for (let o = from; o < end;) {
    const next = lineEnd(buf, o, end);
    if (next === o || buf[o] === CR) return null;
    // A field cut by the snap length would give half a name.
    if (next < end && startsWith(buf, o, end, 'HOST:', true)) return trimmed(buf, o + 5, next);
    o = next + 1;
  }
  return null;
}

/** The target of CONNECT is host and port itself. */
function authority(buf: Uint8Array, from: number, line: number, method: string): string {
  if (method !== 'CONNECT') return '';
  const target = from + LONGEST_METHOD + 1;
  let o = target;
  while (o < line && buf[o] !== BLANK) o++;
  return o < line ? printableBytes(buf, target, o) : '';
}

function lineEnd(buf: Uint8Array, from: number, end: number): number {
  let o = from;
  while (o < end && buf[o] !== LF) o++;
  return o;
}

function trimmed(buf: Uint8Array, from: number, to: number): string {
  while (from < to && (buf[from] === BLANK || buf[from] === 9)) from++;
  while (to > from && (buf[to - 1] === BLANK || buf[to - 1] === CR || buf[to - 1] === 9)) to--;
  return printableBytes(buf, from, to);
}

/** Whether the bytes at `o` are `word`; with `anyCase` the word is in capitals and letters of either case match. */
function startsWith(buf: Uint8Array, o: number, to: number, word: string, anyCase = false): boolean {
  if (o < 0 || to - o < word.length) return false;
  for (let i = 0; i < word.length; i++) {
    let byte = buf[o + i]!;
    if (anyCase && byte >= 0x61 && byte <= 0x7a) byte -= 0x20;
    if (byte !== word.charCodeAt(i)) return false;
  }
  return true;
}
