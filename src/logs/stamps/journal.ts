import { clockTime, fractionMs, isValidDate, monthNumber, type LocalStamp } from './stamp.js';

const TIME = /^([A-Z][a-z]{2}) ([ \d]\d) (\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?= |$)/;

/**
 * The start of a line of journalctl or syslog: no year, no zone.
 *
 *     May 17 09:31:22 ip-10-0-1-5.ec2.internal kubelet[2134]: text      journalctl, zero-padded day
 *     May 17 09:31:22.123456 ip-10-0-1-5 kubelet[2134]: text            journalctl -o short-precise
 *     May  7 09:31:22 ip-10-0-1-5 kernel: text                          syslog, space-padded day
 */
export function journalTime(text: string): { readonly stamp: LocalStamp; readonly end: number } | null {
  const match = TIME.exec(text);
  if (match === null) return null;
  const [all, name, dayText, hour, minute, second, fraction] = match;
  const month = monthNumber(name!);
  const day = Number(dayText);
  const ms = clockTime(Number(hour), Number(minute), Number(second), fractionMs(fraction));
  if (ms < 0 || !isValidDate(null, month, day)) return null;
  return { stamp: { kind: 'local', year: null, month, day, ms }, end: all.length };
}

const TAG = /^ [^\s:]+ ([^\s:;[]+)(?:\[(\d+)\])?: ?/;

/** Host and tag behind the time: ` ip-10-0-1-5 kubelet[2134]: `. */
export function journalTag(rest: string): { readonly tag: string; readonly end: number } | null {
  const match = TAG.exec(rest);
  return match === null ? null : { tag: match[1]!, end: match[0].length };
}

const HEADER =
  /^-- (?:Logs begin|Journal begins) at \w{3} (\d{4})-\d\d-\d\d \d\d:\d\d:\d\d ([A-Za-z]{1,5}|[+-]\d\d(?:\d\d)?)[,.]/;

/**
 * Zone of the whole file from journalctl's header, in minutes east of UTC; null when the line is no header or the
 * abbreviation stands for several zones (CST, IST, BST).
 *
 *     -- Logs begin at Mon 2024-05-06 10:12:33 UTC, end at Fri 2024-05-17 09:31:22 UTC. --
 *     -- Journal begins at Mon 2024-05-06 12:12:33 CEST, ends at Fri 2024-05-17 11:31:22 CEST. --
 */
export function journalHeaderZone(text: string): number | null {
  const match = HEADER.exec(text);
  return match === null ? null : zoneOffset(match[2]!);
}

const ZONES: ReadonlyMap<string, number> = new Map([
  ['UTC', 0],
  ['GMT', 0],
  ['WET', 0],
  ['CET', 60],
  ['CEST', 120],
  ['EET', 120],
  ['EEST', 180],
  ['MSK', 180],
  ['JST', 540],
  ['KST', 540],
  ['AEST', 600],
  ['AEDT', 660],
  ['NZST', 720],
  ['NZDT', 780],
  ['EST', -300],
  ['EDT', -240],
  ['CDT', -300],
  ['MST', -420],
  ['MDT', -360],
  ['PST', -480],
  ['PDT', -420],
]);

/** Minutes east of UTC of an abbreviation that means one thing, or of `+03` and `-0330`; null for others. */
export function zoneOffset(name: string): number | null {
  const numeric = /^([+-])(\d\d)(\d\d)?$/.exec(name);
  if (numeric === null) return ZONES.get(name) ?? null;
  const minutes = Number(numeric[2]) * 60 + Number(numeric[3] ?? 0);
  return numeric[1] === '-' ? -minutes : minutes;
}
