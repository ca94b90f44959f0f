/** What the text of a line tells of its time, before year, zone and time of boot are filled in. */
export type Stamp =
  /** Year and zone are in the text. Milliseconds since the epoch. */
  | { readonly kind: 'utc'; readonly ms: number }
  /** Wall time of the node: the zone is missing, and with `year` null the year too. Month and day from 1. */
  | {
      readonly kind: 'local';
      readonly year: number | null;
      readonly month: number;
      readonly day: number;
      /** Milliseconds since midnight. */
      readonly ms: number;
    }
  /** Milliseconds since boot. */
  | { readonly kind: 'boot'; readonly ms: number };

export type LocalStamp = Extract<Stamp, { kind: 'local' }>;

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `Jan` is 1; 0 when it is no English month abbreviation. */
export function monthNumber(name: string): number {
  return MONTHS.indexOf(name) + 1;
}

const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

export function isLeapYear(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
}

/** Whether the calendar has the day; without a year, 29 February passes. */
export function isValidDate(year: number | null, month: number, day: number): boolean {
  if (month < 1 || month > 12 || day < 1) return false;
  if (month === 2 && day === 29) return year === null || isLeapYear(year);
  return day <= DAYS[month - 1]!;
}

/** Milliseconds since midnight, or -1. A leap second counts as the second before it. */
export function clockTime(hour: number, minute: number, second: number, ms: number): number {
  if (hour > 23 || minute > 59 || second > 60) return -1;
  return ((hour * 60 + minute) * 60 + Math.min(second, 59)) * 1000 + ms;
}

/** A run of exactly `count` decimal digits at `at`, or -1. */
export function digits(text: string, at: number, count: number): number {
  let value = 0;
  for (let i = at; i < at + count; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (!(digit >= 0 && digit <= 9)) return -1;
    value = value * 10 + digit;
  }
  return value;
}

/** Fraction digits as milliseconds, cut (not rounded): `123456789` and `1234` are 123. */
export function fractionMs(fraction: string | undefined): number {
  return fraction === undefined ? 0 : Number(fraction.slice(0, 3).padEnd(3, '0'));
}
