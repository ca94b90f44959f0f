import type { DocLogPatterns } from '../model/document.js';
import type { LogScan } from '../model/logs.js';

/** What the logs say at level warn and above; null where no bundle was given. */
export function logPatternsOf({ patterns }: LogScan): DocLogPatterns | null {
  if (patterns === undefined) return null;
  return {
    patterns: patterns.patterns.map(({ pattern, level, count, first, last, nodes, example }) => ({
      pattern,
      level,
      count,
      first: isoTime(first),
      last: isoTime(last),
      nodes: [...nodes],
      example: { node: example.node, file: example.file, line: example.line, content: example.text },
    })),
    patterns_left_out: patterns.patternsLeftOut,
    lines_left_out: patterns.linesLeftOut,
  };
}

/** The largest time that a date can hold. */
const MAX_DATE = 8.64e15;

function isoTime(ms: number | null): string | null {
  return ms === null || !(Math.abs(ms) <= MAX_DATE) ? null : new Date(ms).toISOString();
}
