/** What changed: patterns that a log shows for the first time shortly before the pivot. */
import { MARKS, shownTemplate } from '../index-store/marks.js';
import type { SearchIndex } from '../index-store/search-index.js';
import type { LogLevel } from '../model/logs.js';
import { readLine, type HitLine } from '../search/line-text.js';
import type { WindowFile } from './records.js';

export interface Change extends HitLine {
  readonly pattern: string;
  readonly level: LogLevel | undefined;
  /** Lines of the pattern in the whole log of the node. */
  readonly count: number;
}

const WEIGHT: Readonly<Record<string, number>> = { fatal: 4, error: 3, warn: 2, info: 1 };
const MAX_CHANGES = 30;

/**
 * Patterns whose first line in any log of that source on the node lies in the window up to the pivot. Where a log
 * begins within the window all its patterns are new, which says nothing: such logs are left out.
 */
export function changes(
  index: SearchIndex,
  files: readonly WindowFile[],
  from: number,
  pivot: number,
): Change[] {
  const logs = new Map<string, WindowFile[]>();
  for (const file of files) {
    const key = `${file.file.index.node}\n${file.file.index.source}\n${file.file.index.pod}`;
    logs.set(key, [...(logs.get(key) ?? []), file]);
  }
  const found = [...logs.values()].flatMap((log) => changesOf(log, from, pivot));
  return found
    .sort((a, b) => (WEIGHT[b.level ?? ''] ?? 0) - (WEIGHT[a.level ?? ''] ?? 0) || b.time - a.time)
    .slice(0, MAX_CHANGES)
    .sort((a, b) => a.time - b.time)
    .map(({ file, line, time, template, level, count }) => ({
      ...readLine(index, file.file, line, time),
      pattern: shownTemplate(template),
      level,
      count,
    }));
}

interface New {
  readonly file: WindowFile;
  readonly line: number;
  readonly time: number;
  readonly template: string;
  readonly level: LogLevel | undefined;
  readonly count: number;
}

function changesOf(log: readonly WindowFile[], from: number, pivot: number): New[] {
  const begins = Math.min(...log.map(({ file }) => file.index.first ?? Infinity));
  if (!(begins < from)) return [];
  const first = new Map<string, number>();
  const counts = new Map<string, number>();
  for (const { file } of log) {
    for (const pattern of file.index.patterns) {
      const { template } = pattern;
      first.set(template, Math.min(pattern.first ?? -Infinity, first.get(template) ?? Infinity));
      counts.set(template, (counts.get(template) ?? 0) + pattern.count);
    }
  }
  const seen = new Set<string>();
  return log.flatMap((file) =>
    file.lines.flatMap(({ line, time, pattern: { template, level } }) => {
      const at = first.get(template)!;
      if (time !== at || at < from || at > pivot || template.endsWith(MARKS.tail) || seen.has(template))
        return [];
      seen.add(template);
      return [{ file, line, time, template, level, count: counts.get(template)! }];
    }),
  );
}
