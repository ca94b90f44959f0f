/**
 * What the first bytes of every match of an expression look like, as an expression of the engine's own that finds
 * places where a match can begin several times as fast as an automaton that reads all bytes.
 */
import type { Places } from './regex-finder.js';
import type { Step } from './regex-states.js';

/** Bytes of a match that are looked at; the engine compares no more of them per byte of text. */
const MOST = 8;
const HIGH = 128;

/**
 * One class of bytes behind another, without repetition: nothing to go back over. In text beyond ASCII also what
 * begins so and goes on with a character of which it is not known how many bytes it has. Null when all bytes can stand
 * there.
 */
export function skeletonOf(steps: readonly Step[], start: readonly number[]): Places | null {
  const classes: Uint8Array[] = [];
  let open: ReadonlySet<number> = new Set(start);
  while (classes.length < MOST && open.size > 0) {
    const here = new Uint8Array(HIGH + 1);
    const behind = new Set<number>();
    let mayEnd = false;
    for (const one of open) {
      const { bytes, next } = steps[one]!;
      for (let byte = 0; byte <= HIGH; byte++) here[byte] = here[byte]! | bytes[byte]!;
      if (next === null) mayEnd = true;
      else for (const step of next) behind.add(step);
    }
    classes.push(here);
    if (mayEnd) break;
    open = behind;
  }
  while (classes.length > 0 && isAny(classes.at(-1)!)) classes.pop();
  if (classes.length === 0) return null;
  const texts = classes.map(classText);
  const whole = texts.join('');
  // Up to the first byte beyond ASCII; behind it the places of bytes are not known.
  const beginnings = classes.flatMap((bytes, at) =>
    bytes[HIGH] === 1 ? [`${texts.slice(0, at).join('')}[\\x80-\\xff]`] : [],
  );
  const any = new RegExp([whole, ...beginnings].join('|'), 'g');
  return { ascii: new RegExp(whole, 'g'), any, begin: true };
}

/** All of ASCII but the line end, which some classes leave out. */
function isAny(bytes: Uint8Array): boolean {
  let count = 0;
  for (let byte = 0; byte < HIGH; byte++) count += bytes[byte]!;
  return count >= HIGH - 1;
}

/** The bytes of ASCII in a class. */
function classText(bytes: Uint8Array): string {
  let text = '';
  for (let from = 0; from < HIGH; from++) {
    if (bytes[from] !== 1) continue;
    let to = from;
    while (to + 1 < HIGH && bytes[to + 1] === 1) to++;
    text += `${escaped(from)}-${escaped(to)}`;
    from = to;
  }
  return `[${text}]`;
}

const escaped = (byte: number): string => `\\x${byte.toString(16).padStart(2, '0')}`;
