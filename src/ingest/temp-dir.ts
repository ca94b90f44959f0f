import * as fs from 'node:fs';
import { mkdtempSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { constants, tmpdir } from 'node:os';
import * as path from 'node:path';
import { NetcheckError } from '../errors.js';

type Signal = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

/** Folders that exist now: one set of process listeners serves them all and goes when the last one goes. */
const live = new Set<TempDir>();

function removeAll(): void {
  for (const dir of [...live]) dir.removeSync();
}

function onInterrupt(): void {
  removeAll();
  process.exit(128 + constants.signals.SIGINT);
}

/** Clean up, then die of the same signal, so that the parent sees the true cause. Our listener is gone by then. */
function onSignal(signal: NodeJS.Signals): void {
  removeAll();
  process.kill(process.pid, signal);
}

const LISTENERS: readonly (readonly [Signal, (signal: NodeJS.Signals) => void])[] = [
  ['SIGINT', onInterrupt],
  ['SIGTERM', onSignal],
  ['SIGHUP', onSignal],
];

function register(dir: TempDir): void {
  if (live.size === 0) {
    process.on('exit', removeAll);
    for (const [signal, listener] of LISTENERS) process.on(signal, listener);
  }
  live.add(dir);
}

function unregister(dir: TempDir): void {
  if (!live.delete(dir) || live.size > 0) return;
  process.off('exit', removeAll);
  for (const [signal, listener] of LISTENERS) process.off(signal, listener);
}

/**
 * The private folder of one run, mode 0700, below `os.tmpdir()`; made when first needed. It is removed when the
 * process ends in any way that lets it run code: return, exception, exit, SIGINT (exit code 130), SIGTERM, SIGHUP.
 */
export class TempDir {
  #folder: string | null = null;
  #counter = 0;

  /** Absolute path for `name` in the folder. `name` is chosen by this program, never taken from an input. */
  path(name: string): string {
    this.#folder ??= this.#create();
    return path.join(this.#folder, name);
  }

  /** Path for one more file, under a counter. */
  nextPath(): string {
    this.#counter += 1;
    return this.path(`f${String(this.#counter).padStart(6, '0')}`);
  }

  /** True when `file` lies in this folder, so that it is ours to delete. */
  owns(file: string): boolean {
    return this.#folder !== null && file.startsWith(this.#folder + path.sep);
  }

  /** Until it is gone, whatever ends the process removes the rest of it. */
  async remove(): Promise<void> {
    const folder = this.#folder;
    if (folder !== null) await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    this.#release();
  }

  removeSync(): void {
    const folder = this.#release();
    if (folder !== null) rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }

  #create(): string {
    const base = tmpdir();
    try {
      const folder = mkdtempSync(path.join(base, 'eks-netcheck-'));
      fs.chmodSync(folder, 0o700);
      register(this);
      return folder;
    } catch (error) {
      const full = diskError(error);
      if (full !== null) throw full;
      throw new NetcheckError('E_DISK_FULL', 'The temporary folder cannot be written.', { cause: error });
    }
  }

  #release(): string | null {
    const folder = this.#folder;
    this.#folder = null;
    unregister(this);
    return folder;
  }
}

/** The friendly form of 'no space left', or null when `error` is something else. */
export function diskError(error: unknown): NetcheckError | null {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return null;
  return new NetcheckError('E_DISK_FULL', 'The temporary folder is full.', { cause: error });
}
