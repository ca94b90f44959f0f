import { RE2JS } from 're2js';

/** A linear-time regular expression of a rule. */
export interface Pattern {
  readonly source: string;
  /** Names of its named groups, in order. */
  readonly groups: readonly string[];
  /** Found anywhere in the text unless anchored. */
  readonly test: (text: string) => boolean;
  /** Values of the named groups of the first match (groups that took no part are left out), or null. */
  readonly match: (text: string) => Readonly<Record<string, string>> | null;
}

export type CompiledPattern =
  | { readonly ok: true; readonly pattern: Pattern }
  | {
      readonly ok: false;
      readonly message: string;
      /** Character of the pattern the error is about, from 0; null when the engine does not tell. */
      readonly at: number | null;
    };

const MAX_PATTERN = 4000;
const compiled = new Map<string, CompiledPattern>();

/** Compiles once per text. Look-around and back references are refused: they cannot be matched in linear time. */
export function compilePattern(source: string): CompiledPattern {
  const known = compiled.get(source);
  if (known !== undefined) return known;
  const result = compile(source);
  compiled.set(source, result);
  return result;
}

/** The pattern of a rule that was checked at load. Throws when it does not compile. */
export function mustCompile(source: string): Pattern {
  const result = compilePattern(source);
  if (!result.ok) throw new Error(`pattern does not compile: ${result.message}`);
  return result.pattern;
}

function compile(source: string): CompiledPattern {
  if (source.length > MAX_PATTERN) {
    return { ok: false, message: `longer than ${MAX_PATTERN} characters`, at: null };
  }
  let engine: RE2JS;
  try {
    engine = RE2JS.compile(source);
  } catch (error) {
    return { ok: false, ...describe(error, source) };
  }
  const groups = Object.entries(engine.namedGroups())
    .sort((a, b) => a[1] - b[1])
    .map(([name]) => name);
  return {
    ok: true,
    pattern: {
      source,
      groups,
      test: (text) => engine.test(text),
      match: (text) => groupsOf(engine, groups, text),
    },
  };
}

function groupsOf(engine: RE2JS, groups: readonly string[], text: string): Record<string, string> | null {
  const matcher = engine.matcher(text);
  if (!matcher.find()) return null;
  const values: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const name of groups) {
    const value = matcher.group(name) as string | null;
    if (value !== null) values[name] = value;
  }
  return values;
}

function describe(error: unknown, source: string): { message: string; at: number | null } {
  const { error: what, input } = error as { error?: unknown; input?: unknown };
  if (typeof what !== 'string')
    return { message: error instanceof Error ? error.message : String(error), at: null };
  if (typeof input !== 'string' || input === '') return { message: what, at: null };
  const at = source.lastIndexOf(input);
  const refused = /^\(\?<?[=!]/.test(input) ? ' (look-around cannot be matched in linear time)' : '';
  return { message: `${what}: ${input}${refused}`, at: at < 0 ? null : at };
}
