/** What makes a word the name of a thing: addresses, network interfaces, instances, sandboxes, pods of Deployments. */
import { CLASS, FOLD, SEPARATOR } from './classes.js';
import { hasDigit, isHex, isPodSuffix, SUFFIX } from './spans.js';
import { bytesFiltered, quadAt } from './units.js';

export const ENTITY_KINDS = ['ip', 'eni', 'instance', 'veth', 'sandbox', 'pod'] as const;
export type EntityKind = (typeof ENTITY_KINDS)[number];

const DOT = 46;
const DASH = 45;

/** Characters that make the random end of a pod's name, behind a dash. */
const POD_SUFFIX = 5;
/** Of a label in DNS. */
const MAX_NAME = 63;
/** Veths by what their names begin with, and the length of the whole; the rest is hexadecimal. */
const VETHS: readonly (readonly [beginning: string, length: number])[] = [
  ['eni', 14],
  ['veth', 12],
  ['cali', 15],
];

/** What a word with a digit names, or an IPv4 address, at its place in a line; letter case does not count. */
export function kindOf(bytes: Buffer, start: number, end: number): EntityKind | null {
  const length = end - start;
  if (length === 64) return isHex(bytes, start, end, length) ? 'sandbox' : null;
  if ((length === 17 || length === 8) && bytes[start - 1] === DASH && isHex(bytes, start, end, length)) {
    if (stands(bytes, start - 2, 'i')) return 'instance';
    if (stands(bytes, start - 4, 'eni')) return 'eni';
  }
  if (bytes[end] === DASH && isPodHash(bytes, start, end)) return 'pod';
  if (length < 7 || length > 15) return null;
  for (let i = start + 1; i < start + 4; i++) if (bytes[i] === DOT) return 'ip';
  for (const [beginning, whole] of VETHS)
    if (length === whole && holds(bytes, start, beginning))
      return isHex(bytes, start + beginning.length, end, length) ? 'veth' : null;
  return null;
}

/** Where the name starts and ends around the word that tells it. */
export function boundsOf(bytes: Buffer, start: number, end: number, kind: EntityKind): [number, number] {
  if (kind === 'eni') return [start - 4, end];
  if (kind === 'instance') return [start - 2, end];
  return kind === 'pod' ? [podStart(bytes, start), end + 1 + POD_SUFFIX] : [start, end];
}

/**
 * Whether a text in lower case is a name that is known by every line in which it stands as a word. Names of pods are
 * not: `cart-5d78c9869d-xk2lp` stands in `my-cart-5d78c9869d-xk2lp` too.
 */
export function isNameOfLines(text: string): boolean {
  if (quadAt(text, 0) === text.length) return true;
  const bytes = Buffer.from(text, 'latin1');
  const start = text.lastIndexOf('-') + 1;
  const end = bytes.length;
  // Words without a digit are not looked at, and some with digits alone are not either.
  if (!hasDigit(bytes, start, end) || !bytesFiltered(bytes, start, end)) return false;
  const kind = kindOf(bytes, start, end);
  return kind !== null && kind !== 'ip' && boundsOf(bytes, start, end, kind)[0] === 0;
}

/** The word stands at `at`, and nothing of a word before it. */
function stands(bytes: Buffer, at: number, word: string): boolean {
  return at >= 0 && holds(bytes, at, word) && (at === 0 || CLASS[bytes[at - 1]!] === SEPARATOR);
}

function holds(bytes: Buffer, at: number, text: string): boolean {
  for (let i = 0; i < text.length; i++) if (FOLD[bytes[at + i]!] !== text.charCodeAt(i)) return false;
  return true;
}

/** `start`: of the hash in the name, behind a dash. */
function podStart(bytes: Buffer, start: number): number {
  let from = start - 1;
  const least = Math.max(0, start - MAX_NAME);
  while (from > least && isNameByte(bytes[from - 1]!)) from--;
  while (bytes[from] === DASH && from < start - 1) from++;
  return from;
}

const isNameByte = (byte: number): boolean =>
  byte === DASH || (byte >= 48 && byte <= 57) || (byte >= 97 && byte <= 122);

/** The hash of a ReplicaSet within the name of a pod: `5d78c9869d` in `cart-5d78c9869d-xk2lp`. */
function isPodHash(bytes: Buffer, start: number, end: number): boolean {
  const suffix = end + 1;
  if (
    bytes[start - 1] !== DASH ||
    bytes[end] !== DASH ||
    !isPodSuffix(bytes, start, end, suffix, suffix + POD_SUFFIX)
  )
    return false;
  for (let i = start; i < end; i++) if (SUFFIX[bytes[i]!] === 0) return false;
  return !isNameByte(bytes[suffix + POD_SUFFIX]!) && podStart(bytes, start) < start - 1;
}
