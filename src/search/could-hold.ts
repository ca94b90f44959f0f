/** Whether a line of a pattern can hold a string, its masked places included. Never wrong when it says no. */
import { BIT, CLASS, DIGIT, LETTER } from '../index-store/classes.js';
import { isMark, MARKS } from '../index-store/marks.js';
import type { Pattern } from '../index-store/types.js';

const TAIL = MARKS.tail.charCodeAt(0);

/** `template` and `literal` in lower case; the literal is ASCII. */
export function couldHold(template: string, pattern: Pattern, literal: string): boolean {
  if (literal === '' || template.includes(literal) || template.charCodeAt(template.length - 1) === TAIL)
    return true;
  const reach = reaches(literal, pattern);
  if (reach === null) return false;
  const { length } = literal;
  // Numbers of characters of the literal that may have been matched just before the place in the template.
  let active: number[] = [];
  for (let at = 0; at < template.length; at++) {
    const code = template.charCodeAt(at);
    const next: number[] = [];
    const add = (count: number): void => {
      if (!next.includes(count)) next.push(count);
    };
    for (const count of [0, ...active]) {
      if (!isMark(code)) {
        if (literal.charCodeAt(count) === code) add(count + 1);
        continue;
      }
      // Within the mask the literal may begin anywhere; one that goes on takes at least one character of it.
      for (let to = count + 1; to <= reach[count]!; to++) add(to);
    }
    if (next.includes(length)) return true;
    active = next;
  }
  return false;
}

/** For each start, how far the literal can lie within one mask; null when no character of it can. */
function reaches(literal: string, { bits, run }: Pattern): number[] | null {
  const maskable = [...literal].map((char) => {
    const code = char.charCodeAt(0);
    return code < 128 && (CLASS[code] === DIGIT || (BIT[code]! & bits) !== 0);
  });
  if (!maskable.includes(true)) return null;
  return maskable.map((_, start) => {
    let letters = 0;
    let at = start;
    for (; at < literal.length && maskable[at]; at++) {
      letters = CLASS[literal.charCodeAt(at)] === LETTER ? letters + 1 : 0;
      if (letters > run) break;
    }
    return at;
  });
}
