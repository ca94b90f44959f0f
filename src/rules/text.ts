/** What a terminal, a log viewer or a reader's eye could be fooled with: controls, bidi overrides, invisible marks. */
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;
const UNSAFE_IN_EVIDENCE =
  /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;

/** At most `max` characters, with `…` in place of the rest; never half of a surrogate pair. */
export function cut(text: string, max: number): string {
  if (text.length <= max) return text;
  const end = max - 1;
  const code = text.charCodeAt(end - 1);
  return `${text.slice(0, code >= 0xd800 && code <= 0xdbff ? end - 1 : end)}…`;
}

/** One line without control characters, for values printed inside sentences. */
export function oneLine(text: string, max = 300): string {
  return cut(
    text
      .slice(0, max * 4)
      .replace(UNSAFE, ' ')
      .replace(/ {2,}/g, ' ')
      .trim(),
    max,
  );
}

/** A line as evidence: verbatim but trimmed and cut; tabs stay, other control characters become U+FFFD. */
export function evidenceLine(text: string, max = 500): string {
  return cut(text.trim().replace(UNSAFE_IN_EVIDENCE, '\ufffd'), max);
}

/** `2026-11-20T22:24:15Z` of milliseconds since the epoch; null when out of range or not known. */
export function isoTime(ms: number | null): string | null {
  if (ms === null || !Number.isFinite(ms) || Math.abs(ms) > 8.64e15) return null;
  return new Date(ms).toISOString().replace(/\.000Z$/, 'Z');
}
