/** A timeline as text and as JSON. */
import { decodeLine } from '../logs/record.js';
import { clean, fit, paint, type TextOptions } from '../report/layout.js';
import type { Coverage } from '../search/coverage.js';
import { plural } from '../plural.js';
import { isoTime } from '../search/numbers.js';
import type { Timeline, TimelineEvent } from './timeline.js';

export function timelineJson(t: Timeline, query: string, half: number, coverage: Coverage): object {
  const { pivot } = t;
  return {
    pivot: {
      query,
      matches: pivot.matches,
      without_time: pivot.untimed,
      times: pivot.times.map(isoTime),
      more_windows: pivot.cut,
    },
    window_seconds: half / 1000,
    windows: pivot.windows.map(({ from, to }) => ({ from: isoTime(from), to: isoTime(to) })),
    events: t.events.map(({ time, isNew, ...event }) => ({ time: isoTime(time), ...event, new: isNew })),
    left_out_lines: t.leftOut,
    unread_bytes: t.unread,
    density: {
      bucket_seconds: t.bucket / 1000,
      buckets: t.density.map(({ from, ...counts }) => ({ from: isoTime(from), ...counts })),
    },
    bursts: t.bursts.map((burst) => ({ ...burst, from: isoTime(burst.from), to: isoTime(burst.to) })),
    changes: t.changes.map((change) => ({
      ...change,
      level: change.level ?? null,
      time: isoTime(change.time),
    })),
    gaps: t.gaps.map((gap) => ({
      ...gap,
      from: isoTime(gap.from),
      to: isoTime(gap.to),
      seconds: (gap.to - gap.from) / 1000,
    })),
    findings_without_time: t.findingsElsewhere,
    clocks: { untimed: t.untimed, assumed: t.assumed },
    coverage,
  };
}

const BARS = ' ▁▂▃▄▅▆▇█';

export function timelineText(t: Timeline, query: string, o: TextOptions): string {
  const p = paint(o);
  const { pivot } = t;
  const out: string[] = [];
  if (pivot.windows.length === 0) {
    const why =
      pivot.matches === 0
        ? 'Nothing matches the pivot.'
        : `${plural(pivot.matches, 'line')} match the pivot, and none has a usable time.`;
    return `${why}\n${notes(t)}`;
  }
  const matches = pivot.matches === 0 ? '' : `, ${plural(pivot.matches, 'match', 'matches')}`;
  out.push(p.bold(`Pivot: ${clean(query)}${matches}`));
  for (const [i, { from, to }] of pivot.windows.entries())
    out.push(`  ${isoTime(from)} … ${isoTime(to)}, pivot at ${isoTime(pivot.times[i]!)}`);
  if (pivot.cut) out.push('  There are later matches; --since shows them.');
  out.push(
    '',
    `Lines per ${t.bucket / 1000} s: ${bar(t)} (at most ${Math.max(0, ...t.density.map(({ lines }) => lines))}, ${plural(t.lines, 'line')})`,
  );
  section(
    out,
    'What changed before the pivot (first lines of new patterns)',
    t.changes.map(
      (change) =>
        `  ${offset(change.time!, t)} ${change.level ?? ''} ${clean(change.file)}:${change.line} (${change.count}×) ${fit(clean(decodeLine(change.text).message), o.width)}`,
    ),
  );
  section(
    out,
    'Bursts',
    t.bursts.map(
      ({ node, file, from, to, lines, usual }) =>
        `  ${offset(from, t)} for ${(to - from) / 1000} s: ${plural(lines, 'line')} in ${clean(node)} ${clean(file)}, usually ${usual}`,
    ),
  );
  section(
    out,
    'Silence',
    t.gaps.map(
      ({ node, file, from, to, ends }) =>
        `  ${offset(from, t)} for ${Math.round((to - from) / 1000)} s: ${clean(node)} ${clean(file)}${ends ? ', and nothing after' : ''}`,
    ),
  );
  section(
    out,
    'Timeline (UTC)',
    t.events.map((event) => eventText(event, t, o)),
  );
  if (t.leftOut > 0) out.push(`  ${plural(t.leftOut, 'more line')} of lesser weight (--limit shows more)`);
  if (t.unread > 0)
    out.push(
      `  ${Math.round(t.unread / 1024 / 1024)} MiB of the window were too much to read; narrow --window.`,
    );
  section(
    out,
    'Findings without a time in the window',
    t.findingsElsewhere.map((text) => `  ${clean(text)}`),
  );
  return `${out.join('\n')}\n${notes(t)}`;
}

function section(out: string[], title: string, lines: readonly string[]): void {
  if (lines.length > 0) out.push('', title, ...lines);
}

function bar({ density }: Timeline): string {
  const most = Math.max(1, ...density.map(({ lines }) => lines));
  return density
    .map(({ lines }) => (lines === 0 ? BARS[0]! : BARS[Math.max(1, Math.round((lines / most) * 8))]!))
    .join('');
}

/** Seconds from the nearest pivot: `-12.345 s`. */
function offset(time: number, { pivot }: Timeline): string {
  const nearest = [...pivot.times].sort((a, b) => Math.abs(a - time) - Math.abs(b - time))[0]!;
  const seconds = (time - nearest) / 1000;
  return `${seconds < 0 ? '' : '+'}${seconds.toFixed(3)} s`.padStart(12);
}

function eventText(event: TimelineEvent, t: Timeline, o: TextOptions): string {
  const p = paint(o);
  const mark = event.kind === 'pivot' ? '>' : event.isNew ? '+' : event.kind === 'log' ? ' ' : '*';
  const count = event.count > 1 ? ` (${event.count}×)` : '';
  const where =
    event.file === null
      ? event.kind
      : `${event.node === null ? '' : `${clean(event.node)} `}${clean(event.file)}${event.line === null ? '' : `:${event.line}`}`;
  const text = event.kind === 'log' || event.kind === 'pivot' ? messageOf(event) : event.text;
  const line = `${mark} ${isoTime(event.time)} ${offset(event.time, t)} ${p.dim(where)}${count} ${fit(clean(text), Math.max(80, o.width * 2))}`;
  return event.kind === 'pivot' ? p.bold(line) : line;
}

/** What the program said, without what stands before it. */
function messageOf({ level, text }: TimelineEvent): string {
  return `${level === null ? '' : `[${level}] `}${decodeLine(text).message}`;
}

const MAX_FILES = 6;

function notes({ untimed, assumed }: Timeline): string {
  const out: string[] = [];
  const list = (title: string, all: Timeline['untimed']): void => {
    const byNote = new Map<string, string[]>();
    for (const { node, file, note } of all)
      byNote.set(note, [...(byNote.get(note) ?? []), `${node} ${file}`]);
    if (all.length > 0) out.push('', title);
    for (const [note, files] of byNote) {
      const more = files.length > MAX_FILES ? ` and ${files.length - MAX_FILES} more` : '';
      out.push(`  ${note}:`, ...files.slice(0, MAX_FILES).map((file) => `    ${clean(file)}`));
      if (more !== '') out.push(`   ${more}`);
    }
  };
  list('Not in the timeline', untimed);
  list('Taken for granted', assumed);
  return out.length === 0 ? '' : `${out.join('\n')}\n`;
}
