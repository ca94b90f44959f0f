/** From stamps to milliseconds UTC: year, zone and time of boot are filled in here. */
import { isLeapYear, type LocalStamp, type Stamp } from './stamps/stamp.js';

/** What holds for a whole file. */
export interface ClockProfile {
  /** Year of the file's last line, where its lines have none; null when nothing tells. */
  readonly lastYear: number | null;
  /** Turns of the year between the first and the last line. */
  readonly turns: number;
  /** Minutes east of UTC of the node's wall time. */
  readonly offset: number;
  readonly offsetFrom: 'journal-header' | 'inner-stamps' | 'nothing';
  /** Time of boot, milliseconds since the epoch. */
  readonly bootTime: number | null;
}

export interface ResolvedTime {
  readonly time: number | null;
  readonly notes: readonly string[];
}

const EXACT: readonly string[] = [];
const UNKNOWN: ResolvedTime = { time: null, notes: EXACT };

/** `turnsBefore`: turns of the year between the first line and this one. */
export function resolveTime(stamp: Stamp | null, profile: ClockProfile, turnsBefore: number): ResolvedTime {
  if (stamp === null) return UNKNOWN;
  if (stamp.kind === 'utc') return { time: stamp.ms, notes: EXACT };
  if (stamp.kind === 'boot') {
    if (profile.bootTime === null) return UNKNOWN;
    return { time: profile.bootTime + stamp.ms, notes: ['boot-relative'] };
  }
  const notes: string[] = [];
  let year = stamp.year;
  if (year === null) {
    if (profile.lastYear === null) return UNKNOWN;
    year = profile.lastYear - (profile.turns - turnsBefore);
    notes.push('year-inferred');
  }
  if (profile.offsetFrom === 'nothing') notes.push('zone-assumed');
  if (profile.offsetFrom === 'inner-stamps') notes.push('zone-inferred');
  return { time: localToUtc(stamp, year, profile.offset), notes };
}

export function localToUtc(stamp: LocalStamp, year: number, offset: number): number {
  return Date.UTC(year, stamp.month - 1, stamp.day) + stamp.ms - offset * 60_000;
}

const DAY = 86_400_000;
/** 29 February comes every four years, and once in eight around 2100. */
const YEARS_BACK = 9;

/** The latest year in which the stamp exists and lies at most a day after `bound`. */
export function latestYear(stamp: LocalStamp, offset: number, bound: number): number | null {
  const newest = new Date(bound + 2 * DAY).getUTCFullYear();
  for (let year = newest; year > newest - YEARS_BACK; year--) {
    if (stamp.month === 2 && stamp.day === 29 && !isLeapYear(year)) continue;
    if (localToUtc(stamp, year, offset) <= bound + DAY) return year;
  }
  return null;
}

/** Days by which a line may lie before the one above it without the year having turned (clock steps, two runs). */
const JITTER_DAYS = 60;
/** A jump ahead this long, after a turn, is a straggler of the old year. */
const STRAGGLER_DAYS = 300;

export interface TurnsSeen {
  readonly count: number;
  /** Value of `count` at the first 29 February; null when there is none. */
  readonly leapAt: number | null;
  /** The first and the last day, as `month * 31 + day`; -1 when there is none. */
  readonly first: number;
  readonly last: number;
}

/** Counts the turns of the year along lines without years, in the order of the file. */
export class YearTurns implements TurnsSeen {
  count = 0;
  leapAt: number | null = null;
  first = -1;
  last = -1;

  seen(): TurnsSeen {
    const { count, leapAt, first, last } = this;
    return { count, leapAt, first, last };
  }

  /** Goes on from another place, before which so many turns were counted; `month` 0 where no line had a date. */
  goOn(count: number, month: number, day: number): void {
    this.count = count;
    this.last = month === 0 ? -1 : month * 31 + day;
  }

  see(month: number, day: number): void {
    const now = month * 31 + day;
    if (this.last < 0) this.first = now;
    else {
      if (now < this.last - JITTER_DAYS) this.count++;
      else if (now > this.last + STRAGGLER_DAYS && this.count > 0) this.count--;
    }
    this.last = now;
    if (month === 2 && day === 29) this.leapAt ??= this.count;
  }
}

/** Turns along two parts of a file, the second counted by itself; null when it went on from a turn of the first. */
export function joinTurns(one: TurnsSeen, two: TurnsSeen): TurnsSeen | null {
  if (one.count !== 0 || (two.first >= 0 && two.first < one.last - JITTER_DAYS)) return null;
  return {
    count: two.count,
    leapAt: one.leapAt ?? two.leapAt,
    first: one.first >= 0 ? one.first : two.first,
    last: two.last >= 0 ? two.last : one.last,
  };
}

/** The profile to read the file again with, or null when the years were right. */
export function correctYears(profile: ClockProfile, { count, leapAt }: TurnsSeen): ClockProfile | null {
  if (profile.lastYear === null) return null;
  let { lastYear } = profile;
  // A year with a 29 February is a leap year; all others follow from it.
  for (let back = 0; leapAt !== null && back < 8 && !isLeapYear(lastYear - (count - leapAt)); back++)
    lastYear--;
  if (count === profile.turns && lastYear === profile.lastYear) return null;
  return { ...profile, lastYear, turns: count };
}
