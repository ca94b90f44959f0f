/** The time of one line, for callers that have no file around it. */
import { resolveTime, latestYear, type ClockProfile } from './clock.js';
import { decodeLine } from './record.js';

export interface TimeContext {
  /** The line was written before this: milliseconds since the epoch, or null. */
  readonly collectedAt: number | null;
  /** Minutes east of UTC of the node's wall time, or null when it is not known. */
  readonly zoneOffset?: number | null;
  readonly bootTime?: number | null;
}

export interface LineTime {
  /** ZAP, SEE, CRI, DOCKER, KLOG, JRN, JRN-ISO, SYSLOG, DMESG, DMESG-H, LOGRUS, CLOUDINIT, SNAP, ISO or TEXT. */
  readonly family: string;
  /** Milliseconds since the epoch UTC, or null. */
  readonly time: number | null;
  /** See `LogRecord.timeNotes`. */
  readonly notes: readonly string[];
}

/** Reads the time of a line; a missing year is the latest that is not after the collection by more than a day. */
export function lineTime(text: string, context: TimeContext): LineTime {
  const line = decodeLine(text);
  const { stamp } = line;
  const offset = context.zoneOffset ?? 0;
  const yearless = stamp?.kind === 'local' && stamp.year === null ? stamp : null;
  const profile: ClockProfile = {
    lastYear:
      yearless && context.collectedAt !== null ? latestYear(yearless, offset, context.collectedAt) : null,
    turns: 0,
    offset,
    offsetFrom: (context.zoneOffset ?? null) === null ? 'nothing' : 'inner-stamps',
    bootTime: context.bootTime ?? null,
  };
  return { family: line.family, ...resolveTime(stamp, profile, 0) };
}
