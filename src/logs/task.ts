/** The worker's side: one log file in, answers and verdicts out. */
import type { LogFileSummary } from '../model/logs.js';
import { correctYears, resolveTime, type ClockProfile } from './clock.js';
import { FileScan } from './file-scan.js';
import { LineScanner, type ScannedLine } from './lines.js';
import { buildAutomaton } from './prefilter/automaton.js';
import { askedOf } from './asked.js';
import { buildQuerySet, type QuerySet } from './query-set.js';
import { scanKnown, type KnownBlocks } from './known-scan.js';
import { sniff, type Sniffed } from './sniff.js';
import { decodeLine } from './record.js';
import { rangeOf } from './seam.js';
import { TextFile, type ByteRange } from './text-file.js';
import type { LogFileScan, LogFileTask, LogPart, Seam } from './types.js';

/** The pass is repeated when it shows that the years were taken wrongly; it can only be so twice. */
const MAX_PASSES = 3;
const NO_NEEDLES = buildAutomaton([]);

/**
 * Reads one log file in a single pass. Memory is bounded by the limits, whatever the file holds; nothing in it makes
 * this throw. Rejects when the file cannot be read. Shape of Piscina's handler: values in and out can be cloned.
 */
export async function scanLogFile(task: LogFileTask): Promise<LogFileScan> {
  const file = await TextFile.open(task.file.spool);
  try {
    const sniffed = await look(file, task);
    const range = task.part === undefined ? undefined : await rangeOf(task.part, file, task, sniffed);
    if (range === null) return UNCUT;
    const set = querySetFor(task);
    if (task.known !== undefined && isKnown(task.known, file, sniffed)) {
      const known = await scanByIndex(file, task, sniffed, set, task.known);
      if (known !== null) return known;
    }
    let { profile } = sniffed;
    for (let pass = 1; ; pass++) {
      const scan = new FileScan({ task, set, profile, yearless: sniffed.yearless, docker: sniffed.docker });
      const lines = new LineScanner(set.automaton, task.limits.maxLineLength, scan);
      for await (const chunk of file.chunks(range)) lines.push(chunk);
      lines.end();
      const seam = task.part === undefined ? {} : { seam: seamOf(task.part, scan, profile) };
      scan.end();
      // What a half tells of the years is half of it.
      const corrected = task.part === undefined ? correctYears(profile, scan.turns) : null;
      if (corrected === null || pass === MAX_PASSES) {
        const wanted = scan.examiner.verdicts.lineNumbers();
        const texts = await linesOf(file, [{ range, line: 1 }], wanted, task.limits.maxLineLength);
        return { ...result(task, sniffed, profile, { scan, lines, texts }), ...seam };
      }
      profile = corrected;
    }
  } finally {
    await file.close();
  }
}

export default scanLogFile;

/** What there is of a half that cannot be read apart. */
const UNCUT: LogFileScan = {
  summaries: [],
  matches: [],
  verdicts: [],
  droppedVerdicts: { tuples: 0, lines: 0 },
  seam: null,
};

function seamOf({ half }: LogPart, scan: FileScan, profile: ClockProfile): Seam {
  const clean = half === 'first' ? scan.isComplete : !scan.examiner.isBlind;
  return { clean, turns: scan.turns.seen(), profile };
}

async function look(file: TextFile, task: LogFileTask): Promise<Sniffed> {
  const head = await file.head();
  const tail = await file.tail((lines) => lines.some((line) => decodeLine(line).stamp !== null));
  const { collectedAt, bootTime } = task;
  // Collectors copy without times: that of a file is never better than the collection's.
  return sniff({
    head,
    tail,
    writtenBy: collectedAt ?? task.file.mtime,
    zoneOffset: task.zoneOffset ?? null,
    bootTime,
  });
}

/** What was read of a file, and the text of the lines that verdicts ask for. */
interface ScannedFile {
  readonly scan: FileScan;
  readonly lines: Pick<LineScanner, 'lines' | 'longLines'>;
  readonly texts: ReadonlyMap<number, string>;
}

function result(
  task: LogFileTask,
  sniffed: Sniffed,
  profile: ClockProfile,
  { scan, lines, texts }: ScannedFile,
): LogFileScan {
  const summary: LogFileSummary = {
    node: task.node,
    source: task.source,
    file: task.file.path,
    lines: sniffed.noEntries ? 0 : lines.lines,
    bytes: task.file.size,
    first: resolveTime(sniffed.first, profile, 0).time,
    last: resolveTime(sniffed.last, profile, profile.turns).time,
    longLines: lines.longLines,
    truncated: task.file.truncated,
    ...(sniffed.noEntries ? { notes: ['the journal has no entries of this unit'] } : {}),
  };
  const perSource = [...scan.linesOf].sort((a, b) => (a[0] < b[0] ? -1 : 1));
  const summaries = perSource.map(([source, count]) => ({ ...summary, source, lines: count }));
  const { verdicts } = scan.examiner;
  return {
    summaries: summaries.length > 0 ? summaries : [summary],
    matches: scan.examiner.answers(),
    verdicts: verdicts.raw(texts),
    droppedVerdicts: { tuples: verdicts.droppedTuples, lines: verdicts.droppedLines },
    ...(scan.patterns === null ? {} : { patterns: scan.patterns.result() }),
  };
}

/** Whether the index is one of these bytes, and its times are read as they are here. */
function isKnown({ at, profile }: KnownBlocks, file: TextFile, { profile: own, docker }: Sniffed): boolean {
  // Any line of docker's may be a piece of a record.
  if (docker || file.encoding !== 'utf-8' || file.bom + at.at(-1)! !== file.size) return false;
  return (
    profile.offset === own.offset &&
    profile.offsetFrom === own.offsetFrom &&
    profile.bootTime === own.bootTime &&
    (profile.lastYear === null) === (own.lastYear === null)
  );
}

/** Null where what is asked depends on lines that the index ruled out. */
async function scanByIndex(
  file: TextFile,
  task: LogFileTask,
  sniffed: Sniffed,
  set: QuerySet,
  known: KnownBlocks,
): Promise<LogFileScan | null> {
  const { profile } = known;
  const scan = new FileScan({ task, set, profile, yearless: sniffed.yearless, docker: false });
  const lines = new LineScanner(set.automaton, task.limits.maxLineLength, scan);
  const runs = await scanKnown(file, known, lines, scan);
  if (runs === null) return null;
  scan.end();
  const texts = await linesOf(file, runs, scan.examiner.verdicts.lineNumbers(), task.limits.maxLineLength);
  // None is too long in a file that an index is used for.
  return result(task, sniffed, profile, { scan, lines: { lines: known.lines, longLines: 0 }, texts });
}

/** The text of the given lines. */
async function linesOf(
  file: TextFile,
  runs: readonly { readonly range: ByteRange | undefined; readonly line: number }[],
  wanted: ReadonlySet<number>,
  maxLength: number,
): Promise<Map<number, string>> {
  const texts = new Map<number, string>();
  if (wanted.size === 0) return texts;
  const sink = {
    every: true,
    line({ chunk, start, end, number }: ScannedLine): void {
      if (wanted.has(number)) texts.set(number, chunk.toString('utf8', start, end));
    },
  };
  const lines = new LineScanner(NO_NEEDLES, maxLength, sink);
  for (const { range, line } of runs) {
    lines.jump(line);
    for await (const chunk of file.chunks(range)) lines.push(chunk);
    lines.end();
  }
  return texts;
}

/** By what was asked: a worker reads files of few sources in any order. */
const querySets = new Map<string, QuerySet>();
const MAX_QUERY_SETS = 32;

function querySetFor(task: LogFileTask): QuerySet {
  const { queries, options } = askedOf(task);
  const key = JSON.stringify([options, queries]);
  let set = querySets.get(key);
  if (set === undefined) {
    set = buildQuerySet(queries, options);
    if (querySets.size >= MAX_QUERY_SETS) querySets.clear();
    querySets.set(key, set);
  }
  return set;
}
