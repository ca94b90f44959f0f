/** From one line to what it says: time, level, message, members. */
import type { LogLevel } from '../model/logs.js';
import { decodeBody, klogPairs, type Body } from './decode/body.js';
import { parsePrefix, type Prefix } from './decode/prefix.js';
import { curlTime } from './stamps/http.js';
import { eventLogTime } from './stamps/event-log.js';
import type { LocalStamp, Stamp } from './stamps/stamp.js';

export interface DecodedLine {
  /** Outermost timestamp family, or that of the body; `TEXT` when the line has none. */
  readonly family: string;
  /** The best time on the line. */
  readonly stamp: Stamp | null;
  /** Time of the journal or syslog header where it lacks year and zone, also when a better one stands behind it. */
  readonly header: LocalStamp | null;
  readonly level: LogLevel;
  readonly message: string;
  /** Program of a journal or syslog line. */
  readonly tag: string | null;
  readonly stream: string | null;
  /** Only a piece of a record: the next line of the same stream continues it. */
  readonly partial: boolean;
  readonly prefix: Prefix | null;
  readonly body: Body;
}

export function decodeLine(text: string): DecodedLine {
  const prefix = parsePrefix(text);
  const body = decodeBody(prefix === null ? text : prefix.body);
  const header = prefix?.stamp?.kind === 'local' && prefix.stamp.year === null ? prefix.stamp : null;
  return {
    family: prefix?.family ?? body.family,
    stamp: prefix?.stamp ? finer(prefix.stamp, body.stamp) : (body.stamp ?? bareTime(text)),
    header,
    level: body.level,
    message: body.message,
    tag: prefix?.tag ?? null,
    stream: prefix?.stream ?? null,
    partial: prefix?.partial ?? false,
    prefix,
    body,
  };
}

/** Times that stand in lines of no other grammar. */
function bareTime(text: string): Stamp | null {
  if (text[0] === '"') return eventLogTime(text);
  return text[0] === 'c' || text[0] === '<' ? curlTime(text) : null;
}

/** Seconds a program's own stamp may lie before the one of the journal that took the line. */
const SAME_EVENT_MS = 5000;

/**
 * Journal and syslog headers have seconds and neither year nor zone; the program's own stamp behind them is better:
 * a full one always, klog's (same zone, microseconds) when it speaks of the same moment.
 */
function finer(outer: Stamp, inner: Stamp | null): Stamp {
  if (inner === null || outer.kind === 'utc') return outer;
  if (inner.kind === 'utc') return inner;
  if (outer.kind !== 'local' || inner.kind !== 'local') return outer;
  const sameDay = outer.month === inner.month && outer.day === inner.day;
  return sameDay && Math.abs(outer.ms - inner.ms) < SAME_EVENT_MS ? { ...inner, year: outer.year } : outer;
}

const MAX_FIELDS = 32;
const MAX_VALUE = 1024;

/** Members of the record as fields: JSON and logrus members, klog's `key=value`, the tag; bounded in number and size. */
export function fieldsOf(line: DecodedLine): Record<string, string> {
  const fields: Record<string, string> = Object.create(null) as Record<string, string>;
  const klog = line.body.family === 'KLOG' ? klogPairs(line.message) : [];
  const tag: [string, string][] = line.tag === null ? [] : [['tag', line.tag]];
  for (const [key, value] of [...tag, ...line.body.pairs, ...klog].slice(0, MAX_FIELDS)) {
    if (key.length <= 64) fields[key] = value.slice(0, MAX_VALUE);
  }
  return fields;
}
