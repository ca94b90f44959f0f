/** Whether a line of a pattern can hold a string, its masked places included. Never wrong when it says no. */
import { BIT, CLASS, DIGIT, foldCase, LETTER } from './classes.js';
import { isMark, MARKS } from './marks.js';
import { shapeKey, type MaskShape } from './masks.js';
import type { Pattern } from './types.js';

const TAIL = MARKS.tail.charCodeAt(0);
const DOT = 46;
/** Longer strings are looked for by their beginning: bits of a number stand for the characters of all. */
const MAX_LENGTH = 30;

/** Two letters beyond ASCII fold to s and k: where case does not count, they count as those. */
const CASE_VARIANTS = /[\u017f\u212a]/;
const OTHER_BIT = 1 << 26;

/** Whether a line of the pattern can hold one of those letters. */
export function mayHoldCaseVariant({ template, masks }: Pattern): boolean {
  return CASE_VARIANTS.test(template) || masks.some(({ bits }) => (bits & OTHER_BIT) !== 0);
}

/** The template of a pattern in lower case. */
export function foldedTemplate({ folded, template }: Pick<Pattern, 'folded' | 'template'>): string {
  return folded ?? foldCase(template);
}

/** Strings that are sought in the lines of many patterns. */
export class Sought {
  private readonly groups: readonly Group[];
  private readonly anywhere: readonly string[];
  private readonly first: readonly string[];

  /** `literals`: ASCII, in lower case; a line end before one says that the line begins with it. */
  constructor(literals: readonly string[]) {
    this.anywhere = literals.filter((literal) => !literal.startsWith('\n'));
    this.first = literals.filter((literal) => literal.startsWith('\n')).map((literal) => literal.slice(1));
    const groups: Literal[][] = [];
    let room = 0;
    const all = [...this.anywhere, ...this.first];
    for (const [index, literal] of all.entries()) {
      const text = literal.slice(0, MAX_LENGTH);
      if (text.length + 1 > room) {
        groups.push([]);
        room = MAX_LENGTH + 1;
      }
      groups.at(-1)!.push({ text, isFirst: index >= this.anywhere.length });
      room -= text.length + 1;
    }
    this.groups = groups.map((group) => new Group(group));
  }

  /** Whether one of the strings can be there. `template`: see `foldedTemplate`. */
  couldBeIn(template: string, pattern: Pattern): boolean {
    if (template.charCodeAt(template.length - 1) === TAIL) return true;
    if (this.anywhere.some((literal) => template.includes(literal))) return true;
    if (this.first.some((literal) => template.startsWith(literal))) return true;
    return pattern.masks.length > 0 && this.groups.some((group) => group.couldBeIn(template, pattern));
  }
}

interface Literal {
  readonly text: string;
  /** It stands at the start of the line. */
  readonly isFirst: boolean;
}

/** Strings beside each other in the bits of a number; bit n of a string: its first n characters stand just before. */
class Group {
  /** For each character, where in the strings it stands: bit n for character n. */
  private readonly places = new Int32Array(128);
  private readonly within = new Map<number, Int32Array>();
  /** Bit 0 of each string, and the last one. */
  private readonly starts: readonly number[];
  /** Those of strings that may begin anywhere, and of all. */
  private readonly none: number;
  private readonly atStart: number;
  private readonly whole: number;

  constructor(private readonly literals: readonly Literal[]) {
    let start = 0;
    let none = 0;
    let atStart = 0;
    let whole = 0;
    this.starts = literals.map(({ text, isFirst }) => {
      for (let n = 0; n < text.length; n++) {
        const code = text.charCodeAt(n);
        this.places[code] = this.places[code]! | (1 << (start + n));
      }
      atStart |= 1 << start;
      if (!isFirst) none |= 1 << start;
      whole |= 1 << (start + text.length);
      start += text.length + 1;
      return start - text.length - 1;
    });
    this.none = none;
    this.atStart = atStart;
    this.whole = whole;
  }

  couldBeIn(template: string, { masks }: Pattern): boolean {
    const { places, none, whole } = this;
    let active = this.atStart;
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
    for (const [index, { text }] of this.literals.entries())
      reachesOf(text, shape, within, this.starts[index]!);
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
