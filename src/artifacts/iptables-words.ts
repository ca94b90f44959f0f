/** One word of an iptables-save line. A quoted word is never an option, whatever it looks like. */
export interface Word {
  readonly text: string;
  readonly quoted: boolean;
}

/**
 * Splits a line of iptables-save into words. Quotes are double quotes; a backslash in them takes the next
 * character as it is (iptables escapes `"`, `'` and `\`). Returns null for a quote that never ends.
 */
export function splitWords(line: string): Word[] | null {
  const words: Word[] = [];
  const end = line.length;
  let at = 0;
  while (at < end) {
    const c = line.charCodeAt(at);
    if (c === 0x20 || c === 0x09) {
      at += 1;
      continue;
    }
    if (c !== 0x22) {
      const from = at;
      while (at < end && line.charCodeAt(at) !== 0x20 && line.charCodeAt(at) !== 0x09) at += 1;
      words.push({ text: line.slice(from, at), quoted: false });
      continue;
    }
    const closing = endOfQuote(line, at + 1);
    if (closing < 0) return null;
    const inside = line.slice(at + 1, closing);
    words.push({ text: inside.includes('\\') ? unescape(inside) : inside, quoted: true });
    at = closing + 1;
  }
  return words;
}

function endOfQuote(line: string, from: number): number {
  for (let at = from; at < line.length; at += 1) {
    const c = line.charCodeAt(at);
    if (c === 0x5c) at += 1;
    else if (c === 0x22) return at;
  }
  return -1;
}

function unescape(text: string): string {
  let out = '';
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === '\\' && at + 1 < text.length) at += 1;
    out += text[at];
  }
  return out;
}

const PLAIN = /^[A-Za-z0-9_.-]+$/;

/** Quotes as iptables-save does: only what holds other characters than letters, digits, `_`, `.` and `-`. */
export function quoteWord(text: string): string {
  return PLAIN.test(text) ? text : `"${text.replace(/["'\\]/g, (c) => `\\${c}`)}"`;
}
