/** The folder in which indexes are kept, one sub-folder per input. Everything here may fail: then there is no cache. */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { OtherFormat, readIndex, type StoredIndex } from './codec.js';
import { DamagedIndex } from './text-part.js';

/** Bytes that the default folder may hold before the indexes used longest ago go. */
const MAX_CACHE = 4 * 1024 ** 3;
/** A folder of an unfinished run this old is abandoned. */
const ABANDONED_MS = 24 * 3_600_000;

/** `$XDG_CACHE_HOME/eks-netcheck/index`, else below `~/.cache`. */
export function defaultCacheFolder(): string {
  const base = process.env['XDG_CACHE_HOME'];
  return join(
    base !== undefined && isAbsolute(base) ? base : join(homedir(), '.cache'),
    'eks-netcheck',
    'index',
  );
}

export class IndexCache {
  /** `bounded`: old indexes may be removed to make room. */
  constructor(
    readonly folder: string,
    private readonly bounded: boolean,
  ) {}

  /** Where digests of inputs are remembered. */
  get memory(): string {
    return join(this.folder, 'inputs');
  }

  entry(key: string): string {
    return join(this.folder, key);
  }

  /** The index under `key`; null when there is none. Throws DamagedIndex, OtherFormat, or what reading throws. */
  load(key: string): StoredIndex | null {
    const entry = this.entry(key);
    if (!existsSync(entry)) return null;
    let index: StoredIndex;
    try {
      index = readIndex(join(entry, 'index'));
    } catch (cause) {
      if (cause instanceof DamagedIndex || cause instanceof OtherFormat) throw cause;
      const { code } = cause as NodeJS.ErrnoException;
      if (code === 'ENOENT') throw new DamagedIndex('it is incomplete', { cause });
      if (cause instanceof Error && 'syscall' in cause) throw cause;
      throw new DamagedIndex('it cannot be read', { cause });
    }
    try {
      const now = new Date();
      utimesSync(entry, now, now);
    } catch {
      // Read-only: nothing is ever removed from it either.
    }
    return index;
  }

  /** A new folder beside the entries, to write one in. Throws when the cache cannot be written. */
  begin(): string {
    const { folder } = this;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.removeAbandoned();
    const temporary = join(folder, `.new-${unique()}`);
    mkdirSync(temporary, { mode: 0o700 });
    return temporary;
  }

  /** Writes the rest of an entry and puts it in its place. Answers where it lies now. */
  commit(temporary: string, key: string, index: readonly Buffer[], words: string): string {
    writeFileSync(join(temporary, 'words'), words, { mode: 0o600 });
    writeFileSync(join(temporary, 'index'), Buffer.concat(index), { mode: 0o600, flush: true });
    const entry = this.entry(key);
    this.discard(entry);
    try {
      renameSync(temporary, entry);
    } catch (error) {
      // Another run put the same index there in the meantime: this run goes on with its own.
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOTEMPTY' || code === 'EEXIST' || code === 'EPERM') return temporary;
      throw error;
    }
    if (this.bounded) this.makeRoom(key);
    return entry;
  }

  /** Removes an entry in one step, so that no other run finds half of it. */
  private discard(entry: string): void {
    if (!existsSync(entry)) return;
    const gone = join(this.folder, `.old-${unique()}`);
    try {
      renameSync(entry, gone);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
      throw error;
    }
    rmSync(gone, { recursive: true, force: true });
  }

  private removeAbandoned(): void {
    for (const name of readdirSync(this.folder)) {
      if (!/^\.(?:new|old)-\d+-\d+$/.test(name)) continue;
      const path = join(this.folder, name);
      const age = Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
      if (age > ABANDONED_MS) rmSync(path, { recursive: true, force: true });
    }
  }

  private makeRoom(kept: string): void {
    const entries = readdirSync(this.folder)
      .filter((name) => /^[0-9a-f]{64}-[0-9a-f]{8}$/.test(name))
      .map((name) => ({ name, used: usedAt(this.entry(name)), bytes: sizeOf(this.entry(name)) }))
      .sort((a, b) => b.used - a.used);
    let total = 0;
    for (const { name, bytes } of entries) {
      total += bytes;
      if (total > MAX_CACHE && name !== kept) this.discard(this.entry(name));
    }
  }
}

/** A name that no other run has at this time. */
const unique = (): string => `${process.pid}-${process.hrtime.bigint()}`;

const usedAt = (path: string): number => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;

function sizeOf(folder: string): number {
  try {
    return readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
  } catch {
    return 0;
  }
}
