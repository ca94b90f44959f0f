import { readPattern, Unsupported, type Node } from './regex-reader.js';

/** Strings of which every match of a pattern contains at least one, letter case aside. */
export interface RequiredLiterals {
  /** Lower case, each at least three characters. Null: there is none to rely on, every line must be checked. */
  readonly anyOf: readonly string[] | null;
  /** The pattern, or a part of it, matches without regard to letter case. */
  readonly ignoresCase: boolean;
}

const MIN_LENGTH = 3;
const MAX_LENGTH = 32;
const MAX_STRINGS = 16;

/**
 * What must stand in the raw bytes of a line for the pattern to match its message.
 *
 * Characters that the way from raw line to message changes end a literal: quotes and backslashes (escaped in JSON and
 * logrus), control characters, `=` (put between key and value), and everything beyond ASCII (may be invalid UTF-8).
 * `\u…` and `\/` escapes can hide any character; lines that contain them are looked at after decoding.
 */
export function requiredLiterals(pattern: string): RequiredLiterals {
  try {
    const { root, ignoresCase } = readPattern(pattern);
    return { anyOf: settle(analyse(root)), ignoresCase };
  } catch (error) {
    if (error instanceof Unsupported) return { anyOf: null, ignoresCase: true };
    throw error;
  }
}

interface Needs {
  /** All texts the node can match, when they are few; else null. */
  readonly exact: readonly string[] | null;
  /** The best set of strings found so far, one of which is in every match; else null. */
  readonly best: readonly string[] | null;
}

const NOTHING: Needs = { exact: null, best: null };
const NO_TEXT: Needs = { exact: [''], best: null };

function analyse(node: Node): Needs {
  switch (node.kind) {
    case 'char':
      return isReliable(node.char) ? { exact: [node.char.toLowerCase()], best: null } : NOTHING;
    case 'set':
      return { exact: [...new Set(node.chars.map((char) => char.toLowerCase()))], best: null };
    case 'any':
      return NOTHING;
    case 'empty':
      return NO_TEXT;
    case 'concat':
      return inSequence(node.parts.map(analyse));
    case 'either':
      return either(node.branches.map(analyse));
    case 'repeat':
      return repeated(analyse(node.body), node.min, node.max);
  }
}

function isReliable(char: string): boolean {
  return char.length === 1 && char >= ' ' && char <= '~' && !'"\\='.includes(char);
}

function inSequence(parts: readonly Needs[]): Needs {
  let best: readonly string[] | null = null;
  let run: readonly string[] = [''];
  let whole = true;
  for (const part of parts) {
    const longer = part.exact === null ? null : cross(run, part.exact);
    if (longer !== null) {
      run = longer;
      continue;
    }
    best = better(best, settle({ exact: run, best: null }));
    best = better(best, settle(part));
    run = part.exact ?? [''];
    whole = false;
  }
  return whole
    ? { exact: run, best: null }
    : { exact: null, best: better(best, settle({ exact: run, best: null })) };
}

function either(branches: readonly Needs[]): Needs {
  const texts = branches.flatMap((branch) => branch.exact ?? []);
  if (branches.every((branch) => branch.exact !== null) && texts.length <= MAX_STRINGS) {
    return { exact: [...new Set(texts)], best: null };
  }
  const settled = branches.map(settle);
  if (settled.some((set) => set === null)) return NOTHING;
  const all = [...new Set(settled.flatMap((set) => set ?? []))];
  return all.length <= MAX_STRINGS * 2 ? { exact: null, best: all } : NOTHING;
}

function repeated(body: Needs, min: number, max: number): Needs {
  if (min === 1 && max === 1) return body;
  if (min === 0 && max === 1 && body.exact !== null) return { exact: ['', ...body.exact], best: null };
  return min > 0 ? { exact: null, best: settle(body) } : NOTHING;
}

/** Null when the product is too large to keep. */
function cross(a: readonly string[], b: readonly string[]): readonly string[] | null {
  if (a.length * b.length > MAX_STRINGS) return null;
  const all = a.flatMap((head) => b.map((tail) => head + tail));
  return all.some((text) => text.length > 256) ? null : all;
}

/** The strings to look for, or null when one of them is too short to be worth it. */
function settle(needs: Needs): readonly string[] | null {
  const exact = needs.exact?.every((text) => text.length >= MIN_LENGTH) ? needs.exact : null;
  return better(needs.best, exact === null ? null : exact.map((text) => text.slice(0, MAX_LENGTH)));
}

function better(a: readonly string[] | null, b: readonly string[] | null): readonly string[] | null {
  if (a === null || b === null) return a ?? b;
  return score(b) > score(a) ? b : a;
}

/** Long strings are rare in text; every alternative makes a hit more likely. */
function score(strings: readonly string[]): number {
  return Math.min(...strings.map((text) => text.length)) - strings.length / 4;
}
