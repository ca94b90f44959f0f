/** Whether a line of a pattern can hold a string, its masked places included. Never wrong when it says no. */
import { BIT, CLASS, DIGIT, LETTER } from '../index-store/classes.js';
import { isMark, MARKS } from '../index-store/marks.js';
import { shapeKey, type MaskShape } from '../index-store/masks.js';
import type { Pattern } from '../index-store/types.js';

const TAIL = MARKS.tail.charCodeAt(0);
const DOT = 46;
/** Longer strings are looked for by their beginning: the bits of a number stand for its characters. */
const MAX_LENGTH = 30;

/** `template` and `literal` in lower case; the literal is ASCII. */
export function couldHold(template: string, pattern: Pattern, literal: string): boolean {
  if (literal === '' || template.includes(literal) || template.charCodeAt(template.length - 1) === TAIL)
    return true;
  const sought = literal.slice(0, MAX_LENGTH);
  const places = placesOf(sought);
  const whole = 1 << sought.length;
  // Bit n: the first n characters may stand just before the place in the template.
  let active = 1;
  let mark = 0;
  for (let at = 0; at < template.length; at++) {
    const code = template.charCodeAt(at);
    let next = 0;
    if (!isMark(code)) next = (active & (code < 128 ? places[code]! : 0)) << 1;
    else {
      const within = reaches(sought, pattern.masks[mark++]!);
      for (let n = 0; n < sought.length; n++) if ((active & (1 << n)) !== 0) next |= within[n]!;
    }
    if ((next & whole) !== 0) return true;
    active = next | 1;
  }
  return false;
}

/** What is known of the literal asked last: one is asked of many patterns in a row. */
let known = { literal: '', places: new Int32Array(128), within: new Map<number, Int32Array>() };

/** For each character, where in the literal it stands: bit n for character n. */
function placesOf(literal: string): Int32Array {
  if (known.literal === literal) return known.places;
  const places = new Int32Array(128);
  for (let n = 0; n < literal.length; n++) {
    const code = literal.charCodeAt(n);
    places[code] = places[code]! | (1 << n);
  }
  known = { literal, places, within: new Map() };
  return places;
}

/**
 * For each start, up to where the literal can lie within a mask, as bits: it may begin anywhere in the mask, and takes
 * at least one character of it.
 */
function reaches(literal: string, shape: MaskShape): Int32Array {
  const { bits, run, dots } = shape;
  const key = shapeKey(shape);
  let within = known.within.get(key);
  if (within !== undefined) return within;
  known.within.set(key, (within = new Int32Array(literal.length)));
  for (let start = 0; start < literal.length; start++) {
    let letters = 0;
    let points = 0;
    for (let at = start; at < literal.length; at++) {
      const code = literal.charCodeAt(at);
      if (CLASS[code] !== DIGIT && (BIT[code]! & bits) === 0) break;
      letters = CLASS[code] === LETTER ? letters + 1 : 0;
      if (code === DOT) points++;
      if (letters > run || points > dots) break;
      within[start] = within[start]! | (1 << (at + 1));
    }
  }
  return within;
}
