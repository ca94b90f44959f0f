/**
 * What the first bytes of every match of an expression look like, as an expression of the engine's own that finds
 * places where a match can begin several times as fast as an automaton that reads all bytes.
 */
import type { Step } from './regex-states.js';

/** Bytes of a match that are looked at; the engine compares no more of them per byte of text. */
const MOST = 8;
const ASCII = 128;

/**
 * One class of bytes behind another, without repetition: nothing to go back over. Holds for ASCII text only. Null when
 * the bytes that can stand there are all bytes.
 */
export function skeletonOf(steps: readonly Step[], start: readonly number[]): RegExp | null {
  const classes: Uint8Array[] = [];
  let open: ReadonlySet<number> = new Set(start);
  while (classes.length < MOST && open.size > 0) {
    const here = new Uint8Array(ASCII);
    const behind = new Set<number>();
    let mayEnd = false;
    for (const one of open) {
      const { bytes, next } = steps[one]!;
      for (let byte = 0; byte < ASCII; byte++) here[byte] = here[byte]! | bytes[byte]!;
      if (next === null) mayEnd = true;
      else for (const step of next) behind.add(step);
    }
    classes.push(here);
    if (mayEnd) break;
    open = behind;
  }
  while (classes.length > 0 && isAny(classes.at(-1)!)) classes.pop();
  return classes.length === 0 ? null : new RegExp(classes.map(classText).join(''), 'g');
}

/** All but the line end, which some classes leave out. */
function isAny(bytes: Uint8Array): boolean {
  return bytes.reduce((sum, byte) => sum + byte, 0) >= ASCII - 1;
}

function classText(bytes: Uint8Array): string {
  let text = '';
  for (let from = 0; from < ASCII; from++) {
    if (bytes[from] !== 1) continue;
    let to = from;
    while (to + 1 < ASCII && bytes[to + 1] === 1) to++;
    text += `${escaped(from)}-${escaped(to)}`;
    from = to;
  }
  return `[${text}]`;
}

const escaped = (byte: number): string => `\\x${byte.toString(16).padStart(2, '0')}`;
