/** Runs a query over an index. */
import type { SearchIndex } from '../index-store/search-index.js';
import { DamagedIndex } from '../index-store/text-part.js';
import { fileHits, type FileHits } from './file-hits.js';
import { parseQuery, type QuerySource } from './parse.js';
import { planFile } from './plan-file.js';
import type { Query } from './query.js';
import type { TimeWindow } from './scan-block.js';
import type { SearchHits } from './task.js';

/** Below this much text, starting workers takes longer than reading it here. */
const WORTH_A_POOL = 24 * 1024 * 1024;

export interface SearchResult {
  readonly query: Query;
  /** Files with hits, in the order of the index. */
  readonly hits: readonly FileHits[];
  readonly count: number;
  /** Bytes of text that were read, for measurements. */
  readonly bytesRead: number;
}

/** Throws QueryError, DamagedIndex. */
export async function search(
  index: SearchIndex,
  source: QuerySource,
  window: TimeWindow,
): Promise<SearchResult> {
  const query = await parseQuery(source);
  const plans = index.files.map((file) => planFile(file, query, source, window));
  const bytesRead = plans.reduce((sum, { bytes }) => sum + bytes, 0);
  const pool = bytesRead > WORTH_A_POOL ? await index.pool() : null;
  const hits = await Promise.all(
    plans.map(async (plan) => {
      if (plan.tasks.length === 0) return fileHits(plan, []);
      const { scanRows } = await import('./task.js');
      const results = await Promise.all(
        plan.tasks.map(
          (task): Promise<SearchHits> | SearchHits =>
            pool?.run<SearchHits>('search', task) ?? scanRows(task, (row) => index.read(plan.file, row)),
        ),
      );
      const damaged = results.find((result) => result.damaged !== undefined)?.damaged;
      if (damaged !== undefined) throw new DamagedIndex(damaged);
      return fileHits(plan, results);
    }),
  );
  const found = hits.filter(({ count }) => count > 0);
  return { query, hits: found, count: found.reduce((sum, { count }) => sum + count, 0), bytesRead };
}
