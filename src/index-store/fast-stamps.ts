/** Reads the usual forms of times from the bytes of a line, without making anything. */
import { clockTime, isValidDate } from '../logs/stamps/stamp.js';

const QUOTE = 34;
const COLON = 58;

export const LOGRUS = Buffer.from('time="');
const LEVEL = Buffer.from('" level=');
const ZAP_LEVEL = Buffer.from('{"level":"');
const ZAP_TIME = Buffer.from('","ts":"');

export function startsWith(bytes: Buffer, at: number, end: number, text: Buffer): boolean {
  if (end - at < text.length) return false;
  for (let i = 0; i < text.length; i++) if (bytes[at + i] !== text[i]) return false;
  return true;
}

export const isLevelNext = (bytes: Buffer, at: number, end: number): boolean =>
  startsWith(bytes, at, end, LEVEL);

/** Where the time of `{"level":"debug","ts":"…"` starts, or -1. */
export function zapTime(bytes: Buffer, start: number, end: number): number {
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
export function clockAt(bytes: Buffer, at: number): number {
  if (bytes[at + 2] !== COLON || bytes[at + 5] !== COLON) return -1;
  const [hour, minute, second] = [two(bytes, at), two(bytes, at + 3), two(bytes, at + 6)];
  return hour < 0 || minute < 0 || second < 0 ? -1 : clockTime(hour, minute, second, 0);
}

/** Behind ` host tag[pid]: `; -1 when there is no tag. `at`: the start of the host's name. */
export function bodyStart(bytes: Buffer, at: number, end: number): number {
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
export function klogClock(bytes: Buffer, at: number, end: number): number {
  if (end - at < 22 || bytes[at + 5] !== 32 || bytes[at + 14] !== 46 || bytes[at + 21] !== 32) return -1;
  const ms = clockAt(bytes, at + 6);
  const high = two(bytes, at + 15);
  const low = bytes[at + 17]! - 48;
  return ms < 0 || high < 0 || low < 0 || low > 9 ? -1 : ms + high * 10 + low;
}

/** Reads `2024-05-17T09:31:22.123Z` without making anything: true when there is a full time with its zone. */
export const iso = {
  ms: NaN,
  end: 0,
  day: -1,
  midnight: 0,
  read(bytes: Buffer, at: number, limit: number): boolean {
    if (limit - at < 20 || bytes[at + 4] !== 45 || bytes[at + 7] !== 45) return false;
    const separator = bytes[at + 10];
    if (separator !== 84 && separator !== 32) return false;
    const [century, rest, month, day] = [
      two(bytes, at),
      two(bytes, at + 2),
      two(bytes, at + 5),
      two(bytes, at + 8),
    ];
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
