const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A duration as rules write it: a whole number and one unit. */
export const DURATION = '^[0-9]{1,6}(s|m|h|d)$';

/** Milliseconds of `90s`, `10m`, `2h`, `1d`; null for anything else. */
export function parseDuration(text: string): number | null {
  const match = /^(\d{1,6})([smhd])$/.exec(text);
  return match === null ? null : Number(match[1]) * UNITS[match[2]!]!;
}
