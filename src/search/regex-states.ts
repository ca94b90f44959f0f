/** A regular expression as steps over bytes: never fewer texts than it matches, and few more. */
import type { RE2JS } from 're2js';

/** What is read at one place of the expression. */
export interface Step {
  /** 1 for each byte that may stand there; bytes from 128 on are all or none. */
  readonly bytes: Uint8Array;
  /** Steps that may follow; null when the expression may end there. */
  readonly next: readonly number[] | null;
}

export interface States {
  readonly steps: readonly Step[];
  /** Steps that may come first; null when the empty text matches. */
  readonly start: readonly number[] | null;
  /** Of ASCII texts they read those that match, and no others. */
  readonly exact: boolean;
}

/** Instructions of the engine's program, as its types number them. */
const OP = { alt: 1, altMatch: 2, capture: 3, empty: 4, fail: 5, match: 6, nop: 7, rune: 8, last: 11 };
const FOLD_CASE = 1;
/** Expressions that make more than this are left to the engine. */
const MAX_STEPS = 1000;
const HIGH = 128;

interface Instruction {
  readonly op: number;
  readonly out: number;
  readonly arg: number;
  readonly runes: ArrayLike<number>;
  matchRune(rune: number): boolean;
}

/**
 * The steps of a compiled expression; null when it cannot be told. Anchors and word boundaries count as met. A character
 * beyond ASCII is one byte or more from 128 on, whatever stands there: bytes that are no UTF-8 are characters too.
 */
export function statesOf(expression: RE2JS): States | null {
  const { inst, start, numLb } = expression.re2().prog as unknown as {
    readonly inst: readonly Instruction[];
    readonly start: number;
    readonly numLb: number;
  };
  if (!Array.isArray(inst) || inst.length > MAX_STEPS || numLb !== 0) return null;
  const closures = new Map<number, readonly number[] | null>();
  const closure = (pc: number): readonly number[] | null => {
    let known = closures.get(pc);
    if (known === undefined) closures.set(pc, (known = follow(inst, pc)));
    return known;
  };
  try {
    const steps = inst.map((one): Step => {
      if (one.op < OP.rune || one.op > OP.last) return { bytes: new Uint8Array(256), next: [] };
      return { bytes: bytesOf(one), next: closure(one.out) };
    });
    return { steps, start: closure(start), exact: inst.every(({ op }) => op !== OP.empty) };
  } catch (error) {
    if (error instanceof Unknown) return null;
    throw error;
  }
}

class Unknown extends Error {}

/** The steps that can be reached without reading anything; null when the end can. */
function follow(inst: readonly Instruction[], from: number): readonly number[] | null {
  const seen = new Set<number>();
  const found: number[] = [];
  const open = [from];
  for (let pc = open.pop(); pc !== undefined; pc = open.pop()) {
    if (seen.has(pc)) continue;
    seen.add(pc);
    const { op, out, arg } = inst[pc]!;
    if (op === OP.match) return null;
    if (op === OP.fail) continue;
    if (op >= OP.rune && op <= OP.last) found.push(pc);
    else if (op === OP.alt || op === OP.altMatch) open.push(out, arg);
    else if (op === OP.capture || op === OP.empty || op === OP.nop) open.push(out);
    else throw new Unknown();
  }
  return found.sort((a, b) => a - b);
}

function bytesOf(one: Instruction): Uint8Array {
  const bytes = new Uint8Array(256);
  const any = one.op > OP.rune + 1;
  for (let byte = 0; byte < HIGH; byte++) bytes[byte] = Number(any || one.matchRune(byte));
  const { runes } = one;
  const beyond = any || (one.arg & FOLD_CASE) !== 0 || runes[runes.length - 1]! >= HIGH;
  if (beyond) bytes.fill(1, HIGH);
  return bytes;
}
