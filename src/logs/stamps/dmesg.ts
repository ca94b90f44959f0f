import { clockTime, fractionMs, isValidDate, monthNumber, type Stamp } from './stamp.js';

const SINCE_BOOT = /^(?:<\d{1,3}>)?\[ *(\d{1,10})\.(\d{1,9})\](?:\[ *[TC]\d+\])? ?/;
const WALL =
  /^\[(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) ([A-Z][a-z]{2}) ([ \d]\d) (\d\d):(\d\d):(\d\d) (\d{4})\](?:\[ *[TC]\d+\])? ?/;

export interface DmesgTime {
  readonly stamp: Stamp;
  readonly end: number;
}

/** `[12345.678901] text`: seconds since boot (dmesg, and `kernel:` lines of some syslogs). */
export function dmesgTime(text: string): DmesgTime | null {
  const match = SINCE_BOOT.exec(text);
  if (match === null) return null;
  const ms = Number(match[1]) * 1000 + fractionMs(match[2]);
  return { stamp: { kind: 'boot', ms }, end: match[0].length };
}

/** `[Fri May 17 09:31:22 2024] text`: `dmesg --ctime`, wall time of the node without a zone. */
export function dmesgWallTime(text: string): DmesgTime | null {
  const match = WALL.exec(text);
  if (match === null) return null;
  const month = monthNumber(match[1]!);
  const day = Number(match[2]);
  const year = Number(match[6]);
  const ms = clockTime(Number(match[3]), Number(match[4]), Number(match[5]), 0);
  if (ms < 0 || !isValidDate(year, month, day)) return null;
  return { stamp: { kind: 'local', year, month, day, ms }, end: match[0].length };
}
