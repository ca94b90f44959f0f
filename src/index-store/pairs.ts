/**
 * Which two bytes stand beside each other in the lines of some blocks whose patterns tell only their beginning, and how
 * many numbers points join there at most (`10.0.1.9`: 3 points).
 *
 * Printable ASCII and tab count each for themselves; other controls are one kind, and so is all beyond ASCII.
 */

const TAB_KIND = 95;
const CONTROL = 96;
const HIGH = 97;
export const KINDS = 98;

/** Kind of each byte. */
export const KIND = new Uint8Array(256).fill(HIGH);
for (let byte = 0; byte < 128; byte++) {
  KIND[byte] = byte >= 32 && byte < 127 ? byte - 32 : byte === 9 ? TAB_KIND : CONTROL;
}

/** The bytes of each kind. */
export const BYTES_OF: readonly (readonly number[])[] = Array.from({ length: KINDS }, (_, kind) =>
  [...KIND.keys()].filter((byte) => KIND[byte] === kind),
);

/** Bytes of a packed set: a bit for each pair, then the most points. */
export const PAIRS_SIZE = Math.ceil((KINDS * KINDS) / 8) + 1;
const MOST_POINTS = 255;

/** `seen`: a byte for each two bytes, 256 times the first and the second. */
export function packPairs(seen: Uint8Array, points: number): Uint8Array {
  const packed = new Uint8Array(PAIRS_SIZE);
  for (let two = 0; two < seen.length; two++) {
    if (seen[two] === 0) continue;
    const pair = KIND[two >> 8]! * KINDS + KIND[two & 255]!;
    packed[pair >> 3] = packed[pair >> 3]! | (1 << (pair & 7));
  }
  packed[PAIRS_SIZE - 1] = Math.min(points, MOST_POINTS);
  return packed;
}

export const hasPair = (packed: Uint8Array, first: number, second: number): boolean => {
  const pair = first * KINDS + second;
  return (packed[pair >> 3]! & (1 << (pair & 7))) !== 0;
};

/** The most points that join numbers: Infinity when there are too many to tell. */
export function pointsIn(packed: Uint8Array): number {
  const points = packed[PAIRS_SIZE - 1]!;
  return points === MOST_POINTS ? Infinity : points;
}
