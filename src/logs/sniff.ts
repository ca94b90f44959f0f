/** What a file's first and last lines tell about all of its times. */
import { latestYear, YearTurns, type ClockProfile } from './clock.js';
import { decodeLine, type DecodedLine } from './record.js';
import { journalHeaderZone } from './stamps/journal.js';
import type { LocalStamp, Stamp } from './stamps/stamp.js';

export interface SniffInput {
  /** First lines, in order. */
  readonly head: readonly string[];
  /** Last lines, in order. */
  readonly tail: readonly string[];
  /** The last line was written at this time at the latest: collection or modification time of the file; or null. */
  readonly writtenBy: number | null;
  /** Zone of the node from elsewhere, minutes east of UTC. */
  readonly zoneOffset: number | null;
  readonly bootTime: number | null;
}

export interface Sniffed {
  readonly profile: ClockProfile;
  readonly first: Stamp | null;
  readonly last: Stamp | null;
  /** Lines lack the year: the order of all lines is needed to know where it turns. */
  readonly yearless: boolean;
  /** Container log in docker's JSON. */
  readonly docker: boolean;
  /** journalctl found nothing of the unit: `-- No entries --` and nothing else. */
  readonly noEntries: boolean;
}

export function sniff(input: SniffInput): Sniffed {
  const head = input.head.map(decodeLine);
  const tail = input.tail.map(decodeLine);
  const zone = zoneOf(input, [...head, ...tail]);
  const first = head.find(hasStamp)?.stamp ?? null;
  const last = tail.findLast(hasStamp)?.stamp ?? null;
  const lastHeader = tail.findLast((line) => yearlessPart(line) !== null);
  const firstLocal = head.map(yearlessPart).find((stamp) => stamp !== null) ?? null;
  const lastLocal = lastHeader === undefined ? null : yearlessPart(lastHeader);
  const turns = new YearTurns();
  for (const stamp of [firstLocal, lastLocal]) if (stamp) turns.see(stamp.month, stamp.day);
  const profile: ClockProfile = {
    lastYear: lastHeader === undefined ? null : yearOf(lastHeader, lastLocal!, zone.offset, input.writtenBy),
    turns: turns.count,
    ...zone,
    bootTime: input.bootTime,
  };
  const yearless = firstLocal !== null || lastLocal !== null;
  const docker = head.some((line) => line.family === 'DOCKER');
  const noEntries = input.head.includes(NO_ENTRIES) && !input.head.some(isText);
  return { profile, first, last, yearless, docker, noEntries };
}

const NO_ENTRIES = '-- No entries --';

/** Neither blank nor one of journalctl's own remarks. */
const isText = (line: string): boolean => line.trim() !== '' && !line.startsWith('-- ');

const hasStamp = (line: DecodedLine): boolean => line.stamp !== null;

function yearlessPart(line: DecodedLine): LocalStamp | null {
  if (line.header !== null) return line.header;
  return line.stamp?.kind === 'local' && line.stamp.year === null ? line.stamp : null;
}

/** The year of a stamp that stands behind the header wins; without one the time of writing bounds it. */
function yearOf(
  line: DecodedLine,
  local: LocalStamp,
  offset: number,
  writtenBy: number | null,
): number | null {
  if (line.stamp?.kind === 'utc') return latestYear(local, offset, line.stamp.ms);
  return writtenBy === null ? null : latestYear(local, offset, writtenBy);
}

type Zone = Pick<ClockProfile, 'offset' | 'offsetFrom'>;

function zoneOf(input: SniffInput, lines: readonly DecodedLine[]): Zone {
  for (const text of input.head.slice(0, 3)) {
    const offset = journalHeaderZone(text);
    if (offset !== null) return { offset, offsetFrom: 'journal-header' };
  }
  const inner = innerOffset(lines);
  if (inner !== null) return { offset: inner, offsetFrom: 'inner-stamps' };
  if (input.zoneOffset !== null) return { offset: input.zoneOffset, offsetFrom: 'inner-stamps' };
  return { offset: 0, offsetFrom: 'nothing' };
}

const QUARTER = 15 * 60_000;
const DAY = 86_400_000;
/** A program's stamp and the journal's differ by moments; more than this and it speaks of something else. */
const SLACK = 60_000;

/**
 * Zone of the node by lines that carry both the journal's wall time and a stamp in UTC: the difference, rounded to
 * quarters of an hour, that most of them have. Null when none tells or they disagree.
 */
export function innerOffset(lines: readonly DecodedLine[]): number | null {
  const votes = new Map<number, number>();
  let all = 0;
  for (const { header, stamp } of lines) {
    if (header === null || stamp?.kind !== 'utc') continue;
    const at = new Date(stamp.ms);
    const sinceMidnight = stamp.ms - Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate());
    const days = dayOfYear(header) - dayOfYear(at);
    const nearDays = days > 1 ? days - 365 : days < -1 ? days + 365 : days;
    const difference = header.ms - sinceMidnight + nearDays * DAY;
    const rounded = Math.round(difference / QUARTER) * QUARTER;
    if (Math.abs(difference - rounded) > SLACK || Math.abs(rounded) > 14 * 3_600_000) continue;
    votes.set(rounded / 60_000, (votes.get(rounded / 60_000) ?? 0) + 1);
    all++;
  }
  const best = [...votes].sort((a, b) => b[1] - a[1])[0];
  return best !== undefined && best[1] * 2 > all ? best[0] : null;
}

/** Day within a year of 365 days; 29 February counts as 1 March, which the day-sized slack above absorbs. */
function dayOfYear(date: LocalStamp | Date): number {
  const [month, day] =
    date instanceof Date ? [date.getUTCMonth(), date.getUTCDate()] : [date.month - 1, date.day];
  return Math.round((Date.UTC(2023, month, day) - Date.UTC(2023, 0, 1)) / DAY);
}
