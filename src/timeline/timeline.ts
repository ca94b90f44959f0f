/** Merges what happened around the pivot into one order in UTC. */
import type { SearchIndex } from '../index-store/search-index.js';
import type { AnalysisDocument } from '../model/document.js';
import { blockOf, type HitLine } from '../search/line-text.js';
import { OpenBlock } from '../search/lines.js';
import { analysisEvents } from './analysis.js';
import { changes, type Change } from './changes.js';
import { clockNotes, type ClockNote } from './clocks.js';
import { bucketLength, bursts, density, start, type Bucket, type Burst } from './density.js';
import { gaps, type Gap } from './gaps.js';
import type { Pivot } from './pivot.js';
import { readWindows, type WindowFile, type WindowLine } from './records.js';

export interface TimelineEvent {
  readonly kind: 'pivot' | 'log' | 'finding' | 'capture';
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly node: string | null;
  readonly file: string | null;
  readonly line: number | null;
  /** Level of a log line, severity of a finding. */
  readonly level: string | null;
  readonly text: string;
  /** Lines alike in the same file within one bucket, of which this is the first. */
  readonly count: number;
  /** First line of its pattern in the log, see `changes`. */
  readonly isNew: boolean;
}

export interface Timeline {
  readonly pivot: Pivot;
  readonly bucket: number;
  readonly density: readonly Bucket[];
  readonly bursts: readonly Burst[];
  readonly changes: readonly Change[];
  readonly gaps: readonly Gap[];
  readonly events: readonly TimelineEvent[];
  /** Lines of the windows that `events` does not tell, and all lines of the windows. */
  readonly leftOut: number;
  readonly lines: number;
  readonly findingsElsewhere: readonly string[];
  readonly untimed: readonly ClockNote[];
  readonly assumed: readonly ClockNote[];
  /** Bytes of text in the windows that were too much to read. */
  readonly unread: number;
}

export interface TimelineOptions {
  /** Events at most. */
  readonly limit: number;
  readonly document: AnalysisDocument | null;
  readonly collectedAt: (node: string) => number | null;
}

export function makeTimeline(index: SearchIndex, pivot: Pivot, options: TimelineOptions): Timeline {
  const { files, unread } = readWindows(index, pivot.windows);
  const bucket = bucketLength(pivot.windows);
  const changed = pivot.windows.flatMap(({ from }, i) => changes(index, files, from, pivot.times[i]!));
  const analysis = options.document === null ? null : analysisEvents(options.document, pivot.windows);
  const { events, told } = choose(index, files, pivot, changed, bucket, options.limit);
  const added = (analysis?.events ?? []).map((event): TimelineEvent => ({
    ...event,
    count: 1,
    isNew: false,
  }));
  const lines = files.reduce((sum, file) => sum + file.lines.length, 0);
  return {
    pivot,
    bucket,
    density: density(files, pivot.windows, bucket),
    bursts: bursts(files, bucket),
    changes: changed,
    gaps: gaps(files, pivot.windows, options.collectedAt),
    events: [...events, ...added].sort((a, b) => a.time - b.time),
    leftOut: lines - told,
    lines,
    findingsElsewhere: analysis?.elsewhere ?? [],
    ...clockNotes(index),
    unread,
  };
}

interface Group {
  readonly file: WindowFile;
  readonly first: WindowLine;
  count: number;
  kind: 'pivot' | 'log';
  isNew: boolean;
}

const keyOf = ({ node, file, line }: Pick<HitLine, 'node' | 'file' | 'line'>): string =>
  `${node}\n${file}\n${line}`;

/** Lines alike within a bucket are one event; of these the most telling are kept. */
function choose(
  index: SearchIndex,
  files: readonly WindowFile[],
  pivot: Pivot,
  changed: readonly Change[],
  bucket: number,
  limit: number,
): { events: TimelineEvent[]; told: number } {
  const pivots = new Set(pivot.lines.map(keyOf));
  const isNew = new Set(changed.map(keyOf));
  const groups: Group[] = [];
  for (const file of files) {
    const { node, path } = file.file.index;
    const open = new Map<string, Group>();
    for (const line of file.lines) {
      const own = keyOf({ node, file: path, line: line.line });
      const kind = pivots.has(own) ? 'pivot' : 'log';
      const key = `${kind}\n${start(line.time, bucket)}\n${line.pattern.template}`;
      const group = open.get(key);
      if (group === undefined) {
        const made = { file, first: line, count: 1, kind, isNew: isNew.has(own) } as const;
        open.set(key, { ...made });
        groups.push(open.get(key)!);
      } else {
        group.count++;
        if (isNew.has(own)) group.isNew = true;
      }
    }
  }
  const near = (time: number): number => Math.min(...pivot.times.map((at) => Math.abs(at - time)));
  const kept = groups
    .map((group) => ({ group, weight: weightOf(group), near: near(group.first.time) }))
    .sort((a, b) => b.weight - a.weight || a.near - b.near)
    .slice(0, limit)
    .map(({ group }) => group);
  return { events: toEvents(index, kept), told: kept.reduce((sum, { count }) => sum + count, 0) };
}

const WEIGHT: Readonly<Record<string, number>> = { fatal: 5, error: 4, warn: 3, info: 1 };

function weightOf({ kind, isNew, first }: Group): number {
  if (kind === 'pivot') return 10;
  return (isNew ? 4 : 0) + (WEIGHT[first.pattern.level ?? ''] ?? 0);
}

/** Reads the lines, file by file and block by block. */
function toEvents(index: SearchIndex, groups: readonly Group[]): TimelineEvent[] {
  const events: TimelineEvent[] = [];
  const order = new Map(index.files.map((file, i) => [file, i]));
  const inOrder = [...groups].sort(
    (a, b) => order.get(a.file.file)! - order.get(b.file.file)! || a.first.line - b.first.line,
  );
  let block: OpenBlock | null = null;
  let at = '';
  for (const { file, first, count, kind, isNew } of inOrder) {
    const row = blockOf(file.file.index, first.line);
    const key = `${order.get(file.file)}:${row}`;
    if (block === null || key !== at) block = new OpenBlock(index, file.file, row);
    at = key;
    const { node, file: path, line, text } = block.line(first.line);
    const level = first.pattern.level ?? null;
    events.push({ kind, time: first.time, node, file: path, line, level, text, count, isNew });
  }
  return events;
}
