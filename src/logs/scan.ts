/** Plans the reading of all logs of all bundles, and merges what the tasks bring back. */
import { problem } from '../errors.js';
import type { Limits } from '../limits.js';
import type {
  LogFileSummary,
  LogMatches,
  LogQuery,
  LogRecord,
  LogScan,
  PolicyVerdict,
} from '../model/logs.js';
import type { Bundle, Problem } from '../model/source.js';
import { firstAndLast } from './matches.js';
import { nodeClock } from './node-clock.js';
import { decodeLine, fieldsOf } from './record.js';
import { logFiles } from './sources.js';
import type { LogFileScan, LogFileTask } from './types.js';
import { VerdictTable, type VerdictSighting, type VerdictTuple } from './verdict-table.js';

export interface ScanOptions {
  readonly limits: Limits;
  /** Addresses of the pods of each node, by bundle id: they tell the direction of old verdict lines. */
  readonly podIps?: ReadonlyMap<string, readonly string[]>;
  /** Records known to lie outside are left out. Milliseconds since the epoch, both inclusive. */
  readonly since?: number | null;
  readonly until?: number | null;
}

/** Runs one task: in a pool of workers, or in this process. */
export type RunTask = (task: LogFileTask) => Promise<LogFileScan>;

/**
 * Asks all logs of all bundles all queries at once. The result does not depend on the order in which tasks finish.
 * A file that cannot be read is a problem of the result; it does not end the scan.
 */
export async function scanLogs(
  bundles: readonly Bundle[],
  queries: readonly LogQuery[],
  runTask: RunTask,
  options: ScanOptions,
): Promise<LogScan> {
  const perBundle = await Promise.all(bundles.map((bundle) => tasksOf(bundle, queries, options)));
  const tasks = perBundle.flat();
  const results = new Map<LogFileTask, LogFileScan>();
  const problems: Problem[] = [];
  // The largest first, so that no worker is left with it at the end.
  const bySize = [...tasks].sort((a, b) => b.file.size - a.file.size);
  await Promise.all(
    bySize.map(async (task) => {
      try {
        results.set(task, await runTask(task));
      } catch (error) {
        problems.push(
          problem('E_UNREADABLE', task.file.path, `The log could not be read: ${reason(error)}.`),
        );
      }
    }),
  );
  const inOrder = perBundle.map((own) => own.flatMap((task) => results.get(task) ?? []));
  return {
    files: inOrder.flatMap((scans) => scans.flatMap(summariesOf)),
    matches: mergeMatches(bundles, inOrder, queries, options.limits.maxRecords),
    verdicts: bundles.flatMap((bundle, index) => mergeVerdicts(bundle.id, inOrder[index]!, options)),
    ...(problems.length > 0 ? { problems: problems.sort((a, b) => (a.subject < b.subject ? -1 : 1)) } : {}),
  };
}

/** An error code such as ENOENT, never a path of this machine. */
function reason(error: unknown): string {
  const { code, message } = error as { code?: unknown; message?: unknown };
  if (typeof code === 'string') return code;
  return typeof message === 'string' ? message.replaceAll(/(?:\/[^\s/'"]+){2,}/g, '…') : 'unknown error';
}

async function tasksOf(
  bundle: Bundle,
  queries: readonly LogQuery[],
  options: ScanOptions,
): Promise<LogFileTask[]> {
  const clock = await nodeClock(bundle);
  return logFiles(bundle).map(({ file, source, byTag }) => ({
    node: bundle.id,
    file,
    source,
    ...(byTag === true ? { byTag } : {}),
    queries: queries.filter((query) => byTag === true || query.sources.includes(source)),
    collectedAt: bundle.collectedAt,
    podIps: options.podIps?.get(bundle.id) ?? [],
    ...clock,
    limits: options.limits,
    ...(typeof options.since === 'number' ? { since: options.since } : {}),
    ...(typeof options.until === 'number' ? { until: options.until } : {}),
  }));
}

function summariesOf(scan: LogFileScan): LogFileSummary[] {
  const { tuples, lines } = scan.droppedVerdicts;
  if (tuples === 0) return [...scan.summaries];
  const note = `${tuples} policy verdict tuples with the smallest counts (${lines} lines) were left out`;
  return scan.summaries.map((summary) => ({ ...summary, notes: [...(summary.notes ?? []), note] }));
}

function mergeMatches(
  bundles: readonly Bundle[],
  scans: readonly (readonly LogFileScan[])[],
  queries: readonly LogQuery[],
  maxRecords: number,
): Map<string, LogMatches[]> {
  const merged = new Map<string, LogMatches[]>(queries.map((query) => [query.id, []]));
  for (const index of bundles.keys()) {
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
      merged.get(queryId)?.push({ queryId, count, first, last, records, cut: count > records.length });
    }
  }
  return merged;
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

function mergeVerdicts(node: string, scans: readonly LogFileScan[], options: ScanOptions): PolicyVerdict[] {
  const table = new VerdictTable(options.podIps?.get(node) ?? []);
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
