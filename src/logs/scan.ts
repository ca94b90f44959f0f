/** Plans the reading of all logs of all bundles, and merges what the tasks bring back. */
import { problem } from '../errors.js';
import type { Limits } from '../limits.js';
import type { LogMatches, LogQuery, LogScan } from '../model/logs.js';
import type { Bundle, Problem } from '../model/source.js';
import { needlesIn } from './asked.js';
import { joinHalves } from './halves.js';
import { mergeMatches, mergeVerdicts, summariesOf } from './merge.js';
import { mergePatterns } from './most-telling.js';
import { nodeClock } from './node-clock.js';
import type { KnownBlocks } from './known-scan.js';
import { halvesOf } from './seam.js';
import { logFiles, VERDICT_SOURCES } from './sources.js';
import type { LogFileScan, LogFileTask } from './types.js';

export interface ScanOptions {
  readonly limits: Limits;
  /**
   * Addresses of the pods of each node, by bundle id: they tell the direction of old verdict lines. Only the files
   * that can hold such lines wait for them.
   */
  readonly podIps?: () => Promise<PodIps> | PodIps;
  /** Records known to lie outside are left out. Milliseconds since the epoch, both inclusive. */
  readonly since?: number | null;
  readonly until?: number | null;
  /** What an index knows of a file, whose lines are looked at where they hold one of the strings; null for nothing. */
  readonly knownBlocks?: (task: LogFileTask, needles: readonly string[]) => KnownBlocks | null;
  /** Sort lines of trouble into patterns, and keep as many. */
  readonly maxPatterns?: number;
}

export type PodIps = ReadonlyMap<string, readonly string[]>;

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
  const sameAs = firstAlike(queries);
  const asked = queries.filter((query) => sameAs.get(query) === query);
  const perBundle = await Promise.all(bundles.map((bundle) => tasksOf(bundle, asked, options)));
  const tasks = perBundle.flat();
  const results = new Map<LogFileTask, LogFileScan>();
  const problems: Problem[] = [];
  const total = tasks.reduce((sum, { file }) => sum + file.size, 0);
  // The largest first, so that no worker is left with it at the end.
  const bySize = [...tasks].sort((a, b) => b.file.size - a.file.size);
  await Promise.all(
    bySize.map(async (task) => {
      const ready = VERDICT_SOURCES.has(task.source) ? await withPodIps(task, options) : task;
      try {
        results.set(task, await scanFile(ready, total, runTask, options));
      } catch (error) {
        problems.push(
          problem('E_UNREADABLE', task.file.path, `The log could not be read: ${reason(error)}.`),
        );
      }
    }),
  );
  const inOrder = perBundle.map((own) => own.flatMap((task) => results.get(task) ?? []));
  const answers = mergeMatches(bundles, inOrder, asked, options.limits.maxRecords);
  const answerTo = (query: LogQuery): LogMatches[] =>
    answers.get(sameAs.get(query)!.id)!.map((matches) => ({ ...matches, queryId: query.id }));
  return {
    files: inOrder.flatMap((scans) => scans.flatMap(summariesOf)),
    matches: new Map(queries.map((query) => [query.id, answerTo(query)])),
    verdicts: bundles.flatMap((bundle, index) => mergeVerdicts(bundle.id, inOrder[index]!)),
    ...(options.maxPatterns === undefined
      ? {}
      : {
          patterns: mergePatterns(
            inOrder.flat().flatMap((scan) => scan.patterns ?? []),
            options.maxPatterns,
          ),
        }),
    ...(problems.length > 0 ? { problems: problems.sort((a, b) => (a.subject < b.subject ? -1 : 1)) } : {}),
  };
}

/** For each query the first that asks the same: conditions of a rule share what they ask, and none is asked twice. */
function firstAlike(queries: readonly LogQuery[]): Map<LogQuery, LogQuery> {
  const first = new Map<string, LogQuery>();
  return new Map(
    queries.map((query) => {
      const { sources, pattern, levels } = query;
      const key = JSON.stringify([sources, pattern, levels]);
      if (!first.has(key)) first.set(key, query);
      return [query, first.get(key)!];
    }),
  );
}

/** A large log is read by two workers; by one after all where a half turns out to depend on the other. */
async function scanFile(
  task: LogFileTask,
  total: number,
  runTask: RunTask,
  { knownBlocks }: ScanOptions,
): Promise<LogFileScan> {
  const needles = knownBlocks === undefined ? null : needlesIn(task);
  const known = needles === null ? null : knownBlocks!(task, needles);
  if (known !== null) return runTask({ ...task, known });
  const halves = halvesOf(task.file.size, total);
  if (halves === null) return runTask(task);
  const [one, two] = await Promise.all(halves.map((part) => runTask({ ...task, part })));
  return joinHalves(task, one!, two!) ?? runTask(task);
}

async function withPodIps(task: LogFileTask, { podIps }: ScanOptions): Promise<LogFileTask> {
  return { ...task, podIps: (await podIps?.())?.get(task.node) ?? [] };
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
    podIps: [],
    ...clock,
    limits: options.limits,
    ...(typeof options.since === 'number' ? { since: options.since } : {}),
    ...(typeof options.until === 'number' ? { until: options.until } : {}),
    ...(options.maxPatterns === undefined ? {} : { patterns: true }),
  }));
}
