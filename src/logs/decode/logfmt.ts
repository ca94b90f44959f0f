import type { Pair } from './json-line.js';

const MAX_PAIRS = 64;
const PAIR = /\s*([^\s="]+)=/y;
const QUOTED = /"((?:[^"\\]|\\[^])*)("|$)/y;
const BARE = /[^\s"]*/y;

/**
 * The `key=value` pairs that logrus and klog write, from index `from` on; stops at the first text that is none.
 *
 *     time="2024-05-17T09:31:22.123456789Z" level=error msg="RunPodSandbox … failed" error="… \"add\" …"
 */
export function logfmt(text: string, from = 0): Pair[] {
  const pairs: Pair[] = [];
  let at = from;
  while (pairs.length < MAX_PAIRS && at < text.length) {
    PAIR.lastIndex = at;
    const key = PAIR.exec(text);
    if (key === null) break;
    const quoted = text[PAIR.lastIndex] === '"';
    const value = quoted ? QUOTED : BARE;
    value.lastIndex = PAIR.lastIndex;
    const match = value.exec(text);
    if (match === null) break;
    pairs.push([key[1]!, quoted ? goUnquote(match[1]!) : match[0]]);
    at = value.lastIndex;
  }
  return pairs;
}

const ESCAPE = /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([abfnrtv\\"]))/g;
const SIMPLE: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

/** Undoes what Go's `%q` does to the inside of a quoted string; unknown escapes stay as they are. */
export function goUnquote(inner: string): string {
  if (!inner.includes('\\')) return inner;
  return inner.replace(ESCAPE, (all, x?: string, u?: string, wide?: string, simple?: string) => {
    if (simple !== undefined) return SIMPLE[simple] ?? simple;
    const code = parseInt((x ?? u ?? wide)!, 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : all;
  });
}
