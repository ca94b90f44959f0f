/** The indexes of all inputs of a run as one: from the cache where they are kept, else built. */
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { crc32 } from 'node:zlib';
import { NetcheckError, problem } from '../errors.js';
import { printable } from '../ingest/printable.js';
import { diskError, TempDir } from '../ingest/temp-dir.js';
import type { Limits } from '../limits.js';
import type { Problem } from '../model/source.js';
import type { Pool } from '../pool/pool.js';
import type { BuildOptions } from './build.js';
import { defaultCacheFolder, IndexCache } from './cache.js';
import { encodeIndex, OtherFormat } from './codec.js';
import { checksum, inputDigest, isUnchanged, type InputDigest } from './digest.js';
import { SearchIndex, type Opened } from './search-index.js';
import { DamagedIndex, TextNotWritten } from './text-part.js';
import type { RuleTitle, StoredWords } from './words-index.js';

export interface OpenOptions {
  readonly limits: Limits;
  /** Folder to keep indexes in; the default one when undefined, none when null. */
  readonly cacheFolder?: string | null;
  readonly jobs?: number;
  /** Do not use what the cache holds: it was found damaged. */
  readonly rebuild?: boolean;
  /** Called with what the user should know of the cache, each thing once. */
  readonly say?: (message: string) => void;
  readonly onProgress?: BuildOptions['onProgress'];
  /** Titles that word searches are to find too; asked for only when an index is built. */
  readonly ruleTitles?: () => Promise<readonly RuleTitle[]>;
}

/**
 * Opens the index of the inputs. What is wrong with the cache is said, and costs time only: the index is built again,
 * or used without being kept. Throws NetcheckError E_NO_INPUT when there is no bundle in any input, and what ingest throws.
 */
export async function openIndex(inputs: readonly string[], options: OpenOptions): Promise<SearchIndex> {
  if (inputs.length === 0) throw new NetcheckError('E_NO_INPUT', 'No input was given.');
  const run = new Opening(options);
  try {
    const opened: Opened[] = [];
    const problems: Problem[] = [];
    for (const input of inputs) {
      try {
        opened.push(await run.open(input));
      } catch (error) {
        if (!(error instanceof NetcheckError) || error.code !== 'E_NOT_FOUND' || inputs.length === 1)
          throw error;
        problems.push(
          problem('E_NOT_FOUND', printable(basename(resolve(input))), 'There is no such file or folder.'),
        );
      }
    }
    if (opened.every(({ index }) => index.bundles.length === 0)) throw nothingUsable(opened);
    return new SearchIndex(opened, { problems, fromCache: run.built === 0 }, () => run.close(), options.jobs);
  } catch (error) {
    await run.close();
    throw error;
  }
}

/** Where an index is to be kept. */
interface Place {
  readonly key: string;
  readonly known: InputDigest;
}

class Opening {
  built = 0;
  private readonly tempDir = new TempDir();
  private readonly cache: IndexCache | null;
  private poolOfRun: Pool | null = null;
  /** Folders of this run in the cache that another run's index made needless. */
  private readonly own: string[] = [];
  private readonly said = new Set<string>();

  constructor(private readonly options: OpenOptions) {
    const { cacheFolder } = options;
    this.cache =
      cacheFolder === null
        ? null
        : cacheFolder === undefined
          ? new IndexCache(defaultCacheFolder(), true)
          : new IndexCache(cacheFolder, false);
  }

  async open(input: string): Promise<Opened> {
    const { cache } = this;
    const known = cache === null ? null : await inputDigest(input, cache.memory);
    if (cache === null || known === null) return this.build(input, null);
    const key = `${known.digest}-${checksum(JSON.stringify(this.options.limits))}`;
    const kept = this.options.rebuild === true ? null : this.load(cache, key);
    return kept ?? this.build(input, { key, known });
  }

  private load(cache: IndexCache, key: string): Opened | null {
    try {
      const index = cache.load(key);
      return index === null
        ? null
        : { index, folder: cache.entry(key), words: () => loadWords(cache.entry(key)) };
    } catch (error) {
      this.say(
        error instanceof OtherFormat
          ? 'The index was made by another version; it is built again.'
          : error instanceof DamagedIndex
            ? `The index is damaged (${error.message}); it is built again.`
            : `The index cannot be read (${codeOf(error)}); it is built again.`,
      );
      return null;
    }
  }

  private async build(input: string, place: Place | null): Promise<Opened> {
    this.built++;
    if (place !== null && this.cache !== null) {
      try {
        return await this.buildIn(this.cache.begin(), input, place);
      } catch (error) {
        if (!isCacheTrouble(error)) throw error;
        this.say(`The index cannot be kept in the cache (${codeOf(error)}); it is used for this run only.`);
      }
    }
    const folder = this.tempDir.path(`index-${this.built}`);
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
      // Loaded here, since a search in a kept index needs none of it.
      const [{ buildIndex }, { createPool }, { buildWords }] = await Promise.all([
        import('./build.js'),
        import('../pool/pool.js'),
        import('./words-index.js'),
      ]);
      this.poolOfRun ??= createPool(jobs);
      const options = {
        limits,
        tempDir: this.tempDir,
        folder,
        pool: this.poolOfRun,
        ...(onProgress ? { onProgress } : {}),
      };
      const { index, entities } = await buildIndex(input, options);
      const words = buildWords(index.files, entities, (await ruleTitles?.()) ?? []);
      const own: Opened = { index, folder, words: () => words };
      if (place === null || this.cache === null) return own;
      // Without a bundle nothing is worth keeping; and what was read must be what the digest was made of.
      if (index.bundles.length === 0 || !(await isUnchanged(input, place.known))) {
        this.own.push(folder);
        return own;
      }
      const kept = this.cache.commit(folder, place.key, encodeIndex(index), encodeWords(words));
      if (kept === folder) this.own.push(folder);
      return { ...own, folder: kept };
    } catch (error) {
      rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
      throw error;
    }
  }

  private say(message: string): void {
    if (this.said.has(message)) return;
    this.said.add(message);
    this.options.say?.(message);
  }

  async close(): Promise<void> {
    await this.poolOfRun?.close();
    for (const folder of this.own) rmSync(folder, { recursive: true, force: true });
    await this.tempDir.remove();
  }
}

/** The words file: the CRC-32 of the rest, a line end, JSON. */
function encodeWords(words: StoredWords): string {
  const json = JSON.stringify(words);
  return `${crc32(json)}\n${json}`;
}

function loadWords(folder: string): StoredWords {
  try {
    const text = readFileSync(join(folder, 'words'), 'utf8');
    const at = text.indexOf('\n') + 1;
    if (Number(text.slice(0, at - 1)) === crc32(text.slice(at)))
      return JSON.parse(text.slice(at)) as StoredWords;
  } catch (cause) {
    throw new DamagedIndex('its words cannot be read', { cause });
  }
  throw new DamagedIndex('its words are damaged');
}

function codeOf(error: unknown): string {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? code : 'error';
}

/** Whether an error says that the folder of the cache cannot be used: a refusal of the file system. */
function isCacheTrouble(error: unknown): boolean {
  if (error instanceof TextNotWritten) return true;
  return !(error instanceof NetcheckError) && error instanceof Error && 'syscall' in error;
}

function nothingUsable(opened: readonly Opened[]): NetcheckError {
  const reasons = opened.flatMap(({ index }) => index.problems).map((p) => `\n  ${p.subject}: ${p.message}`);
  return new NetcheckError('E_NO_INPUT', `No bundle was found.${reasons.slice(0, 10).join('')}`, {
    hint: 'Give a bundle (.tar.gz, .tgz, .tar, .zip, or a folder); captures alone have no text to search.',
  });
}
