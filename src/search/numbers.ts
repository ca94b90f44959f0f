/** How times and counts are written. */

/** ISO 8601 in UTC, or null; times of hostile files may lie beyond the calendar. */
export function isoTime(ms: number | null): string | null {
  return ms === null || !(Math.abs(ms) <= 8.64e15) ? null : new Date(ms).toISOString();
}

export function plural(count: number, word: string): string {
  return `${withCommas(count)} ${word}${count === 1 ? '' : 's'}`;
}

/** `1,234,567`: loading the language data of `toLocaleString` takes longer than a search. */
function withCommas(count: number): string {
  return String(count).replace(/\B(?=(?:\d{3})+$)/g, ',');
}
