/** The time of every line of a file, in order. The usual forms are read from their bytes, all others are decoded. */
import { localToUtc, resolveTime, YearTurns, type ClockProfile } from '../logs/clock.js';
import { decodeLine } from '../logs/record.js';
import { clockTime, isValidDate, type LocalStamp, type Stamp } from '../logs/stamps/stamp.js';
import { monthDayAt } from '../logs/year-bytes.js';

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
      if (at > 0 && iso.read(bytes, at, end) && bytes[iso.end] === QUOTE && bytes[end - 1] === 125) return iso.ms;
      return this.decoded(bytes, start, end);
    }
    if (first >= 48 && first <= 57) {
      if (bytes[start + 4] !== 45 && bytes[start + 2] !== 58) return NaN;
      return iso.read(bytes, start, end) ? iso.ms : this.decoded(bytes, start, end);
    }
    if (first === 116) {
      if (startsWith(bytes, start, end, LOGRUS) && iso.read(bytes, start + 6, end) && isLevelNext(bytes, iso.end, end))
        return iso.ms;
      return bytes[start + 4] === 61 ? this.decoded(bytes, start, end) : NaN;
    }
    if (first >= 65 && first <= 90) return this.journal(bytes, start, end);
    // Kernel, event log, curl and logrus forms.
    if (first === 91 || first === 60 || first === 34 || first === 99 || (first === 108 && bytes[start + 5] === 61))
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

const LOGRUS = Buffer.from('time="');
const LEVEL = Buffer.from('" level=');
const ZAP_LEVEL = Buffer.from('{"level":"');
const ZAP_TIME = Buffer.from('","ts":"');

function startsWith(bytes: Buffer, at: number, end: number, text: Buffer): boolean {
  if (end - at < text.length) return false;
  for (let i = 0; i < text.length; i++) if (bytes[at + i] !== text[i]) return false;
  return true;
}

const isLevelNext = (bytes: Buffer, at: number, end: number): boolean => startsWith(bytes, at, end, LEVEL);

/** Where the time of `{"level":"debug","ts":"…"` starts, or -1. */
function zapTime(bytes: Buffer, start: number, end: number): number {
  if (!startsWith(bytes, start, end, ZAP_LEVEL)) return -1;
  let at = start + ZAP_LEVEL.length;
  for (let i = 0; i < 8 && bytes[at] !== QUOTE; i++) at++;
  return startsWith(bytes, at, end, ZAP_TIME) ? at + ZAP_TIME.length : -1;
}

function two(bytes: Buffer, at: number): number {
  const high = bytes[at]! - 48;
  const low = bytes[at + 1]! - 48;
  return high >= 0 && high <= 9 && low >= 0 && low <= 9 ? high * 10 + low : -1;
}

/** `09:31:22` as milliseconds since midnight, or -1. */
function clockAt(bytes: Buffer, at: number): number {
  if (bytes[at + 2] !== COLON || bytes[at + 5] !== COLON) return -1;
  const [hour, minute, second] = [two(bytes, at), two(bytes, at + 3), two(bytes, at + 6)];
  return hour < 0 || minute < 0 || second < 0 ? -1 : clockTime(hour, minute, second, 0);
}

const COLON = 58;

/** Behind ` host tag[pid]: `; -1 when there is no tag. `at`: the start of the host's name. */
function bodyStart(bytes: Buffer, at: number, end: number): number {
  const to = Math.min(end, at + 256);
  let i = at;
  while (i < to && bytes[i] !== 32 && bytes[i] !== COLON) i++;
  if (bytes[i] !== 32 || i === at) return -1;
  const tag = ++i;
  while (i < to && bytes[i] !== COLON && bytes[i] !== 32) i++;
  if (bytes[i] !== COLON || i === tag) return -1;
  for (let k = tag; k < i; k++) {
    if (bytes[k] !== 91) continue;
    if (bytes[i - 1] !== 93 || k === tag) return -1;
    for (let digit = k + 1; digit < i - 1; digit++) if (bytes[digit]! < 48 || bytes[digit]! > 57) return -1;
    break;
  }
  return bytes[i + 1] === 32 ? i + 2 : i + 1;
}

/** Milliseconds since midnight of klog's `E0517 09:31:22.123456 …`, or -1. */
function klogClock(bytes: Buffer, at: number, end: number): number {
  if (end - at < 22 || bytes[at + 5] !== 32 || bytes[at + 14] !== 46 || bytes[at + 21] !== 32) return -1;
  const ms = clockAt(bytes, at + 6);
  const high = two(bytes, at + 15);
  const low = bytes[at + 17]! - 48;
  return ms < 0 || high < 0 || low < 0 || low > 9 ? -1 : ms + high * 10 + low;
}

/** Reads `2024-05-17T09:31:22.123Z` without making anything: true when there is a full time with its zone. */
const iso = {
  ms: NaN,
  end: 0,
  day: -1,
  midnight: 0,
  read(bytes: Buffer, at: number, limit: number): boolean {
    if (limit - at < 20 || bytes[at + 4] !== 45 || bytes[at + 7] !== 45) return false;
    const separator = bytes[at + 10];
    if (separator !== 84 && separator !== 32) return false;
    const [century, rest, month, day] = [two(bytes, at), two(bytes, at + 2), two(bytes, at + 5), two(bytes, at + 8)];
    if (century < 19 || rest < 0 || month < 0 || day < 0) return false;
    const year = century * 100 + rest;
    const key = (year * 16 + month) * 32 + day;
    if (key !== this.day) {
      if (year < 1970 || !isValidDate(year, month, day)) return false;
      this.midnight = Date.UTC(year, month - 1, day);
      this.day = key;
    }
    const clock = clockAt(bytes, at + 11);
    if (clock < 0) return false;
    let i = at + 19;
    let ms = 0;
    if (bytes[i] === 46 || bytes[i] === 44) {
      let scale = 100;
      for (i += 1; i < limit && bytes[i]! >= 48 && bytes[i]! <= 57; i++) {
        ms += (bytes[i]! - 48) * scale;
        scale = Math.floor(scale / 10);
      }
    }
    const zone = i < limit ? bytes[i]! : 0;
    if (zone === 90) {
      this.ms = this.midnight + clock + ms;
      this.end = i + 1;
      return true;
    }
    if (zone !== 43 && zone !== 45) return false;
    const hours = two(bytes, i + 1);
    const colon = bytes[i + 3] === COLON ? 1 : 0;
    const minutes = two(bytes, i + 3 + colon);
    if (hours < 0 || hours > 15 || minutes < 0 || minutes > 59) return false;
    this.ms = this.midnight + clock + ms - (zone === 45 ? -1 : 1) * (hours * 60 + minutes) * 60_000;
    this.end = i + 5 + colon;
    return true;
  },
};
