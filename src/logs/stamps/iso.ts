import { clockTime, digits, isValidDate, type Stamp } from './stamp.js';

export interface IsoTime {
  readonly stamp: Stamp;
  /** Index after the last character of the time. */
  readonly end: number;
}

const COLON = 58;
const PLUS = 43;
const MINUS = 45;

/**
 * ISO 8601 as zap, containerd, CRI, journald, rsyslog, seelog and cloud-init write it:
 *
 *     2024-05-17T09:31:22.123Z          zap in UTC           2024-05-17T09:31:22.123+0200   zap elsewhere
 *     2024-05-17T09:31:22.123456789Z    CRI, containerd      2024-05-17T09:31:22.123456+00:00   rsyslog
 *     2024-05-17 09:31:22,123           cloud-init: no zone  2024-05-17T09:31:22.123UTC     collector
 *
 * `utc` where a zone is given, else `local` with a year. Null when there is no valid time at `at`.
 */
export function isoAt(text: string, at: number): IsoTime | null {
  if (text.charCodeAt(at + 4) !== MINUS || text.charCodeAt(at + 13) !== COLON) return null;
  const year = digits(text, at, 4);
  const month = digits(text, at + 5, 2);
  const day = digits(text, at + 8, 2);
  const separator = text[at + 10];
  if (year < 1970 || text[at + 7] !== '-' || (separator !== 'T' && separator !== ' ')) return null;
  if (!isValidDate(year, month, day)) return null;
  const hour = digits(text, at + 11, 2);
  const minute = digits(text, at + 14, 2);
  const second = digits(text, at + 17, 2);
  if (hour < 0 || minute < 0 || second < 0 || text.charCodeAt(at + 16) !== COLON) return null;
  let end = at + 19;
  let ms = 0;
  if (text[end] === '.' || text[end] === ',') {
    let scale = 100;
    for (end += 1; digits(text, end, 1) >= 0; end++) {
      ms += digits(text, end, 1) * scale;
      scale = Math.floor(scale / 10);
    }
  }
  const time = clockTime(hour, minute, second, ms);
  if (time < 0) return null;
  const zone = zoneAt(text, end);
  if (zone === null) return { stamp: { kind: 'local', year, month, day, ms: time }, end };
  const utc = Date.UTC(year, month - 1, day) + time - zone.minutes * 60_000;
  return { stamp: { kind: 'utc', ms: utc }, end: zone.end };
}

/** `Z`, `UTC`, `+0200` or `+02:00` at `at`. */
function zoneAt(text: string, at: number): { readonly minutes: number; readonly end: number } | null {
  if (text[at] === 'Z') return { minutes: 0, end: at + 1 };
  if (text.startsWith('UTC', at)) return { minutes: 0, end: at + 3 };
  const sign = text.charCodeAt(at);
  if (sign !== PLUS && sign !== MINUS) return null;
  const hours = digits(text, at + 1, 2);
  const colon = text.charCodeAt(at + 3) === COLON ? 1 : 0;
  const minutes = digits(text, at + 3 + colon, 2);
  if (hours < 0 || hours > 15 || minutes < 0 || minutes > 59) return null;
  return { minutes: (sign === MINUS ? -1 : 1) * (hours * 60 + minutes), end: at + 5 + colon };
}
