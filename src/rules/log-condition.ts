import type { LogActivity, LogMatches, LogRecord, LogSource } from '../model/logs.js';
import type { LogCondition } from '../model/rule.js';
import { companionsOf } from './companions.js';
import type { Scope } from './context.js';
import { parseDuration } from './duration.js';
import { mustCompile } from './pattern.js';
import { compare } from './problem.js';
import { companionPlace, queryId, recoveryPlace } from './queries.js';
import { sourcesOf } from './sources.js';

/** What a log condition found on one node. `unknown` when it cannot be decided. */
export type LogOutcome =
  | {
      readonly value: true;
      readonly count: number;
      readonly records: readonly LogRecord[];
      /** Records of `beside` that belong to them. */
      readonly companions: readonly LogRecord[];
      /** Of all matches of the pattern on the node, whatever window was asked for. */
      readonly activity: LogActivity | null;
    }
  | { readonly value: false }
  | { readonly value: 'unknown'; readonly reason: string };

const NO: LogOutcome = { value: false };
const RETURN_UNTIMED: LogOutcome = { value: 'unknown', reason: 'the matching log lines have no usable time' };

/** Decides a log condition for one node. */
export function decideLog(condition: LogCondition, place: string, node: string, scope: Scope): LogOutcome {
  const sources = sourcesOf(condition.log);
  const missing = missingLogs(sources, node, scope);
  if (missing !== null) return { value: 'unknown', reason: missing };
  const all = matchesOn(scope, queryId(scope.rule.id, place), node);
  if (all === null) return NO;
  const recoveries = matchesOn(scope, queryId(scope.rule.id, recoveryPlace(place)), node)?.records ?? [];
  const open = stillOpen(condition, all, recoveries);
  const joined = besideAnother(condition, inWindow(condition, open, node, scope), place, node, scope);
  if ('reason' in joined) return { value: 'unknown', reason: joined.reason };
  const { found: recent, companions } = joined;
  const min = condition.min ?? 1;
  if (recent.count < min) return recent.count + recent.untimed >= min ? RETURN_UNTIMED : NO;
  const spread = durationOf(condition.spread, scope);
  if (spread !== null) {
    const times = recent.records.flatMap((record) => (record.time === null ? [] : [record.time]));
    if (times.length < 2 && recent.records.some((record) => record.time === null)) return RETURN_UNTIMED;
    if (times.length < 2 || times[times.length - 1]! - times[0]! < spread) return NO;
  }
  if (hasRecovered(condition, recent.records, recoveries, scope)) return NO;
  return { value: true, count: recent.count, records: recent.records, companions, activity: all.activity };
}

/** Why none of the sources can be read on a node; null when one can. */
function missingLogs(sources: readonly LogSource[], node: string, scope: Scope): string | null {
  const answers = sources.map((source) => scope.context.available(`log:${source}`, node));
  const reasons = answers.flatMap((answer) => (answer.ok ? [] : [answer.reason]));
  return reasons.length === sources.length ? [...new Set(reasons)].join(', ') : null;
}

/** Keeps the matches beside which a record stands as `beside` asks. */
function besideAnother(
  condition: LogCondition,
  found: Found,
  place: string,
  node: string,
  scope: Scope,
): { found: Found; companions: readonly LogRecord[] } | { reason: string } {
  const { beside } = condition;
  if (beside === undefined) return { found, companions: [] };
  const nodes = beside.on === 'any' ? scope.context.nodes.map(({ id }) => id) : [node];
  const missing = nodes.map((id) => missingLogs(sourcesOf(beside.log), id, scope));
  if (missing.every((reason) => reason !== null)) return { reason: [...new Set(missing)].join(', ') };
  const query = queryId(scope.rule.id, companionPlace(place));
  const others = nodes.flatMap((id) => matchesOn(scope, query, id)?.records ?? []);
  const pairs = companionsOf(
    { pattern: condition.pattern, beside, within: durationOf(beside.within, scope) },
    found.records,
    others,
  );
  const records = pairs.records;
  return {
    found: {
      count: records.length === found.records.length ? found.count : records.length,
      records,
      untimed: found.untimed + pairs.untimed,
    },
    companions: pairs.companions,
  };
}

interface Found {
  readonly count: number;
  readonly records: readonly LogRecord[];
  /** Matches that `count` leaves out because they have no time. */
  readonly untimed: number;
}

interface AllFound extends Found {
  readonly activity: LogActivity | null;
}

/** The matches of a query on a node in order of time, without copies of a line in another file of the bundle. */
function matchesOn(scope: Scope, query: string, node: string): AllFound | null {
  const onNode = (scope.context.matches.get(query) ?? []).filter(
    (matches: LogMatches) => matches.records[0]?.node === node && matches.count > 0,
  );
  if (onNode.length === 0) return null;
  const firstIn = new Map<string, string>();
  const records = onNode
    .flatMap((matches) => matches.records)
    .sort((a, b) => order(a, b))
    .filter((record) => {
      if (record.time === null) return true;
      const key = `${record.source}\n${record.time}\n${record.message}`;
      const file = firstIn.get(key) ?? record.file;
      firstIn.set(key, file);
      return file === record.file;
    });
  const cut = onNode.some((matches) => matches.cut);
  const total = onNode.reduce((sum, matches) => sum + matches.count, 0);
  const activity = onNode[0]!.activity ?? null;
  return { count: cut ? Math.max(total, records.length) : records.length, records, untimed: 0, activity };
}

/** Takes out matches that a later recovery with the same group value answers. */
function stillOpen(condition: LogCondition, found: Found, recoveries: readonly LogRecord[]): Found {
  const same = condition.recovered_by?.same;
  if (same === undefined || recoveries.length === 0) return found;
  const last = new Map<string, LogRecord>();
  const recovery = mustCompile(condition.recovered_by!.pattern);
  for (const record of recoveries) {
    const value = recovery.match(record.message)?.[same];
    if (value !== undefined) last.set(value, record);
  }
  const pattern = mustCompile(condition.pattern);
  const records = found.records.filter((record) => {
    const value = pattern.match(record.message)?.[same];
    const answer = value === undefined ? undefined : last.get(value);
    return answer === undefined || !isAfter(answer, record);
  });
  const count = records.length === found.records.length ? found.count : records.length;
  return { count, records, untimed: 0 };
}

/** Keeps the matches of the last `within` before the collection, or before the end of the log. */
function inWindow(condition: LogCondition, found: Found, node: string, scope: Scope): Found {
  const within = durationOf(condition.within, scope);
  if (within === null) return found;
  const end = endOf(condition, found, node, scope);
  const records = found.records.filter(
    (record) => record.time !== null && end !== null && record.time >= end - within,
  );
  const untimed = found.records.filter((record) => record.time === null).length;
  return { count: records.length === found.records.length ? found.count : records.length, records, untimed };
}

function endOf(condition: LogCondition, found: Found, node: string, scope: Scope): number | null {
  const { nodes, logFiles = [] } = scope.context;
  const collected = nodes.find(({ id }) => id === node)?.collectedAt ?? null;
  if (collected !== null) return collected;
  const sources = sourcesOf(condition.log);
  const ends = [
    ...logFiles
      .filter((file) => file.node === node && sources.includes(file.source))
      .map((file) => file.last),
    ...found.records.map((record) => record.time),
  ].filter((time) => time !== null);
  return ends.length === 0 ? null : Math.max(...ends);
}

function hasRecovered(
  condition: LogCondition,
  records: readonly LogRecord[],
  recoveries: readonly LogRecord[],
  scope: Scope,
): boolean {
  const last = records[records.length - 1];
  const recovery = recoveries[recoveries.length - 1];
  const { recovered_by: by } = condition;
  if (by === undefined || by.same !== undefined || last === undefined || recovery === undefined) return false;
  if (!isAfter(recovery, last)) return false;
  const lasting = durationOf(by.lasting, scope);
  if (lasting === null) return true;
  return recovery.time !== null && last.time !== null && recovery.time - last.time >= lasting;
}

/** Later in time; at the same or no time, further down in the same file. */
function isAfter(a: LogRecord, b: LogRecord): boolean {
  if (a.time !== null && b.time !== null && a.time !== b.time) return a.time > b.time;
  return a.file === b.file && a.line > b.line;
}

function order(a: LogRecord, b: LogRecord): number {
  return (a.time ?? -Infinity) - (b.time ?? -Infinity) || compare(a.file, b.file) || a.line - b.line;
}

function durationOf(value: string | undefined, scope: Scope): number | null {
  if (value === undefined) return null;
  const text = value.startsWith('$') ? scope.rule.params[value.slice(1)] : value;
  const duration = typeof text === 'string' ? parseDuration(text) : null;
  if (duration === null) throw new Error(`${value} is no duration`);
  return duration;
}
