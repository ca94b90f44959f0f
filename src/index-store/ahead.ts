/**
 * Indexes files of an archive while the rest of it still streams in. How the times of a file are to be read may hang
 * on files that come later: each is read by what is known so far, and counts only if all of it turns out to be so.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Unpacked } from '../ingest/index.js';
import { nodeClock } from '../logs/node-clock.js';
import { TextFile } from '../logs/text-file.js';
import type { BuildOptions } from './build.js';
import { look } from './look.js';
import { partName } from './text-part.js';
import type { BuiltFile, FileIndex, IndexFile, IndexResult } from './types.js';

/** Files of one task, by their spool files. */
export interface EarlyGroup {
  readonly spools: readonly string[];
  /** The result for these files as they are known in the end; null when they have to be indexed again. */
  readonly resultFor: (files: ReadonlyMap<string, IndexFile>) => Promise<IndexResult | null>;
}

export class IndexAhead {
  /** Parts begun so far. */
  parts = 0;
  readonly groups: EarlyGroup[] = [];
  private waiting: Unpacked[] = [];
  private size = 0;

  /** `groupSize`: bytes that make a task. */
  constructor(
    private readonly options: BuildOptions,
    private readonly groupSize: number,
  ) {}

  take(unpacked: Unpacked): void {
    const { size } = unpacked.file;
    if (size === 0) return;
    this.waiting.push(unpacked);
    this.size += size;
    if (this.size < this.groupSize) return;
    const part = this.parts++;
    const group = this.waiting;
    const running = this.run(group, part);
    // Its failure is met again where the files are indexed for good.
    running.catch(() => undefined);
    this.groups.push({
      spools: group.map(({ file }) => file.spool),
      resultFor: async (files) => {
        const early = await running.catch(() => null);
        const result = early === null ? null : await confirmed(early, files);
        if (result === null) rmSync(join(this.options.folder, partName(part)), { force: true });
        return result;
      },
    });
    this.waiting = [];
    this.size = 0;
  }

  private async run(group: readonly Unpacked[], part: number): Promise<Early | null> {
    const bundle = await group.at(-1)!.sketch();
    if (bundle === null) return null;
    const { id: node, collectedAt } = bundle;
    const clock = await nodeClock(bundle);
    const files = group.map(({ file }): IndexFile => ({
      node,
      file,
      source: null,
      pod: null,
      collectedAt,
      clock,
    }));
    const { folder, limits, pool } = this.options;
    const textPath = join(folder, partName(part));
    return { files, result: await pool.run<IndexResult>('index', { files, part, textPath, limits }) };
  }
}

interface Early {
  /** As they were thought to be. */
  readonly files: readonly IndexFile[];
  readonly result: IndexResult;
}

/** The result under the right names; null when a file is no part of a bundle, or its times were read wrongly. */
async function confirmed(
  { files, result }: Early,
  actual: ReadonlyMap<string, IndexFile>,
): Promise<IndexResult | null> {
  if (result.notWritten !== undefined) return null;
  const built: BuiltFile[] = [];
  const skipped = [];
  for (const guess of files) {
    const file = actual.get(guess.file.spool);
    if (file === undefined) return null;
    const { path } = guess.file;
    const reason = result.skipped.find((one) => one.path === path)?.reason;
    if (reason !== undefined) {
      skipped.push({ node: file.node, path: file.file.path, reason });
      continue;
    }
    const index = await renamed(
      result.files.find((one) => one.file.path === path)!,
      guess,
      file,
    );
    if (index === null) return null;
    built.push(index);
  }
  return { files: built, skipped };
}

async function renamed(built: BuiltFile, guess: IndexFile, actual: IndexFile): Promise<BuiltFile | null> {
  const { node, source, pod, file } = actual;
  const named = { ...built.file, node, source, pod, path: file.path, name: file.name };
  const profile = await profileFor(built, guess, actual);
  return profile === null
    ? null
    : { ...built, file: { ...named, truncated: file.truncated, profile } satisfies FileIndex };
}

/** How the times are read in truth; null when that is another way than they were, and it matters to this file. */
async function profileFor(
  { file, basis }: BuiltFile,
  guess: IndexFile,
  actual: IndexFile,
): Promise<FileIndex['profile'] | null> {
  const told = ({ collectedAt, clock }: IndexFile): unknown => [collectedAt, clock];
  if (isDeepStrictEqual(told(guess), told(actual))) return file.profile;
  const text = await TextFile.open(actual.file.spool);
  try {
    const { profile } = await look(text, actual);
    const { bootTime } = profile;
    if (basis.askedBoot && bootTime !== basis.sniffed.bootTime) return null;
    if (!basis.askedLocal) return profile;
    return isDeepStrictEqual({ ...profile, bootTime: null }, { ...basis.sniffed, bootTime: null })
      ? { ...file.profile, bootTime }
      : null;
  } finally {
    await text.close();
  }
}
