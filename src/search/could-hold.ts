/** Whether a line of a pattern can hold a string, its masked places included. Never wrong when it says no. */
import { BIT, CLASS, DIGIT, LETTER } from '../index-store/classes.js';
import { isMark, MARKS } from '../index-store/marks.js';
import type { Pattern } from '../index-store/types.js';

const TAIL = MARKS.tail.charCodeAt(0);
/** Longer strings are looked for by their beginning: the bits of a number stand for its characters. */
const MAX_LENGTH = 30;

/** `template` and `literal` in lower case; the literal is ASCII. */
export function couldHold(template: string, pattern: Pattern, literal: string): boolean {
  if (literal === '' || template.includes(literal) || template.charCodeAt(template.length - 1) === TAIL)
    return true;
  const sought = literal.slice(0, MAX_LENGTH);
  const within = reaches(sought, pattern);
  if (within === null) return false;
  const places = placesOf(sought);
  const whole = 1 << sought.length;
  // Bit n: the first n characters may stand just before the place in the template.
  let active = 1;
  for (let at = 0; at < template.length; at++) {
    const code = template.charCodeAt(at);
    let next = 0;
    if (!isMark(code)) next = (active & (code < 128 ? places[code]! : 0)) << 1;
    else for (let n = 0; n < sought.length; n++) if ((active & (1 << n)) !== 0) next |= within[n]!;
    if ((next & whole) !== 0) return true;
    active = next | 1;
  }
  return false;
}

/** For each character, where in the literal it stands: bit n for character n. */
function placesOf(literal: string): Int32Array {
  if (known.literal === literal) return known.places;
  const places = new Int32Array(128);
  for (let n = 0; n < literal.length; n++) {
    const code = literal.charCodeAt(n);
    places[code] = places[code]! | (1 << n);
  }
  known = { literal, places };
  return places;
}

/** One literal is asked of many patterns in a row. */
let known = { literal: '', places: new Int32Array(128) };

/**
 * For each start, up to where the literal can lie within one mask, as bits: it may begin anywhere in the mask, and takes
 * at least one character of it. Null when no character of it can.
 */
function reaches(literal: string, { bits, run }: Pattern): Int32Array | null {
  const within = new Int32Array(literal.length);
  let some = false;
  for (let start = 0; start < literal.length; start++) {
    let letters = 0;
    for (let at = start; at < literal.length; at++) {
      const code = literal.charCodeAt(at);
      if (CLASS[code] !== DIGIT && (BIT[code]! & bits) === 0) break;
      letters = CLASS[code] === LETTER ? letters + 1 : 0;
      if (letters > run) break;
      within[start] = within[start]! | (1 << (at + 1));
      some = true;
    }
  }
  return some ? within : null;
}
