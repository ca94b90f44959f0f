/** Indexes made of texts in memory, for tests. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SearchIndex } from '../../src/index-store/search-index.js';
import { partName } from '../../src/index-store/text-part.js';
import indexFiles from '../../src/index-store/task.js';
import type { IndexResult } from '../../src/index-store/types.js';
import { buildWords } from '../../src/index-store/words-index.js';
import { DEFAULT_LIMITS } from '../../src/limits.js';

export const COLLECTED = Date.UTC(2024, 4, 17, 9, 31);

export async function indexTexts(texts: Readonly<Record<string, string | Buffer>>): Promise<{
  result: IndexResult;
  index: SearchIndex;
}> {
  const folder = mkdtempSync(join(tmpdir(), 'index-test-'));
  const files = Object.entries(texts).map(([name, text], i) => {
    const spool = join(folder, `in-${i}`);
    writeFileSync(spool, text);
    const size = Buffer.byteLength(text);
    const file = { path: name, name, spool, size, mtime: null, truncated: false };
    return {
      node: 'node-a',
      file,
      source: null,
      pod: null,
      collectedAt: COLLECTED,
      clock: { bootTime: null, zoneOffset: null },
    };
  });
  const result = await indexFiles({
    files,
    part: 0,
    textPath: join(folder, partName(0)),
    limits: DEFAULT_LIMITS,
  });
  const stored = {
    bundles: [{ id: 'node-a', collectedAt: COLLECTED, files: files.length }],
    files: result.files.map(({ file }) => file),
    skipped: result.skipped,
    problems: [],
  };
  const words = buildWords(stored.files, [{ id: 'connection-refused', title: 'Connections are refused' }]);
  const remove = (): Promise<void> => Promise.resolve(rmSync(folder, { recursive: true }));
  const opened = [{ index: stored, folder, words: () => words }];
  return { result, index: new SearchIndex(opened, { problems: [], fromCache: false }, remove, 1) };
}
