/** Joins what two workers found in the halves of a log to what one would have found in the whole. */
import type { LogFileSummary, LogRecord } from '../model/logs.js';
import { ActivityCounter } from './activity.js';
import { correctYears, joinTurns } from './clock.js';
import { firstAndLast } from './matches.js';
import { mergePatterns } from './most-telling.js';
import { MAX_FILE_PATTERNS, type FilePatterns } from './pattern-tally.js';
import type { FileMatches, LogFileScan, LogFileTask } from './types.js';
import { MAX_TUPLES } from './verdict-table.js';
import { followTuple, keyOf, type VerdictSighting, type VerdictTuple } from './verdict-tuple.js';

/** Null when one half depends on the other: then the log must be read as a whole. */
export function joinHalves(task: LogFileTask, one: LogFileScan, two: LogFileScan): LogFileScan | null {
  if (!one.seam?.clean || !two.seam?.clean) return null;
  const turns = joinTurns(one.seam.turns, two.seam.turns);
  if (turns === null || correctYears(one.seam.profile, turns) !== null) return null;
  // Which tuples are dropped depends on those that came before.
  if (one.droppedVerdicts.tuples > 0 || two.droppedVerdicts.tuples > 0) return null;
  const shift = one.summaries.reduce((sum, { lines }) => sum + lines, 0);
  const verdicts = joinVerdicts(one.verdicts, two.verdicts, shift);
  if (verdicts.length > MAX_TUPLES) return null;
  return {
    summaries: joinSummaries(one.summaries, two.summaries),
    matches: joinMatches(task, one.matches, two.matches, shift),
    verdicts,
    droppedVerdicts: { tuples: 0, lines: 0 },
    ...joinPatterns(one.patterns, two.patterns, shift),
  };
}

function joinPatterns(
  one: FilePatterns | undefined,
  two: FilePatterns | undefined,
  shift: number,
): Pick<LogFileScan, 'patterns'> {
  if (one === undefined || two === undefined) return {};
  const moved = two.patterns.map((p) => ({ ...p, example: { ...p.example, line: p.example.line + shift } }));
  return { patterns: mergePatterns([one, { ...two, patterns: moved }], MAX_FILE_PATTERNS) };
}

/** Each source once, in the order of their names. */
function joinSummaries(one: readonly LogFileSummary[], two: readonly LogFileSummary[]): LogFileSummary[] {
  const longLines = (one[0]?.longLines ?? 0) + (two[0]?.longLines ?? 0);
  const bySource = new Map(one.map((summary) => [summary.source, summary]));
  for (const summary of two) {
    const lines = summary.lines + (bySource.get(summary.source)?.lines ?? 0);
    bySource.set(summary.source, { ...summary, lines });
  }
  return [...bySource.values()]
    .map((summary) => ({ ...summary, longLines }))
    .sort((a, b) => (a.source < b.source ? -1 : 1));
}

/** In the order of the queries. */
function joinMatches(
  { queries, limits }: LogFileTask,
  one: readonly FileMatches[],
  two: readonly FileMatches[],
  shift: number,
): FileMatches[] {
  const first = new Map(one.map((match) => [match.queryId, match]));
  const second = new Map(two.map((match) => [match.queryId, shifted(match, shift)]));
  return queries.flatMap(({ id }) => {
    const [a, b] = [first.get(id), second.get(id)];
    if (a === undefined || b === undefined) return a ?? b ?? [];
    const activity = new ActivityCounter();
    for (const part of [a, b]) if (part.activity !== undefined) activity.merge(part.activity);
    const counted = activity.result();
    return [
      {
        queryId: id,
        count: a.count + b.count,
        first: least(a.first, b.first, Math.min),
        last: least(a.last, b.last, Math.max),
        records: firstAndLast([...a.records, ...b.records], limits.maxRecords),
        ...(counted === null ? {} : { activity: counted }),
      },
    ];
  });
}

function shifted(match: FileMatches, shift: number): FileMatches {
  const records = match.records.map((record): LogRecord => ({ ...record, line: record.line + shift }));
  return { ...match, records };
}

function least(a: number | null, b: number | null, pick: (a: number, b: number) => number): number | null {
  return a === null || b === null ? (a ?? b) : pick(a, b);
}

function joinVerdicts(
  one: readonly VerdictTuple[],
  two: readonly VerdictTuple[],
  shift: number,
): VerdictTuple[] {
  const key = ({ line, direction, returnTraffic }: VerdictTuple): string =>
    keyOf(line, direction, returnTraffic);
  const all = new Map(one.map((tuple) => [key(tuple), tuple]));
  const moved = (seen: VerdictSighting): VerdictSighting => ({ ...seen, line: seen.line + shift });
  for (const tuple of two) {
    const later = { ...tuple, firstSeen: moved(tuple.firstSeen), lastSeen: moved(tuple.lastSeen) };
    const known = all.get(key(tuple));
    if (known === undefined) all.set(key(tuple), later);
    else followTuple(known, later);
  }
  return [...all.values()];
}
