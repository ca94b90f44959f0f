/** Indexes that are kept of some inputs, for those who do without where there is none. */
import type { Limits } from '../limits.js';
import type { KnownBlocks } from '../logs/known-scan.js';
import type { LogFileTask } from '../logs/types.js';
import { existsSync } from 'node:fs';
import { defaultCacheFolder, IndexCache } from './cache.js';
import type { StoredIndex } from './codec.js';
import { rememberedDigest } from './digest.js';
import { knownBlocks } from './known-blocks.js';
import { indexKey } from './open.js';
import { DamagedIndex } from './text-part.js';
import type { FileIndex } from './types.js';

/**
 * The indexes of those inputs that were indexed before and have not changed since. Reads no input; what is damaged or
 * of another version counts as not there, and is told and mended where it is needed.
 */
export async function keptIndexes(
  inputs: readonly string[],
  limits: Limits,
  cacheFolder: string | undefined,
): Promise<StoredIndex[]> {
  const cache = new IndexCache(cacheFolder ?? defaultCacheFolder(), false);
  if (!existsSync(cache.memory)) return [];
  const kept: StoredIndex[] = [];
  for (const input of inputs) {
    const digest = await rememberedDigest(input, cache.memory);
    if (digest === null) continue;
    try {
      const index = cache.load(indexKey(digest, limits));
      if (index !== null) kept.push(index);
    } catch {
      continue;
    }
  }
  return kept;
}

/** What indexes know of the log that a task reads: see `ScanOptions.knownBlocks`. */
export function knownBy(
  indexes: readonly StoredIndex[],
): (task: LogFileTask, needles: readonly string[]) => KnownBlocks | null {
  const files = new Map<string, FileIndex | null>();
  for (const { bundles, files: all } of indexes) {
    const collected = new Map(bundles.map(({ id, collectedAt }) => [id, collectedAt]));
    for (const file of all) {
      const key = keyOf(file.node, collected.get(file.node) ?? null, file.path);
      // Of two files that cannot be told apart, nothing is known.
      files.set(key, files.has(key) ? null : file);
    }
  }
  return ({ node, collectedAt, file, limits }, needles) => {
    const index = files.get(keyOf(node, collectedAt, file.path)) ?? null;
    try {
      return index === null ? null : knownBlocks(index, needles, limits.maxLineLength);
    } catch (error) {
      if (error instanceof DamagedIndex || (error as NodeJS.ErrnoException).code !== undefined) return null;
      throw error;
    }
  };
}

/** Bundles of one node are numbered anew among other inputs. */
function keyOf(node: string, collectedAt: number | null, path: string): string {
  return JSON.stringify([node.replace(/#\d+$/, ''), collectedAt, path]);
}
