/**
 * The words that the filters of blocks know: words with a digit, whole IPv4 addresses, and the cores of those. Words that
 * stand in times, and numbers that stand everywhere, are not in them.
 */
import { CLASS, DIGIT, foldCase, isDigitAt, SEPARATOR, wordHash } from './classes.js';

/** Words of the trade that hold a digit and yet are kept in patterns; they are not in the filters. */
export const VOCABULARY: ReadonlySet<number> = new Set(
  (
    'k8s ipv4 ipv6 ip4 ip6 v4 v6 ipv4addr ipv6addr ip6tables x86_64 md5 sha1 sha256 h2 http2 utf8 ec2 s3 x509 l4 l7 ' +
    'eth0 eth1 lo0 int32 int64 uint32 amzn2023 amzn2 cgroup2 ext4 iso8601 base64 tls13 imdsv2 dhcp4 dhcp6 egress4'
  )
    .split(' ')
    .map(wordHash),
);

/** Whether a word (lower case, with at least one digit) is put into the filters. The same rule over bytes below. */
export function isFiltered(word: string): boolean {
  return bytesFiltered(Buffer.from(word, 'utf8'), 0, Buffer.byteLength(word));
}

/** The rule over the bytes of a word, in any case. */
export function bytesFiltered(bytes: Buffer, start: number, end: number): boolean {
  let digits = 0;
  while (start + digits < end && CLASS[bytes[start + digits]!] === DIGIT) digits++;
  const length = end - start;
  if (digits === length) {
    if (length < 4 || length > 5) return false;
    // 19xx and 20xx are years.
    const century = bytes[start]! * 256 + bytes[start + 1]!;
    return length === 5 || (century !== 0x3139 && century !== 0x3230);
  }
  const next = bytes[start + digits]! | 32;
  // `123Z` and `17T09` are parts of times.
  if (next === 0x7a && digits === length - 1) return false;
  return !(next === 0x74 && digits === 2 && length === 5 && endsInDigits(bytes, end));
}

function endsInDigits(bytes: Buffer, end: number): boolean {
  return CLASS[bytes[end - 1]!] === DIGIT && CLASS[bytes[end - 2]!] === DIGIT;
}

const QUAD = /\d{1,3}(?:\.\d{1,3}){3}/y;

/**
 * Start and end of the IPv4 addresses in a text that stand for themselves: `10.0.1.9:443` and `10.0.1.0/24` hold one,
 * `1.10.0.1.9` and `v10.0.1.9` hold none.
 */
export function quadsIn(text: string): [number, number][] {
  const found: [number, number][] = [];
  for (let at = 0; at < text.length; at++) {
    const end = isDigitAt(text, at) ? quadAt(text, at) : -1;
    if (end < 0) continue;
    found.push([at, end]);
    at = end;
  }
  return found;
}

/** The end of such an address that starts at `at`, a digit; -1 when there is none. */
export function quadAt(text: string, at: number): number {
  if (!startsWord(text, at)) return -1;
  QUAD.lastIndex = at;
  const match = QUAD.exec(text);
  const end = match === null ? -1 : at + match[0].length;
  return end >= 0 && endsWord(text, end) ? end : -1;
}

const CORE = /\d(?=(\.\d{1,3}\.\d{1,3}\.\d))/g;

/**
 * The cores of IPv4 addresses that any longer text holds which holds `text`: from the last digit of the first number to
 * the first of the fourth, `0.0.1.9` in `10.0.1.93`.
 */
export function coresIn(text: string): { readonly at: number; readonly core: string }[] {
  return Array.from(text.matchAll(CORE), ({ index, 0: digit, 1: rest }) => ({
    at: index,
    core: digit + rest!,
  }));
}

const wordCode = (code: number): boolean => code >= 128 || CLASS[code] !== SEPARATOR;

/** No word goes on to the left, and no number: `.5` after a digit is part of a longer number. */
export function startsWord(text: string, at: number): boolean {
  const before = text.charCodeAt(at - 1);
  if (at > 0 && wordCode(before)) return false;
  return !(before === 46 && isDigitAt(text, at) && isDigitAt(text, at - 2));
}

export function endsWord(text: string, at: number): boolean {
  const after = text.charCodeAt(at);
  if (at < text.length && wordCode(after)) return false;
  return !(after === 46 && isDigitAt(text, at - 1) && isDigitAt(text, at + 1));
}

/** Hashes all of which are in the filter of a block that holds `text` with word boundaries at both ends. */
export function unitsOf(text: string): number[] {
  const folded = foldCase(text);
  const units: number[] = [];
  for (let at = 0; at < folded.length; at++) {
    if (!wordCode(folded.charCodeAt(at))) continue;
    const start = at;
    while (at < folded.length && wordCode(folded.charCodeAt(at))) at++;
    const word = folded.slice(start, at);
    const hash = wordHash(word);
    if (/\d/.test(word) && isFiltered(word) && !VOCABULARY.has(hash)) units.push(hash);
  }
  for (const [start, end] of quadsIn(folded)) {
    const quad = folded.slice(start, end);
    units.push(wordHash(quad), ...coresIn(quad).map(({ core }) => wordHash(core)));
  }
  return units;
}
