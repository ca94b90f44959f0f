import ipaddr from 'ipaddr.js';

/** `02:00:0a:01:02:03`. */
export function macText(buf: Uint8Array, o: number): string {
  let text = '';
  for (let i = 0; i < 6; i++) text += (i === 0 ? '' : ':') + buf[o + i]!.toString(16).padStart(2, '0');
  return text;
}

/** Dotted quad of a 32-bit address. */
export function ipv4Text(address: number): string {
  return `${address >>> 24}.${(address >>> 16) & 255}.${(address >>> 8) & 255}.${address & 255}`;
}

/** Canonical text (RFC 5952) of the 16 address bytes at `o`. */
export function ipv6Text(bytes: Uint8Array, o = 0): string {
  return new ipaddr.IPv6(Array.from(bytes.subarray(o, o + 16))).toString();
}

const MAX_TEXT = 1024;

/**
 * Text of an option, made harmless: control characters and broken UTF-8 become `\xNN` or U+FFFD, length bounded.
 */
export function optionText(buf: Uint8Array, from: number, to: number): string {
  const raw = new TextDecoder().decode(buf.subarray(from, Math.min(to, from + MAX_TEXT)));
  const text = raw.replace(/\0+$/, '');
  return text.replace(
    /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g,
    (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}

const LONGEST_NAME = 255;

/** Bytes as printable ASCII: blanks and all else become `\xNN`, the length is bounded. */
export function printableBytes(buf: Uint8Array, from: number, to: number): string {
  const end = Math.min(to, from + LONGEST_NAME);
  let text = '';
  for (let o = from; o < end; o++) {
    const byte = buf[o]!;
    text +=
      byte > 0x20 && byte < 0x7f && byte !== 0x5c
        ? String.fromCharCode(byte)
        : `\\x${byte.toString(16).padStart(2, '0')}`;
  }
  return text;
}
