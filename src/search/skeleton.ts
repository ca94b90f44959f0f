/**
 * What the first bytes of every match of an expression look like, as an expression of the engine's own that finds
 * places where a match can begin several times as fast as an automaton that reads all bytes.
 */
import type { Step } from './regex-states.js';

/** Bytes of a match that are looked at; the engine compares no more of them per byte of text. */
const MOST = 8;
const HIGH = 128;

/** For text in Latin-1, as its bytes stand. */
export interface Skeleton {
  /** Finds the matches in ASCII text. */
  readonly ascii: RegExp;
  /** In any text: those too whose first bytes are of a character beyond ASCII, which has one byte or more. */
  readonly any: RegExp;
}

/**
 * One class of bytes behind another, without repetition: nothing to go back over. Null when the bytes that can stand
 * there are all bytes.
 */
export function skeletonOf(steps: readonly Step[], start: readonly number[]): Skeleton | null {
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
  return { ascii: new RegExp(whole, 'g'), any: new RegExp([whole, ...beginnings].join('|'), 'g') };
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
