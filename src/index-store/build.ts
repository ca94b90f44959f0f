/** Builds the index of one input: the files of its bundles in the worker pool, while the archive streams in. */
import { join } from 'node:path';
import { ingest, type IngestProgress } from '../ingest/index.js';
import type { TempDir } from '../ingest/temp-dir.js';
import type { Limits } from '../limits.js';
import { nodeClock } from '../logs/node-clock.js';
import { podLog } from '../logs/pod-logs.js';
import { logFiles } from '../logs/sources.js';
import type { Bundle, Ingested, SourceFile } from '../model/source.js';
import type { Pool } from '../pool/pool.js';
import { IndexAhead } from './ahead.js';
import type { StoredIndex } from './codec.js';
import { partName, TextNotWritten } from './text-part.js';
import type { IndexFile, IndexResult, IndexTask } from './types.js';

export interface BuildOptions {
  readonly limits: Limits;
  /** Files of archives are unpacked here. */
  readonly tempDir: TempDir;
  /** The text parts are written here. */
  readonly folder: string;
  readonly pool: Pool;
  /** Bytes of files that are indexed together while the archive streams in. */
  readonly groupSize?: number;
  readonly onProgress?: (event: IngestProgress | { stage: 'index'; done: number; total: number }) => void;
}

/** The index of one input. */
export interface BuiltIndex {
  readonly index: StoredIndex;
  /** What was read for it; its files lie in the temporary folder. */
  readonly ingested: Ingested;
}

/** Small files are indexed together, so that a bundle of hundreds of them is a handful of tasks. */
const GROUP_SIZE = 8 * 1024 * 1024;

export async function buildIndex(input: string, options: BuildOptions): Promise<BuiltIndex> {
  const { limits, tempDir, onProgress } = options;
  const ahead = new IndexAhead(options, options.groupSize ?? GROUP_SIZE);
  const ingested = await ingest([input], {
    limits,
    tempDir,
    onUnpacked: (file) => ahead.take(file),
    ...(onProgress ? { onProgress } : {}),
  });
  const { bundles, problems } = ingested;
  const files = (await Promise.all(bundles.map(filesOf))).flat();
  const results = await indexAll(files, ahead, options);
  const order = new Map(files.map(({ node, file }, i) => [`${node}\n${file.path}`, i]));
  const place = ({ node, path }: { node: string; path: string }): number => order.get(`${node}\n${path}`)!;
  const built = results.flatMap((result) => result.files).sort((a, b) => place(a.file) - place(b.file));
  const index: StoredIndex = {
    bundles: bundles.map(({ id, collectedAt, files: own }) => ({ id, collectedAt, files: own.size })),
    files: built.map(({ file }) => file),
    skipped: results.flatMap((result) => result.skipped).sort((a, b) => place(a) - place(b)),
    problems,
  };
  return { index, ingested };
}

/** Each file once: those that were begun while the archive streamed in, and all others. */
async function indexAll(
  files: readonly IndexFile[],
  ahead: IndexAhead,
  { folder, limits, pool, onProgress }: BuildOptions,
): Promise<IndexResult[]> {
  const total = sizeOf(files);
  let done = 0;
  const finished = (some: readonly IndexFile[]): void => {
    done += sizeOf(some);
    onProgress?.({ stage: 'index', done, total });
  };
  let part = ahead.parts;
  const index = async (some: readonly IndexFile[]): Promise<IndexResult[]> =>
    Promise.all(
      grouped(some).map(async (group) => {
        const textPath = join(folder, partName(part));
        const task: IndexTask = { files: group, part: part++, textPath, limits };
        const result = await pool.run<IndexResult>('index', task);
        if (result.notWritten !== undefined) throw new TextNotWritten(result.notWritten);
        finished(group);
        return result;
      }),
    );
  const bySpool = new Map(files.map((file) => [file.file.spool, file]));
  const begun = new Set(ahead.groups.flatMap(({ spools }) => spools));
  const early = ahead.groups.map(async ({ spools, resultFor }): Promise<IndexResult[]> => {
    const own = spools.flatMap((spool) => bySpool.get(spool) ?? []);
    const result = await resultFor(bySpool);
    if (result === null) return index(own);
    finished(own);
    return [result];
  });
  const rest = files.filter(({ file }) => !begun.has(file.spool));
  return (await Promise.all([index(rest), ...early])).flat();
}

function sizeOf(files: readonly IndexFile[]): number {
  return files.reduce((sum, { file }) => sum + file.size, 0);
}

/** All files of a bundle that have bytes: rotated logs before the current one, then everything else by name. */
async function filesOf(bundle: Bundle): Promise<IndexFile[]> {
  const clock = await nodeClock(bundle);
  const logs = logFiles(bundle);
  const sources = new Map(logs.map(({ file, source }) => [file, source]));
  const rest = [...bundle.files.values()]
    .filter((file) => !sources.has(file))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  return [...logs.map(({ file }) => file), ...rest]
    .filter((file) => file.size > 0)
    .map((file): IndexFile => ({
      node: bundle.id,
      file,
      source: sources.get(file) ?? null,
      pod: podOf(file),
      collectedAt: bundle.collectedAt,
      clock,
    }));
}

function podOf(file: SourceFile): string | null {
  const log = podLog(file);
  return log === null ? null : `${log.namespace}/${log.pod}`;
}

/** The largest first, so that no worker is left with it at the end. */
function grouped(files: readonly IndexFile[]): IndexFile[][] {
  const bySize = [...files].sort((a, b) => b.file.size - a.file.size);
  const groups: IndexFile[][] = [];
  let room = 0;
  for (const file of bySize) {
    if (groups.length === 0 || file.file.size > room) {
      groups.push([]);
      room = GROUP_SIZE;
    }
    groups.at(-1)!.push(file);
    room -= file.file.size;
  }
  return groups;
}
