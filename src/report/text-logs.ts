import type { AnalysisDocument } from '../model/document.js';
import { bullet, clean, section, wrap, type Paint, type TextOptions } from './layout.js';
import { cut } from './unsafe.js';
import { LOG_LEVEL_NAME, LOG_PATTERNS_TITLE, logPatternsLeftOut, placeOf } from './words.js';

const MAX_PATTERNS = 5;
const MAX_SHOWN = 140;

/** The first patterns of the logs' errors and warnings, each with the place of its first line. */
export function logsText(d: AnalysisDocument, c: Paint, o: TextOptions): string {
  const { log_patterns: logs } = d;
  if (logs === null || logs === undefined || logs.patterns.length === 0) return '';
  const lines = logs.patterns.slice(0, MAX_PATTERNS).map((p) => {
    const level = LOG_LEVEL_NAME[p.level ?? 'none'];
    return bullet(
      `${p.count} × ${level}: ${cut(clean(p.pattern), MAX_SHOWN)} (${clean(placeOf(p.example))})`,
      o,
    );
  });
  const more = logs.patterns.length - lines.length;
  if (more > 0) lines.push(`  … and ${more} more in the JSON report`);
  const left = logPatternsLeftOut(logs);
  if (left !== '') lines.push(wrap(left, o.width, '  '));
  return section(LOG_PATTERNS_TITLE, lines.join('\n'), c);
}
