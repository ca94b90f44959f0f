/** The time of every line of a file, in order. The usual forms are read from their bytes, all others are decoded. */
import { localToUtc, resolveTime, YearTurns, type ClockProfile } from '../logs/clock.js';
import { decodeLine } from '../logs/record.js';
import { isValidDate, type LocalStamp, type Stamp } from '../logs/stamps/stamp.js';
import { monthDayAt } from '../logs/year-bytes.js';
import {
  bodyStart,
  clockAt,
  iso,
  isLevelNext,
  klogClock,
  LOGRUS,
  startsWith,
  zapTime,
} from './fast-stamps.js';

/** Bytes of a line that are decoded where its time is in an unusual form. */
const MAX_DECODED = 64 * 1024;
const QUOTE = 34;

/** Where a clock stands between two lines; enough to go on from there. */
export interface ClockState {
  /** Time of the nearest line above that has one; NaN when there is none. */
  readonly above: number;
  /** Turns of the year so far, and month and day of the last line with a date, as `YearTurns` counts. */
  readonly turns: number;
  readonly monthDay: number;
}

export class LineClock {
  /** Time of the line, or of the nearest one above; NaN when there is none. */
  time = NaN;
  /** The line itself has a time. */
  own = false;
  /** Why times are less than certain; see `LogRecord.timeNotes`. */
  readonly notes = new Set<string>();
  readonly turns = new YearTurns();
  /** Stamps were met whose time needs more than the stamp: see `ClockProfile`. */
  askedLocal = false;
  askedBoot = false;
  private monthDay = 0;

  constructor(
    private readonly profile: ClockProfile,
    private readonly yearless: boolean,
    from?: ClockState,
  ) {
    if (from === undefined) return;
    this.time = from.above;
    if (from.monthDay !== 0) this.turns.see(from.monthDay >> 5, from.monthDay & 31);
    this.turns.count = from.turns;
    this.monthDay = from.monthDay;
  }

  state(): ClockState {
    return { above: this.time, turns: this.turns.count, monthDay: this.monthDay };
  }

  /** Reads the next line. */
  next(bytes: Buffer, start: number, end: number): void {
    if (this.yearless) this.seeYear(bytes, start, end);
    const time = this.ownTime(bytes, start, end);
    this.own = !Number.isNaN(time);
    if (this.own) this.time = time;
  }

  private seeYear(bytes: Buffer, start: number, end: number): void {
    const monthDay = monthDayAt(bytes, start, end);
    if (monthDay === 0) return;
    if (monthDay !== this.monthDay) this.turns.see(monthDay >> 5, monthDay & 31);
    this.monthDay = monthDay;
  }

  private ownTime(bytes: Buffer, start: number, end: number): number {
    if (end - start < 8) return NaN;
    const first = bytes[start]!;
    if (first === 123) {
      const at = zapTime(bytes, start, end);
      if (at > 0 && iso.read(bytes, at, end) && bytes[iso.end] === QUOTE && bytes[end - 1] === 125)
        return iso.ms;
      return this.decoded(bytes, start, end);
    }
    if (first >= 48 && first <= 57) {
      if (bytes[start + 4] !== 45 && bytes[start + 2] !== 58) return NaN;
      return iso.read(bytes, start, end) ? iso.ms : this.decoded(bytes, start, end);
    }
    if (first === 116) {
      if (
        startsWith(bytes, start, end, LOGRUS) &&
        iso.read(bytes, start + 6, end) &&
        isLevelNext(bytes, iso.end, end)
      )
        return iso.ms;
      return bytes[start + 4] === 61 ? this.decoded(bytes, start, end) : NaN;
    }
    if (first >= 65 && first <= 90) return this.journal(bytes, start, end);
    // Kernel, event log, curl and logrus forms.
    if (
      first === 91 ||
      first === 60 ||
      first === 34 ||
      first === 99 ||
      (first === 108 && bytes[start + 5] === 61)
    )
      return this.decoded(bytes, start, end);
    return NaN;
  }

  /** `May 17 09:31:22 host tag[1]: …`, with klog's or logrus' own time behind it or none. */
  private journal(bytes: Buffer, start: number, end: number): number {
    const monthDay = end - start > 16 && bytes[start + 15] === 32 ? monthDayAt(bytes, start, end) : 0;
    const ms = monthDay === 0 || bytes[start + 3] !== 32 ? -1 : clockAt(bytes, start + 7);
    if (ms < 0) {
      const digit = bytes[start + 1]!;
      const known = bytes[start + 3] === 32 || (digit >= 48 && digit <= 57);
      return known ? this.decoded(bytes, start, end) : NaN;
    }
    const body = bodyStart(bytes, start + 16, end);
    if (body < 0) return this.decoded(bytes, start, end);
    const next = bytes[body]!;
    if (next === 116 && startsWith(bytes, body, end, LOGRUS)) {
      if (iso.read(bytes, body + 6, end) && isLevelNext(bytes, iso.end, end)) return iso.ms;
      return this.decoded(bytes, start, end);
    }
    const after = bytes[body + 1]!;
    const plain = next !== 116 && next !== 108 && next !== 123 && next !== 91 && !(next >= 48 && next <= 57);
    const klog = (next === 73 || next === 87 || next === 69 || next === 70) && after >= 48 && after <= 57;
    if (!plain || klog) {
      const inner = klog ? klogClock(bytes, body, end) : -1;
      const innerDay = inner < 0 ? 0 : monthDayAt(bytes, body, end);
      if (innerDay === 0) return this.decoded(bytes, start, end);
      return this.local(monthDay, innerDay === monthDay && Math.abs(inner - ms) < 5000 ? inner : ms);
    }
    return this.local(monthDay, ms);
  }

  private local(monthDay: number, ms: number): number {
    const month = monthDay >> 5;
    const day = monthDay & 31;
    if (!isValidDate(null, month, day)) return NaN;
    return this.resolve({ kind: 'local', year: null, month, day, ms });
  }

  private lastLocal = -1;
  private lastMidnight = NaN;

  private resolve(stamp: Stamp): number {
    if (stamp.kind === 'local') this.askedLocal = true;
    else if (stamp.kind === 'boot') this.askedBoot = true;
    const yearless: LocalStamp | null = stamp.kind === 'local' && stamp.year === null ? stamp : null;
    const { profile, turns } = this;
    if (yearless === null || profile.lastYear === null) {
      const { time, notes } = resolveTime(stamp, profile, turns.count);
      for (const note of notes) this.notes.add(note);
      return time ?? NaN;
    }
    const year = profile.lastYear - (profile.turns - turns.count);
    const key = (year * 16 + yearless.month) * 32 + yearless.day;
    if (key !== this.lastLocal) {
      const { notes } = resolveTime(stamp, profile, turns.count);
      for (const note of notes) this.notes.add(note);
      this.lastMidnight = localToUtc({ ...yearless, ms: 0 }, year, profile.offset);
      this.lastLocal = key;
    }
    return this.lastMidnight + yearless.ms;
  }

  private decoded(bytes: Buffer, start: number, end: number): number {
    const { stamp } = decodeLine(bytes.toString('utf8', start, Math.min(end, start + MAX_DECODED)));
    return stamp === null ? NaN : this.resolve(stamp);
  }
}
