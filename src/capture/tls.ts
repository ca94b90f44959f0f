import type { AppMessage } from '../model/capture.js';
import { be16 } from './bytes.js';
import { printableBytes } from './text.js';

const ALERT = 21;
const CLIENT_HELLO = 1;
const SERVER_HELLO = 2;
const EXTENSION_SERVER_NAME = 0;
const EXTENSION_SUPPORTED_VERSIONS = 43;

/** Names of alerts (RFC 8446, 6), the common ones. */
const ALERTS: Readonly<Record<number, string>> = {
  0: 'close_notify',
  10: 'unexpected_message',
  20: 'bad_record_mac',
  22: 'record_overflow',
  40: 'handshake_failure',
  42: 'bad_certificate',
  43: 'unsupported_certificate',
  44: 'certificate_revoked',
  45: 'certificate_expired',
  46: 'certificate_unknown',
  47: 'illegal_parameter',
  48: 'unknown_ca',
  49: 'access_denied',
  50: 'decode_error',
  51: 'decrypt_error',
  70: 'protocol_version',
  71: 'insufficient_security',
  80: 'internal_error',
  86: 'inappropriate_fallback',
  90: 'user_canceled',
  109: 'missing_extension',
  112: 'unrecognized_name',
  116: 'certificate_required',
  120: 'no_application_protocol',
};

/**
 * The first record of TLS (RFC 8446, 4.1 and 5.1): type 1, version 2, length 2; in it a handshake message (type 1,
 * length 3) or an alert (level 1, description 1).
 *
 *     16 0301 00c4 | 01 0000c0 0303 <random 32> <session id> <ciphers> <compressions> <extensions>
 *     15 0303 0002 | 02 28
 *
 * Fields beyond the captured bytes are taken as absent.
 */
export function parseTls(buf: Uint8Array, from: number, to: number): Omit<AppMessage, 'packet'> | null {
  if (to - from < 6) return null;
  const length = be16(buf, from + 3);
  // RFC 8446, 5.2: at most 2^14 + 256.
  if (length < 2 || length > 16_640) return null;
  if (buf[from] === ALERT)
    return length === 2 && to - from >= 7 ? alert(buf[from + 5]!, buf[from + 6]!) : null;
  const type = buf[from + 5]!;
  if (length < 38 || to - from < 11 || be16(buf, from + 9) >> 8 !== 3) return null;
  if (type === CLIENT_HELLO) return { kind: 'tls-client-hello', text: serverName(buf, from + 9, to) };
  if (type === SERVER_HELLO) return { kind: 'tls-server-hello', text: chosenVersion(buf, from + 9, to) };
  return null;
}

function alert(level: number, description: number): Omit<AppMessage, 'packet'> | null {
  if (level !== 1 && level !== 2) return null;
  const name = ALERTS[description] ?? `alert ${description}`;
  return { kind: 'tls-alert', text: `${level === 2 ? 'fatal' : 'warning'} ${name}` };
}

/** Server name (RFC 6066): list length 2, then type 1 (0: host name), length 2, name. */
function serverName(buf: Uint8Array, hello: number, to: number): string {
  let o = hello + 34;
  if (o >= to) return '';
  o += 1 + buf[o]!; // session identifier
  if (o + 2 > to) return '';
  o += 2 + be16(buf, o); // cipher suites
  if (o >= to) return '';
  o += 1 + buf[o]!; // compression methods
  const at = extension(buf, o, to, EXTENSION_SERVER_NAME);
  if (at < 0 || at + 5 > to || buf[at + 2] !== 0) return '';
  const end = at + 5 + be16(buf, at + 3);
  return end > to ? '' : printableBytes(buf, at + 5, end);
}

function chosenVersion(buf: Uint8Array, hello: number, to: number): string {
  let version = be16(buf, hello);
  const session = hello + 34;
  if (session < to) {
    const at = extension(buf, session + 1 + buf[session]! + 3, to, EXTENSION_SUPPORTED_VERSIONS);
    if (at >= 0 && at + 2 <= to) version = be16(buf, at);
  }
  return version >> 8 === 3 && (version & 255) > 0 ? `TLS 1.${(version & 255) - 1}` : 'SSL 3.0';
}

/** Where the value of extension `wanted` begins, -1 when it was not captured; `o`: where their length is. */
function extension(buf: Uint8Array, o: number, to: number, wanted: number): number {
  if (o + 2 > to) return -1;
  const end = Math.min(to, o + 2 + be16(buf, o));
  o += 2;
  while (o + 4 <= end) {
    if (be16(buf, o) === wanted) return o + 4;
    o += 4 + be16(buf, o + 2);
  }
  return -1;
}
