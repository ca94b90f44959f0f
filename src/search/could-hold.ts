/** Whether a line of a pattern can hold a string, its masked places included. Never wrong when it says no. */
import { BIT, CLASS, DIGIT, LETTER } from '../index-store/classes.js';
import { isMark, MARKS } from '../index-store/marks.js';
import { shapeKey, type MaskShape } from '../index-store/masks.js';
import type { Pattern } from '../index-store/types.js';

const TAIL = MARKS.tail.charCodeAt(0);
const DOT = 46;
/** Longer strings are looked for by their beginning: bits of a number stand for the characters of all. */
const MAX_LENGTH = 30;

/** Strings that are sought in the lines of many patterns. */
export class Sought {
  private readonly groups: readonly Group[];

  /** `literals`: ASCII, in lower case. */
  constructor(private readonly literals: readonly string[]) {
    const groups: string[][] = [];
    let room = 0;
    for (const literal of literals) {
      const text = literal.slice(0, MAX_LENGTH);
      if (text.length + 1 > room) {
        groups.push([]);
        room = MAX_LENGTH + 1;
      }
      groups.at(-1)!.push(text);
      room -= text.length + 1;
    }
    this.groups = groups.map((texts) => new Group(texts));
  }

  /** Whether one of the strings can be there. `template`: that of the pattern, in lower case. */
  couldBeIn(template: string, pattern: Pattern): boolean {
    if (template.charCodeAt(template.length - 1) === TAIL) return true;
    if (this.literals.some((literal) => template.includes(literal))) return true;
    return pattern.masks.length > 0 && this.groups.some((group) => group.couldBeIn(template, pattern));
  }
}

/** Strings beside each other in the bits of a number; bit n of a string: its first n characters stand just before. */
class Group {
  /** For each character, where in the strings it stands: bit n for character n. */
  private readonly places = new Int32Array(128);
  private readonly within = new Map<number, Int32Array>();
  /** Bit 0 of each string, and the last one. */
  private readonly starts: readonly number[];
  private readonly none: number;
  private readonly whole: number;

  constructor(private readonly texts: readonly string[]) {
    let start = 0;
    let none = 0;
    let whole = 0;
    this.starts = texts.map((text) => {
      for (let n = 0; n < text.length; n++) {
        const code = text.charCodeAt(n);
        this.places[code] = this.places[code]! | (1 << (start + n));
      }
      none |= 1 << start;
      whole |= 1 << (start + text.length);
      start += text.length + 1;
      return start - text.length - 1;
    });
    this.none = none;
    this.whole = whole;
  }

  couldBeIn(template: string, { masks }: Pattern): boolean {
    const { places, none, whole } = this;
    let active = none;
    let mark = 0;
    for (let at = 0; at < template.length; at++) {
      const code = template.charCodeAt(at);
      let next = 0;
      if (!isMark(code)) next = (active & (code < 128 ? places[code]! : 0)) << 1;
      else {
        const within = this.reaches(masks[mark++]!);
        for (let left = active; left !== 0; left &= left - 1) next |= within[31 - Math.clz32(left & -left)]!;
      }
      if ((next & whole) !== 0) return true;
      active = next | none;
    }
    return false;
  }

  /**
   * For each start in a string, up to where it can lie within a mask, as bits: it may begin anywhere in the mask, and
   * takes at least one character of it.
   */
  private reaches(shape: MaskShape): Int32Array {
    const key = shapeKey(shape);
    const known = this.within.get(key);
    if (known !== undefined) return known;
    const within = new Int32Array(32);
    this.within.set(key, within);
    for (const [index, text] of this.texts.entries()) reachesOf(text, shape, within, this.starts[index]!);
    return within;
  }
}

/** Fills in what holds for one string, whose bit 0 is bit `shift`. */
function reachesOf(text: string, { bits, run, dots }: MaskShape, within: Int32Array, shift: number): void {
  for (let start = 0; start < text.length; start++) {
    let letters = 0;
    let points = 0;
    for (let at = start; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (CLASS[code] !== DIGIT && (BIT[code]! & bits) === 0) break;
      letters = CLASS[code] === LETTER ? letters + 1 : 0;
      if (code === DOT) points++;
      if (letters > run || points > dots) break;
      within[shift + start] = within[shift + start]! | (1 << (shift + at + 1));
    }
  }
}
