/** Names of things in a file: addresses, network interfaces, instances, sandboxes, pods of Deployments. */
import { CLASS, SEPARATOR } from './classes.js';
import { isPodSuffix, SUFFIX } from './spans.js';
import type { Entity, EntityKind } from './types.js';

interface Seen {
  readonly kind: EntityKind;
  count: number;
  first: number;
  last: number;
}

/** Room for names: a share of the text, so that the index stays small where every line has a name of its own. */
const SHARE = 0.006;
const FREE_ROOM = 8192;

export class EntityTable {
  /** Times a name was left out. */
  leftOut = 0;
  private readonly names = new Map<string, Seen>();
  private room = FREE_ROOM;

  /** More text was read. */
  grow(bytes: number): void {
    this.room += bytes * SHARE;
  }

  /** A word with a digit, or an IPv4 address, at its place in a line. */
  see(bytes: Buffer, start: number, end: number, time: number): void {
    const kind = kindOf(bytes, start, end);
    if (kind === null) return;
    const [from, to] = boundsOf(bytes, start, end, kind);
    const name = bytes.toString('latin1', from, to).toLowerCase();
    let seen = this.names.get(name);
    if (seen === undefined) {
      if (this.room < name.length + 24) {
        this.leftOut++;
        return;
      }
      this.room -= name.length + 24;
      this.names.set(name, (seen = { kind, count: 0, first: NaN, last: NaN }));
    }
    seen.count++;
    if (!(seen.first <= time)) seen.first = Number.isNaN(time) ? seen.first : time;
    if (!(seen.last >= time)) seen.last = Number.isNaN(time) ? seen.last : time;
  }

  list(): Entity[] {
    return [...this.names].map(([name, { kind, count, first, last }]) => ({
      kind,
      name,
      count,
      first: Number.isNaN(first) ? null : first,
      last: Number.isNaN(last) ? null : last,
    }));
  }
}

const DOT = 46;
const DASH = 45;

/** Characters that make the random end of a pod's name, behind a dash. */
const POD_SUFFIX = 5;
/** Of a label in DNS. */
const MAX_NAME = 63;

/** The name around the word that tells it. */
function boundsOf(bytes: Buffer, start: number, end: number, kind: EntityKind): [number, number] {
  if (kind === 'eni') return [start - 4, end];
  if (kind === 'instance') return [start - 2, end];
  return kind === 'pod' ? [podStart(bytes, start), end + 1 + POD_SUFFIX] : [start, end];
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

function kindOf(bytes: Buffer, start: number, end: number): EntityKind | null {
  const length = end - start;
  if (bytes[end] === DASH && isPodHash(bytes, start, end)) return 'pod';
  if (length === 64) return hex(bytes, start, end) ? 'sandbox' : null;
  // Some addresses have eight characters too.
  if ((length === 17 || length === 8) && hex(bytes, start, end)) {
    if (bytes[start - 1] !== DASH) return null;
    if (bytes[start - 2] === 105 && !isWord(bytes, start - 3)) return 'instance';
    const eni = bytes[start - 2] === 105 && bytes[start - 3] === 110 && bytes[start - 4] === 101;
    return eni && !isWord(bytes, start - 5) ? 'eni' : null;
  }
  if (length < 7 || length > 15) return null;
  for (let i = start + 1; i < start + 4; i++) if (bytes[i] === DOT) return 'ip';
  const from = { eni: 14, veth: 12, cali: 15 };
  const text = bytes.toString('latin1', start, start + 4);
  if (text.startsWith('eni')) return length === from.eni && hex(bytes, start + 3, end) ? 'veth' : null;
  if (text === 'veth') return length === from.veth && hex(bytes, start + 4, end) ? 'veth' : null;
  return text === 'cali' && length === from.cali && hex(bytes, start + 4, end) ? 'veth' : null;
}

function isWord(bytes: Buffer, at: number): boolean {
  return at >= 0 && CLASS[bytes[at]!] !== SEPARATOR;
}

function hex(bytes: Buffer, start: number, end: number): boolean {
  for (let i = start; i < end; i++) {
    const byte = bytes[i]!;
    if (!((byte >= 48 && byte <= 57) || (byte >= 97 && byte <= 102))) return false;
  }
  return true;
}

/** Entities of all files, the most named first. */
export function mergeEntities(files: readonly (readonly Entity[])[]): Entity[] {
  return joinEntities(files.flat()).sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1));
}

/** Each name once, in the order in which they come first. */
export function joinEntities(all: readonly Entity[]): Entity[] {
  const joined = new Map<string, Entity>();
  for (const entity of all) {
    const known = joined.get(entity.name);
    joined.set(entity.name, known === undefined ? entity : joinTwo(known, entity));
  }
  return [...joined.values()];
}

function joinTwo(one: Entity, two: Entity): Entity {
  return {
    ...one,
    count: one.count + two.count,
    first: least(one.first, two.first, Math.min),
    last: least(one.last, two.last, Math.max),
  };
}

function least(a: number | null, b: number | null, pick: (a: number, b: number) => number): number | null {
  return a === null || b === null ? (a ?? b) : pick(a, b);
}
