/** The indexes of all inputs of a run as one: from the cache where they are kept, else built. */
import { readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { crc32 } from 'node:zlib';
import { NetcheckError, problem } from '../errors.js';
import { printable } from '../ingest/printable.js';
import type { Limits } from '../limits.js';
import type { Problem } from '../model/source.js';
import type { BuildOptions } from './build.js';
import { defaultCacheFolder, IndexCache } from './cache.js';
import { OtherFormat } from './codec.js';
import { checksum, inputDigest } from './digest.js';
import type { Maker, Place } from './make.js';
import { SearchIndex, type Opened } from './search-index.js';
import { DamagedIndex } from './text-part.js';
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
    const fromCache = run.maker === null;
    return new SearchIndex(opened, { problems, fromCache }, () => run.close(), options.jobs);
  } catch (error) {
    await run.close();
    throw error;
  }
}

/** Name of an index in the cache: of an input, read within limits. */
export function indexKey(digest: string, limits: Limits): string {
  return `${digest}-${checksum(JSON.stringify(limits))}`;
}

class Opening {
  /** Null while nothing had to be built. */
  maker: Maker | null = null;
  private readonly cache: IndexCache | null;
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
    const key = indexKey(known.digest, this.options.limits);
    const kept = this.options.rebuild === true ? null : this.load(cache, key);
    return kept ?? this.build(input, { cache, key, known });
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
    // Loaded here, since a search in a kept index needs none of it.
    const { Maker } = await import('./make.js');
    this.maker ??= new Maker(this.options, (message) => this.say(message));
    return this.maker.make(input, place);
  }

  private say(message: string): void {
    if (this.said.has(message)) return;
    this.said.add(message);
    this.options.say?.(message);
  }

  async close(): Promise<void> {
    await this.maker?.close();
  }
}

function loadWords(folder: string): StoredWords {
  try {
    const bytes = readFileSync(join(folder, 'words'));
    const at = bytes.indexOf('\n') + 1;
    const json = bytes.subarray(at);
    if (Number(bytes.toString('latin1', 0, at - 1)) === crc32(json))
      return JSON.parse(json.toString()) as StoredWords;
  } catch (cause) {
    throw new DamagedIndex('its words cannot be read', { cause });
  }
  throw new DamagedIndex('its words are damaged');
}

/** The code of an error of the file system. */
export function codeOf(error: unknown): string {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? code : 'error';
}

function nothingUsable(opened: readonly Opened[]): NetcheckError {
  const reasons = opened.flatMap(({ index }) => index.problems).map((p) => `\n  ${p.subject}: ${p.message}`);
  return new NetcheckError('E_NO_INPUT', `No bundle was found.${reasons.slice(0, 10).join('')}`, {
    hint: 'Give a bundle (.tar.gz, .tgz, .tar, .zip, or a folder); captures alone have no text to search.',
  });
}
