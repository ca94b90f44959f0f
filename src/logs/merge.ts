/** Puts what the tasks of many files brought back together, per node and in the order of time. */
import type {
  LogActivity,
  LogFileSummary,
  LogMatches,
  LogQuery,
  LogRecord,
  PolicyVerdict,
} from '../model/logs.js';
import type { Bundle } from '../model/source.js';
import { ActivityCounter } from './activity.js';
import { firstAndLast } from './matches.js';
import { decodeLine, fieldsOf } from './record.js';
import type { LogFileScan } from './types.js';
import { VerdictTable } from './verdict-table.js';
import type { VerdictSighting, VerdictTuple } from './verdict-tuple.js';

export function summariesOf(scan: LogFileScan): LogFileSummary[] {
  const { tuples, lines } = scan.droppedVerdicts;
  if (tuples === 0) return [...scan.summaries];
  const note = `${tuples} policy verdict tuples with the smallest counts (${lines} lines) were left out`;
  return scan.summaries.map((summary) => ({ ...summary, notes: [...(summary.notes ?? []), note] }));
}

export function mergeMatches(
  bundles: readonly Bundle[],
  scans: readonly (readonly LogFileScan[])[],
  queries: readonly LogQuery[],
  maxRecords: number,
): Map<string, LogMatches[]> {
  const merged = new Map<string, LogMatches[]>(queries.map((query) => [query.id, []]));
  for (const [index, { id: node }] of bundles.entries()) {
    const ofNode = new Map<string, LogFileScan['matches'][number][]>();
    for (const match of scans[index]!.flatMap((scan) => scan.matches)) {
      const known = ofNode.get(match.queryId);
      if (known === undefined) ofNode.set(match.queryId, [match]);
      else known.push(match);
    }
    for (const [queryId, parts] of ofNode) {
      const count = parts.reduce((sum, part) => sum + part.count, 0);
      const records = firstAndLast(inTime(parts.flatMap((part) => part.records)), maxRecords);
      const [first, last] = [extreme(parts, 'first', Math.min), extreme(parts, 'last', Math.max)];
      const activity = activityOf(parts);
      merged.get(queryId)?.push({
        queryId,
        node,
        count,
        first,
        last,
        records,
        cut: count > records.length,
        ...(activity === null ? {} : { activity }),
      });
    }
  }
  return merged;
}

function activityOf(parts: readonly Part[]): LogActivity | null {
  const counter = new ActivityCounter();
  for (const { activity } of parts) if (activity !== undefined) counter.merge(activity);
  return counter.result();
}

type Part = LogFileScan['matches'][number];

function extreme(
  parts: readonly Part[],
  key: 'first' | 'last',
  pick: (...all: number[]) => number,
): number | null {
  const times = parts.map((part) => part[key]).filter((time) => time !== null);
  return times.length === 0 ? null : pick(...times);
}

/** By time; records without one stay behind the record they followed. Equal times keep the order of files and lines. */
function inTime(records: readonly LogRecord[]): LogRecord[] {
  let before = -Infinity;
  return records
    .map((record) => ({ record, time: (before = record.time ?? before) }))
    .sort((a, b) => (a.time === b.time ? 0 : a.time - b.time))
    .map(({ record }) => record);
}

export function mergeVerdicts(node: string, scans: readonly LogFileScan[]): PolicyVerdict[] {
  // The tuples have their direction: addresses of pods are not needed again.
  const table = new VerdictTable([]);
  for (const scan of scans) for (const tuple of scan.verdicts) table.merge(tuple);
  return table.result().map((tuple) => verdict(node, tuple));
}

function verdict(node: string, tuple: VerdictTuple): PolicyVerdict {
  const { src, dst, protocol, verdict: kind, tier } = tuple.line;
  const seen = tuple.count === 1 ? [tuple.firstSeen] : [tuple.firstSeen, tuple.lastSeen];
  return {
    node,
    src,
    dst,
    dport: tuple.line.dport,
    sport: tuple.returnTraffic ? tuple.line.sport : null,
    returnTraffic: tuple.returnTraffic,
    protocol,
    verdict: kind,
    direction: tuple.direction,
    tier,
    count: tuple.count,
    first: tuple.first,
    last: tuple.last,
    sports: [...tuple.sports],
    dports: [...tuple.dports],
    records: seen.map((one) => verdictRecord(node, one)),
  };
}

function verdictRecord(node: string, seen: VerdictSighting): LogRecord {
  const line = decodeLine(seen.text);
  return {
    node,
    source: seen.source,
    file: seen.file,
    line: seen.line,
    time: seen.time,
    timeNotes: seen.timeNotes,
    level: line.level,
    message: line.message,
    fields: fieldsOf(line),
    text: seen.text,
  };
}
