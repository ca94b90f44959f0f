/** How times are written. */

/** ISO 8601 in UTC, or null; times of hostile files may lie beyond the calendar. */
export function isoTime(ms: number | null): string | null {
  return ms === null || !(Math.abs(ms) <= 8.64e15) ? null : new Date(ms).toISOString();
}
