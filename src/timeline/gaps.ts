/** When a log is silent that usually is not. */
import type { Span } from './pivot.js';
import type { WindowFile } from './records.js';

export interface Gap {
  readonly node: string;
  readonly file: string;
  readonly from: number;
  readonly to: number;
  /** The log has no line after `from`. */
  readonly ends: boolean;
}

/** A silence is told when it lasts this long, and this many times the usual distance of two lines. */
const LEAST_MS = 20_000;
const TIMES_USUAL = 20;
/** Logs with fewer lines have no usual distance. */
const LEAST_LINES = 20;
const MAX_GAPS = 40;

/** `collectedAt`: when nothing more could be written, by node; null when that is not known. */
export function gaps(
  files: readonly WindowFile[],
  windows: readonly Span[],
  collectedAt: (node: string) => number | null,
): Gap[] {
  const found = files.flatMap((own) => gapsOf(own, files, windows, collectedAt));
  return found
    .sort((a, b) => b.to - b.from - (a.to - a.from) || a.from - b.from)
    .slice(0, MAX_GAPS)
    .sort((a, b) => a.from - b.from || (a.file < b.file ? -1 : 1));
}

function gapsOf(
  { file: { index }, lines }: WindowFile,
  files: readonly WindowFile[],
  windows: readonly Span[],
  collectedAt: (node: string) => number | null,
): Gap[] {
  const { first, last, node, path } = index;
  if (first === null || last === null || index.timedLines < LEAST_LINES) return [];
  const usual = (last - first) / (index.timedLines - 1);
  const least = Math.max(LEAST_MS, usual * TIMES_USUAL);
  const times = lines.map(({ time }) => time).sort((a, b) => a - b);
  const found: Gap[] = [];
  for (const window of windows) {
    const inside = times.filter((time) => time >= window.from && time <= window.to);
    const from = Math.max(window.from, first);
    const to = Math.min(window.to, last);
    // Silence at the edges of the window counts where the log had begun and goes on.
    const marks = from <= to ? [from, ...inside, to] : [];
    for (let i = 1; i < marks.length; i++)
      if (marks[i]! - marks[i - 1]! >= least)
        found.push({ node, file: path, from: marks[i - 1]!, to: marks[i]!, ends: false });
    if (last < window.from || last > window.to || goesOn(files, node, index.source, last, path)) continue;
    const end = Math.min(window.to, collectedAt(node) ?? window.to);
    if (end - last >= least) found.push({ node, file: path, from: last, to: end, ends: true });
  }
  return found;
}

/** Whether another file of the same log goes on where this one ends, after a rotation. */
function goesOn(
  files: readonly WindowFile[],
  node: string,
  source: string | null,
  last: number,
  path: string,
): boolean {
  return files.some(
    ({ file: { index } }) =>
      index.node === node && index.source === source && index.path !== path && (index.last ?? 0) > last,
  );
}
