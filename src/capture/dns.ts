import type { DnsMessage } from '../model/capture.js';
import { be16 } from './bytes.js';

/**
 * The question of a DNS message (RFC 1035, 4.1). Layout, network order: id 2, flags 2 (QR is the top bit, opcode
 * 4 bits, rcode the low 4 bits), counts of questions, answers, authorities and additionals 2 each, then per
 * question: name as length-prefixed labels, type 2, class 2.
 *
 *     1a2b 0100 0001 0000 0000 0000  03 'www' 07 'example' 03 'com' 00  0001 0001
 *
 * Ports 53 and 5353 carry other things too, so anything that is no ordinary query or answer gives null.
 */
export function parseDns(buf: Uint8Array, from: number, to: number, packet: number): DnsMessage | null {
  if (to - from < 12) return null;
  const flags = be16(buf, from + 2);
  const opcode = (flags >> 11) & 15;
  const response = (flags & 0x8000) !== 0;
  const questions = be16(buf, from + 4);
  // Z must be zero; a query has no answers yet and no rcode, a reply never more than a few questions.
  if (opcode !== 0 || (flags & 0x40) !== 0 || questions > 16) return null;
  const id = be16(buf, from);
  const rcode = flags & 15;
  if (questions === 0) {
    // Errors may leave the question out; mDNS answers never have one. Nothing but counts to trust: be strict.
    const records = be16(buf, from + 6) + be16(buf, from + 8) + be16(buf, from + 10);
    if (!response || records > 512 || (records === 0 && (rcode === 0 || to - from !== 12))) return null;
    return { packet, id, response, rcode, qname: '', qtype: 0 };
  }
  if (!response && rcode !== 0) return null;
  const name = readName(buf, from, from + 12, to);
  if (name === null || name.next + 4 > to) return null;
  const qclass = be16(buf, name.next + 2) & 0x7fff;
  if (qclass !== 1 && qclass !== 3 && qclass !== 4 && qclass !== 255) return null;
  return { packet, id, response, rcode, qname: name.text, qtype: be16(buf, name.next) };
}

/** A name with its compression pointers followed: each must point backwards, so that reading ends. */
function readName(
  buf: Uint8Array,
  message: number,
  from: number,
  to: number,
): { text: string; next: number } | null {
  let o = from;
  let next = -1;
  let bytes = 0;
  let lowest = from;
  let text = '';
  for (;;) {
    if (o >= to) return null;
    const length = buf[o]!;
    if (length === 0) break;
    if (length >= 0xc0) {
      if (o + 2 > to) return null;
      if (next < 0) next = o + 2;
      const target = message + (be16(buf, o) & 0x3fff);
      if (target >= lowest || target < message + 12) return null;
      lowest = target;
      o = target;
      continue;
    }
    bytes += length + 1;
    if (length > 63 || bytes > 254 || o + 1 + length > to) return null;
    if (text !== '') text += '.';
    text += labelText(buf, o + 1, o + 1 + length);
    o += 1 + length;
  }
  return { text: text === '' ? '.' : text, next: next < 0 ? o + 1 : next };
}

/** A label with everything that is no plain printable character as in a zone file: `\.`, `\\`, `\255`. */
function labelText(buf: Uint8Array, from: number, to: number): string {
  let text = '';
  for (let o = from; o < to; o++) {
    const byte = buf[o]!;
    if (byte === 0x2e || byte === 0x5c) text += '\\' + String.fromCharCode(byte);
    else if (byte > 0x20 && byte < 0x7f) text += String.fromCharCode(byte);
    else text += '\\' + String(byte).padStart(3, '0');
  }
  return text;
}
