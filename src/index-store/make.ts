/** Builds the index of an input where none is kept, and keeps it where that can be done. */
import { mkdirSync, rmSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { NetcheckError } from '../errors.js';
import { diskError, TempDir } from '../ingest/temp-dir.js';
import { createPool, type Pool } from '../pool/pool.js';
import { buildIndex } from './build.js';
import type { IndexCache } from './cache.js';
import { encodeIndex } from './codec.js';
import { isUnchanged, type InputDigest } from './digest.js';
import { codeOf, type OpenOptions } from './open.js';
import type { Opened } from './search-index.js';
import { TextNotWritten } from './text-part.js';
import { buildWords, type StoredWords } from './words-index.js';

/** Where an index is to be kept. */
export interface Place {
  readonly cache: IndexCache;
  readonly key: string;
  readonly known: InputDigest;
}

export class Maker {
  private made = 0;
  private readonly tempDir = new TempDir();
  private pool: Pool | null = null;
  /** Folders of this run in the cache that another run's index made needless. */
  private readonly own: string[] = [];

  /** `say`: called with what the user should know of the cache. */
  constructor(
    private readonly options: OpenOptions,
    private readonly say: (message: string) => void,
  ) {}

  async make(input: string, place: Place | null): Promise<Opened> {
    this.made++;
    if (place !== null) {
      try {
        return await this.buildIn(place.cache.begin(), input, place);
      } catch (error) {
        if (!isCacheTrouble(error)) throw error;
        this.say(`The index cannot be kept in the cache (${codeOf(error)}); it is used for this run only.`);
      }
    }
    const folder = this.tempDir.path(`index-${this.made}`);
    mkdirSync(folder, { mode: 0o700 });
    try {
      return await this.buildIn(folder, input, null);
    } catch (error) {
      throw (error instanceof TextNotWritten && diskError(error)) || error;
    }
  }

  /** Builds in `folder`, and puts it into the cache when it has a key. */
  private async buildIn(folder: string, input: string, place: Place | null): Promise<Opened> {
    const { limits, onProgress, ruleTitles, jobs } = this.options;
    try {
      this.pool ??= createPool(jobs);
      const options = {
        limits,
        tempDir: this.tempDir,
        folder,
        pool: this.pool,
        ...(onProgress ? { onProgress } : {}),
      };
      // This thread has time to read the rules while others inflate and index.
      const [{ index, ingested }, titles] = await Promise.all([
        buildIndex(input, options),
        ruleTitles?.() ?? [],
      ]);
      const words = buildWords(index.files, titles);
      const own: Opened = { index, folder, words: () => words, ingested };
      if (place === null) return own;
      // Without a bundle nothing is worth keeping; and what was read must be what the digest was made of.
      if (index.bundles.length === 0 || !(await isUnchanged(input, place.known))) {
        this.own.push(folder);
        return own;
      }
      const kept = place.cache.commit(folder, place.key, encodeIndex(index), encodeWords(words));
      if (kept === folder) this.own.push(folder);
      return { ...own, folder: kept };
    } catch (error) {
      rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.pool?.close();
    for (const folder of this.own) rmSync(folder, { recursive: true, force: true });
    await this.tempDir.remove();
  }
}

/** The words file: the CRC-32 of the rest, a line end, JSON. */
function encodeWords(words: StoredWords): string {
  const json = JSON.stringify(words);
  return `${crc32(json)}\n${json}`;
}

/** Whether an error says that the folder of the cache cannot be used: a refusal of the file system. */
function isCacheTrouble(error: unknown): boolean {
  if (error instanceof TextNotWritten) return true;
  return !(error instanceof NetcheckError) && error instanceof Error && 'syscall' in error;
}
