import type { LogLevel } from '../../model/logs.js';
import { isoAt } from '../stamps/iso.js';
import { klogHeader } from '../stamps/klog.js';
import type { Stamp } from '../stamps/stamp.js';
import { jsonLine, type Pair } from './json-line.js';
import { levelOf } from './level.js';
import { goUnquote, logfmt } from './logfmt.js';

/** What the program itself wrote, after the prefixes of container runtime, journal and syslog. */
export interface Body {
  readonly family: 'ZAP' | 'ZAP-old' | 'LOGRUS' | 'KLOG' | 'SEE' | 'TEXT';
  readonly stamp: Stamp | null;
  readonly level: LogLevel;
  readonly message: string;
  /** Structured members apart from time, level and message. */
  readonly pairs: readonly Pair[];
}

type HeadKey = 'level' | 'ts' | 'timestamp' | 'time' | 'msg' | 'message';
const HEAD_KEYS: ReadonlySet<string> = new Set<HeadKey>([
  'level',
  'ts',
  'timestamp',
  'time',
  'msg',
  'message',
]);
const isHeadKey = (key: string): key is HeadKey => HEAD_KEYS.has(key);

/** Members of every zap record that say where in the program it was written: fields, but no part of the message. */
const SOURCE_KEYS = new Set(['caller', 'logger', 'stacktrace', 'severity']);
const COREDNS_LEVEL = /^\[(DEBUG|INFO|WARNING|ERROR|FATAL)\] /;
const SEELOG_LEVEL = /^ \[([A-Z]{4,8})\](?:[\t ]|$)/;

export function decodeBody(text: string): Body {
  switch (text[0]) {
    case '{':
      return decodeUsualZap(text) ?? decodeJson(text) ?? plain(text);
    case 't':
    case 'l':
      return decodeLogrus(text) ?? plain(text);
    case 'I':
    case 'W':
    case 'E':
    case 'F':
      return decodeKlog(text) ?? plain(text);
    default:
      return decodeSeelog(text) ?? plain(text);
  }
}

function plain(text: string): Body {
  const level = text[0] === '[' ? levelOf(COREDNS_LEVEL.exec(text)?.[1]) : null;
  return { family: 'TEXT', stamp: null, level, message: text, pairs: [] };
}

const USUAL = ['{"level":"', '","ts":"', '","caller":"', '","msg":"', '"}'] as const;

/**
 * The most common line of the largest logs, cut at the names that it has always: what `decodeJson` makes of it, in half
 * the time. Null for all others.
 *
 *     {"level":"debug","ts":"2024-05-17T09:31:22.123Z","caller":"ipamd/ipamd.go:633","msg":"IP pool stats: …"}
 */
export function decodeUsualZap(text: string): Body | null {
  const [start, ts, caller, msg, end] = USUAL;
  if (!text.startsWith(start) || text.includes('\\')) return null;
  const levelEnd = text.indexOf('"', start.length);
  if (!text.startsWith(ts, levelEnd)) return null;
  const time = levelEnd + ts.length;
  const timeEnd = text.indexOf('"', time);
  if (!text.startsWith(caller, timeEnd)) return null;
  const where = timeEnd + caller.length;
  const whereEnd = text.indexOf('"', where);
  if (!text.startsWith(msg, whereEnd)) return null;
  const message = whereEnd + msg.length;
  const messageEnd = text.length - end.length;
  if (text.indexOf('"', message) !== messageEnd || !text.endsWith(end)) return null;
  const when = text.slice(time, timeEnd);
  return {
    family: 'ZAP',
    stamp: isoAt(when, 0)?.stamp ?? epochStamp(when),
    level: levelOf(text.slice(start.length, levelEnd)),
    message: text.slice(message, messageEnd),
    pairs: [['caller', text.slice(where, whereEnd)]],
  };
}

export function decodeJson(text: string): Body | null {
  const pairs = jsonLine(text);
  if (pairs === null) return null;
  // The first of each name. A record by itself, since this is done for every line that some query may match.
  const head: Partial<Record<HeadKey, string>> = {};
  const rest: Pair[] = [];
  for (const pair of pairs) {
    if (isHeadKey(pair[0]) && head[pair[0]] === undefined) head[pair[0]] = pair[1];
    else rest.push(pair);
  }
  const message = head.msg ?? head.message;
  if (message === undefined && head.level === undefined) return null;
  const time = head.ts ?? head.timestamp ?? head.time;
  return {
    family: head.ts !== undefined || head.timestamp === undefined ? 'ZAP' : 'ZAP-old',
    stamp: time === undefined ? null : (isoAt(time, 0)?.stamp ?? epochStamp(time)),
    level: levelOf(head.level),
    message: joined(message ?? '', rest),
    pairs: rest,
  };
}

/** zap's default encoder writes seconds since the epoch: `1715938282.1234`. */
function epochStamp(text: string): Stamp | null {
  if (!/^\d{9,10}(?:\.\d{1,9})?$/.test(text)) return null;
  return { kind: 'utc', ms: Math.floor(Number(text) * 1000) };
}

function decodeLogrus(text: string): Body | null {
  if (!text.startsWith('time=') && !text.startsWith('level=')) return null;
  const pairs = logfmt(text);
  const value = (key: string): string | undefined => pairs.find((pair) => pair[0] === key)?.[1];
  if (value('level') === undefined) return null;
  const rest = pairs.filter((pair) => !HEAD_KEYS.has(pair[0]));
  return {
    family: 'LOGRUS',
    stamp: isoAt(value('time') ?? '', 0)?.stamp ?? null,
    level: levelOf(value('level')),
    message: joined(value('msg') ?? '', rest),
    pairs: rest,
  };
}

/**
 * TAB and not blank between the parts: patterns that contain a TAB are never prefiltered by what stands around it,
 * and the parts do not lie side by side in the raw line.
 */
function joined(message: string, rest: readonly Pair[]): string {
  let text = message;
  for (const [key, value] of rest) if (!SOURCE_KEYS.has(key)) text += `\t${key}=${value}`;
  return text;
}

function decodeKlog(text: string): Body | null {
  const header = klogHeader(text);
  if (header === null) return null;
  const message = text.slice(header.end);
  return {
    family: 'KLOG',
    stamp: header.stamp,
    level: header.level,
    message,
    pairs: [['caller', header.caller]],
  };
}

/** `2019-08-07T02:24:04.835Z [ERROR]⇥text`. */
function decodeSeelog(text: string): Body | null {
  const time = isoAt(text, 0);
  const level = time === null ? null : SEELOG_LEVEL.exec(text.slice(time.end, time.end + 12));
  if (time === null || level === null) return null;
  const message = text.slice(time.end + level[0].length);
  return { family: 'SEE', stamp: time.stamp, level: levelOf(level[1]), message, pairs: [] };
}

const QUOTED_START = /^"((?:[^"\\]|\\.)*)"/;

/** `key=value` members of a structured klog message: `"Error syncing pod" err="…" pod="shop/cart-0"`. */
export function klogPairs(message: string): Pair[] {
  const quoted = QUOTED_START.exec(message);
  if (quoted === null) return [];
  return [['msg', goUnquote(quoted[1]!)], ...logfmt(message, quoted[0].length)];
}
