import type { LogMatches, LogQuery, LogRecord, LogScan } from '../model/logs.js';
import type { ParseLine } from './parse-line.js';
import { mustCompile } from './pattern.js';
import type { RuleCase } from './test-schema.js';

/** Records of a case's log texts, one per line that is not empty. */
export function recordsOf(
  logs: RuleCase['logs'],
  collectedAt: number | null,
  parseLine: ParseLine,
): LogRecord[] {
  return (logs ?? []).flatMap(({ source, node = DEFAULT_NODE, file = `${source}.log`, lines }) =>
    lines.split('\n').flatMap((text, index) => {
      if (text.trim() === '') return [];
      const parsed = parseLine(source, text, collectedAt);
      return [{ node, source, file, line: index + 1, timeNotes: [], text, ...parsed }];
    }),
  );
}

/** The node of what a case gives no node. */
export const DEFAULT_NODE = 'node-1';

/** Answers queries as the scan of a bundle does: by source, level and pattern, per node. */
export function matchLines(records: readonly LogRecord[], queries: readonly LogQuery[]): LogScan['matches'] {
  return new Map(queries.map((query) => [query.id, answer(records, query)]));
}

function answer(records: readonly LogRecord[], query: LogQuery): LogMatches[] {
  const pattern = mustCompile(query.pattern);
  const byNode = new Map<string, LogRecord[]>();
  for (const record of records) {
    if (!query.sources.includes(record.source)) continue;
    if (query.levels !== undefined && !query.levels.includes(record.level)) continue;
    const fields = pattern.match(record.message);
    if (fields === null) continue;
    byNode.set(record.node, [
      ...(byNode.get(record.node) ?? []),
      { ...record, fields: { ...record.fields, ...fields } },
    ]);
  }
  return [...byNode.values()].map((found) => {
    const times = found.flatMap(({ time }) => (time === null ? [] : [time]));
    return {
      queryId: query.id,
      count: found.length,
      first: times.length === 0 ? null : Math.min(...times),
      last: times.length === 0 ? null : Math.max(...times),
      records: found,
      cut: false,
    };
  });
}
