/** Runs a query over an index. */
import type { IndexedFile, SearchIndex } from '../index-store/search-index.js';
import { DamagedIndex } from '../index-store/text-part.js';
import { fileHits, type FileHits } from './file-hits.js';
import { parseQuery, type QuerySource } from './parse.js';
import type { Pool } from '../pool/pool.js';
import { planFile, type FilePlan } from './plan-file.js';
import type { Query } from './query.js';
import type { TimeWindow } from './scan-block.js';
import { scanRows, type SearchHits, type SearchTask } from './task.js';

/** Below this much text, starting workers takes longer than testing all of its lines here, or looking for some of them. */
const WORTH_A_POOL = 24 * 1024 * 1024;
const WORTH_A_POOL_TO_FIND = 160 * 1024 * 1024;

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
  const { plans, bytesRead, pool } = await planAll(index, query, source, window);
  const jobs = plans.flatMap(({ file, tasks }) => tasks.map((task): Job => ({ file, task, results: [] })));
  await runAll(index, jobs, pool);
  const hits = plans.map((plan) =>
    fileHits(
      plan,
      jobs.filter(({ file }) => file === plan.file).flatMap(({ results }) => results),
    ),
  );
  const found = hits.filter(({ count }) => count > 0);
  return { query, hits: found, count: found.reduce((sum, { count }) => sum + count, 0), bytesRead };
}

/** Plans in the order of the index; a pool where there is enough to read, whose workers start while the rest is planned. */
async function planAll(
  index: SearchIndex,
  query: Query,
  source: QuerySource,
  window: TimeWindow,
): Promise<{ plans: FilePlan[]; bytesRead: number; pool: Pool | null }> {
  const plans = new Map<IndexedFile, FilePlan>();
  let bytesRead = 0;
  let pool: Pool | null = null;
  const enough = query.findsLines ? WORTH_A_POOL_TO_FIND : WORTH_A_POOL;
  // First those of which patterns tell the least.
  for (const file of [...index.files].sort((a, b) => b.index.collapsed - a.index.collapsed)) {
    const plan = planFile(file, query, source, window);
    plans.set(file, plan);
    bytesRead += plan.bytes;
    if (pool === null && bytesRead > enough && index.jobs > 1) pool = await index.pool(index.jobs - 1);
  }
  return { plans: index.files.map((file) => plans.get(file)!), bytesRead, pool };
}

interface Job {
  readonly file: IndexedFile;
  readonly task: SearchTask;
  /** Of its rows, in order. */
  results: readonly SearchHits[];
}

/** Workers take jobs from the front while this thread takes them from the back: it would wait for workers to start. */
async function runAll(index: SearchIndex, jobs: readonly Job[], pool: Pool | null): Promise<void> {
  const left = [...jobs];
  const workers = pool === null ? 0 : index.jobs - 1;
  const inWorker = async (): Promise<void> => {
    for (let job = left.shift(); job !== undefined; job = left.shift())
      job.results = [await pool!.run<SearchHits>('search', job.task)];
  };
  const here = async (): Promise<void> => {
    for (let job = left.pop(); job !== undefined; job = left.pop()) job.results = await runHere(index, job);
  };
  await Promise.all([here(), ...Array.from({ length: workers }, inWorker)]);
  const damaged = jobs.flatMap(({ results }) => results).find((result) => result.damaged !== undefined);
  if (damaged !== undefined) throw new DamagedIndex(damaged.damaged!);
}

/** Text after which this thread looks whether workers wait for it. */
const PIECE = 1024 * 1024;

async function runHere(index: SearchIndex, { file, task }: Job): Promise<SearchHits[]> {
  const results: SearchHits[] = [];
  for (let from = 0; from < task.rows.length;) {
    let to = from;
    for (let bytes = 0; to < task.rows.length && bytes < PIECE; to++)
      bytes += task.blocks.size[task.rows[to]!]!;
    const piece = { ...task, rows: task.rows.slice(from, to), wanted: task.wanted.slice(from, to) };
    results.push(await scanRows(piece, (row) => index.readOnce(file, row)));
    from = to;
    if (from < task.rows.length) await new Promise(setImmediate);
  }
  return results;
}
