import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SearchIndex } from '../../src/index-store/search-index.js';
import indexFiles from '../../src/index-store/task.js';
import { partName } from '../../src/index-store/text-part.js';
import { DEFAULT_LIMITS } from '../../src/limits.js';
import type { LogSource } from '../../src/model/logs.js';

export interface LogText {
  readonly name: string;
  /** Null for a file that is no log. */
  readonly source: LogSource | null;
  readonly text: string;
}

/** An index of logs of one node that was collected at 10:00 on 17 May 2024. */
export async function indexLogs(logs: readonly LogText[]): Promise<SearchIndex> {
  const folder = mkdtempSync(join(tmpdir(), 'timeline-test-'));
  const collectedAt = Date.UTC(2024, 4, 17, 10);
  const files = logs.map(({ name, source, text }, i) => {
    const spool = join(folder, `in-${i}`);
    writeFileSync(spool, text);
    const file = { path: name, name, spool, size: Buffer.byteLength(text), mtime: null, truncated: false };
    return {
      node: 'node-a',
      file,
      source,
      pod: null,
      collectedAt,
      clock: { bootTime: null, zoneOffset: null },
    };
  });
  const { files: built, skipped } = await indexFiles({
    files,
    part: 0,
    textPath: join(folder, partName(0)),
    limits: DEFAULT_LIMITS,
  });
  const index = {
    bundles: [{ id: 'node-a', collectedAt, files: files.length }],
    files: built.map(({ file }) => file),
    skipped,
    problems: [],
  };
  const words = (): never => {
    throw new Error('a timeline asks for no words');
  };
  return new SearchIndex(
    [{ index, folder, words }],
    { problems: [], fromCache: false },
    () => Promise.resolve(rmSync(folder, { recursive: true })),
    1,
  );
}
