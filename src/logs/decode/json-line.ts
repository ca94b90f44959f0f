/** One member of a JSON object: strings decoded, everything else as the raw text that stood there. */
export type Pair = readonly [key: string, value: string];

/** Members looked at per line; loggers write a dozen. */
const MAX_PAIRS = 64;
const QUOTE = 34;
const BACKSLASH = 92;
const BLANK = 32;
const TAB = 9;

/**
 * The members of the JSON object that starts at the first character of `text`, in their order. It reads what loggers
 * write and what is left of it after a cut: on broken text the members before the damage are returned, with the
 * string that was cut as far as it goes. Null when `text` is no object.
 *
 * Numbers, arrays and objects keep their raw text (no rounding, no change of white space), so that a literal that is
 * in a decoded value is in the raw line too, escapes aside: the prefilter relies on it.
 */
export function jsonLine(text: string): Pair[] | null {
  if (text.charCodeAt(0) !== 123) return null;
  const pairs: Pair[] = [];
  let at = skipSpace(text, 1);
  while (pairs.length < MAX_PAIRS && text.charCodeAt(at) === QUOTE) {
    const keyEnd = stringEnd(text, at);
    const key = decodeString(text, at, keyEnd);
    at = skipSpace(text, keyEnd);
    if (text[at] !== ':') break;
    at = skipSpace(text, at + 1);
    if (at >= text.length) break;
    const end = text.charCodeAt(at) === QUOTE ? stringEnd(text, at) : valueEnd(text, at);
    const value = text.charCodeAt(at) === QUOTE ? decodeString(text, at, end) : text.slice(at, end).trimEnd();
    pairs.push([key, value]);
    at = skipSpace(text, end);
    if (text[at] !== ',') break;
    at = skipSpace(text, at + 1);
  }
  return pairs.length > 0 || text[at] === '}' ? pairs : null;
}

function skipSpace(text: string, from: number): number {
  let at = from;
  for (let code = text.charCodeAt(at); code === BLANK || code === TAB; code = text.charCodeAt(at)) at++;
  return at;
}

/** Index after the closing quote of the string that opens at `open`; the end of the text when it never closes. */
function stringEnd(text: string, open: number): number {
  let at = open + 1;
  for (;;) {
    const quote = text.indexOf('"', at);
    if (quote < 0) return text.length;
    let slashes = 0;
    while (quote - slashes - 1 > open && text.charCodeAt(quote - slashes - 1) === BACKSLASH) slashes++;
    if (slashes % 2 === 0) return quote + 1;
    at = quote + 1;
  }
}

function decodeString(text: string, open: number, end: number): string {
  const closed = end - 1 > open && text.charCodeAt(end - 1) === QUOTE;
  const inner = text.slice(open + 1, closed ? end - 1 : end);
  if (!inner.includes('\\')) return inner;
  try {
    return JSON.parse(`"${inner}"`) as string;
  } catch {
    return inner;
  }
}

/** Index after a number, literal, array or object: at the `,` or `}` that follows it on the same level. */
function valueEnd(text: string, from: number): number {
  let depth = 0;
  let at = from;
  while (at < text.length) {
    const char = text[at];
    if (char === '"') {
      at = stringEnd(text, at);
      continue;
    }
    if (char === '{' || char === '[') depth++;
    else if (depth === 0 && (char === ',' || char === '}')) return at;
    else if (char === '}' || char === ']') depth--;
    at++;
  }
  return at;
}
