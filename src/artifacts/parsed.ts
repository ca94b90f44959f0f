/** What every parser of an artifact hands back, so that its caller can tell 'nothing there' from 'not understood'. */
export interface Parsed<T> {
  readonly value: T;
  /** Lines, documents or entries that were recognised, headers included. 0 means: this is not that format. */
  readonly understood: number;
  /** Lines or entries that were not. */
  readonly notUnderstood: number;
  /** The end is cut: a killed command, a document without its closing brace. */
  readonly truncated?: boolean;
  /** What was left out or stands out, in words. */
  readonly note?: string;
}

/** Whole, safe, non-negative number from digits; null for anything else. */
export function toCount(text: string | undefined): number | null {
  if (text === undefined || !/^\d{1,16}$/.test(text)) return null;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : null;
}

/** A port from digits, 0 included; null for anything else. */
export function toPort(text: string | undefined): number | null {
  const value = toCount(text);
  return value !== null && value <= 65535 ? value : null;
}

/** Milliseconds since the epoch of an ISO 8601 time, `+0200` without colon included; null when it is none. */
export function toTime(text: string | undefined): number | null {
  if (text === undefined || !/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}/.test(text) || text.length > 40)
    return null;
  const iso = text
    .replace(/(\.\d{3})\d+/, '$1')
    .replace(/([+-]\d{2})(\d{2})$/, '$1:$2')
    .replace(/,(\d{3})/, '.$1');
  const value = Date.parse(iso);
  // Go prints its zero time as year 1: 'never'.
  return Number.isFinite(value) && value > 0 ? value : null;
}
