/** The indexes of all inputs as one, with the text behind them. */
import { numbered } from '../ingest/capture-labels.js';
import type { Ingested, Problem } from '../model/source.js';
import type { Pool } from '../pool/pool.js';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { StoredIndex } from './codec.js';
import { DamagedIndex, partName, TextPartReader } from './text-part.js';
import type { FileIndex, SkippedFile } from './types.js';
import type { StoredWords } from './words-index.js';

/** A file of the index, and where its text lies. */
export interface IndexedFile {
  /** With the bundle id it has among all inputs. */
  readonly index: FileIndex;
  /** The text part on disk. */
  readonly textPath: string;
}

/** The index of one input. */
export interface Opened {
  readonly index: StoredIndex;
  readonly folder: string;
  readonly words: () => StoredWords;
  /** What was read to build it, where it was built in this run: there until the index is closed. */
  readonly ingested?: Ingested;
}

export class SearchIndex {
  readonly files: readonly IndexedFile[];
  readonly skipped: readonly SkippedFile[];
  readonly problems: readonly Problem[];
  /** Bundle ids. */
  readonly nodes: readonly string[];
  /** When a bundle was collected, by its id. */
  readonly collectedAt: (node: string) => number | null;
  /** True when nothing was read but the index. */
  readonly fromCache: boolean;
  /** Those with something that no other has. */
  private readonly used: readonly Opened[];
  private readonly readers = new Map<string, TextPartReader>();
  private poolOfRun: Pool | null = null;

  constructor(
    private readonly opened: readonly Opened[],
    extra: { readonly problems: readonly Problem[]; readonly fromCache: boolean },
    private readonly onClose: () => Promise<void>,
    /** Threads that may work at a time. */
    readonly jobs: number = availableParallelism(),
  ) {
    const { files, nodes, skipped, collected, used } = merged(opened);
    this.used = used;
    this.collectedAt = (node) => collected.get(node) ?? null;
    this.files = files;
    this.nodes = nodes;
    this.skipped = skipped;
    this.problems = [...opened.flatMap(({ index }) => index.problems), ...extra.problems];
    this.fromCache = extra.fromCache;
  }

  /** The text of a block. Throws DamagedIndex. */
  read(file: IndexedFile, block: number): Buffer {
    return this.reader(file).read(file.index.columns.blocks, block);
  }

  /** The same, to be used before the next block of the part is read. */
  readOnce(file: IndexedFile, block: number): Buffer {
    return this.reader(file).readOnce(file.index.columns.blocks, block);
  }

  private reader({ textPath }: IndexedFile): TextPartReader {
    let reader = this.readers.get(textPath);
    if (reader === undefined) this.readers.set(textPath, (reader = openPart(textPath)));
    return reader;
  }

  /** The input as it was read, when there is one and its index was built in this run; it need not be read again. */
  get ingested(): Ingested | null {
    return this.opened.length === 1 ? (this.opened[0]!.ingested ?? null) : null;
  }

  /** The index of each input. */
  get stored(): StoredIndex[] {
    return this.opened.map(({ index }) => index);
  }

  /** Words of the index of each input that does not only say what another says. Throws DamagedIndex. */
  words(): StoredWords[] {
    return this.used.map(({ words }) => words());
  }

  /** A pool of so many workers; there is one in a run. */
  async pool(workers: number): Promise<Pool> {
    const { createPool } = await import('../pool/pool.js');
    return (this.poolOfRun ??= createPool(workers));
  }

  async close(): Promise<void> {
    for (const reader of this.readers.values()) reader.close();
    this.readers.clear();
    await this.poolOfRun?.close();
    await this.onClose();
  }
}

export function openPart(path: string): TextPartReader {
  try {
    return new TextPartReader(path);
  } catch (cause) {
    throw new DamagedIndex('the stored text is missing', { cause });
  }
}

/** Joins what was opened: the same bundle given twice counts once, and several collections of a node get numbers. */
function merged(opened: readonly Opened[]): {
  files: IndexedFile[];
  nodes: string[];
  skipped: SkippedFile[];
  collected: ReadonlyMap<string, number | null>;
  used: Opened[];
} {
  const bundles = opened.flatMap((of) => {
    const { index, folder } = of;
    return index.bundles.map(({ id, collectedAt }) => ({
      of,
      collectedAt,
      base: id.replace(/#\d+$/, ''),
      files: index.files.filter(({ node }) => node === id),
      skipped: index.skipped.filter(({ node }) => node === id),
      folder,
    }));
  });
  const seen = new Set<string>();
  const kept = bundles.filter(({ base, files }) => {
    const content = JSON.stringify([base, files.map(({ name, bytes, crc }) => [name, bytes, crc])]);
    return !seen.has(content) && seen.add(content);
  });
  const byTime = [...kept].sort((a, b) => (a.collectedAt ?? Infinity) - (b.collectedAt ?? Infinity) || 0);
  const ids = numbered(byTime.map(({ base }) => base));
  const idOf = new Map(byTime.map((bundle, i) => [bundle, ids[i]!]));
  const files: IndexedFile[] = [];
  const skipped: SkippedFile[] = [];
  for (const bundle of kept) {
    const node = idOf.get(bundle)!;
    for (const index of bundle.files)
      files.push({ index: { ...index, node }, textPath: join(bundle.folder, partName(index.part)) });
    skipped.push(...bundle.skipped.map((file) => ({ ...file, node })));
  }
  const collected = new Map(kept.map((bundle) => [idOf.get(bundle)!, bundle.collectedAt]));
  const used = [...new Set(kept.map(({ of }) => of))];
  return { files, skipped, collected, nodes: kept.map((bundle) => idOf.get(bundle)!), used };
}
