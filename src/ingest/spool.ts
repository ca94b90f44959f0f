import { closeSync, openSync, unlinkSync, writeSync } from 'node:fs';
import { LimitHit, type Budget } from './budget.js';
import { diskError, type TempDir } from './temp-dir.js';

export interface Spooled {
  readonly spool: string;
  readonly size: number;
  /** The limit that ended the writing; the caller keeps what is there, then throws it on. */
  readonly hit: LimitHit | null;
}

/**
 * Write a stream to a new file of the temporary folder. Writing is synchronous on purpose: it costs less than the
 * round trip of an asynchronous write, and zlib decompresses the next piece in its own thread meanwhile.
 */
export async function spool(chunks: AsyncIterable<Buffer>, temp: TempDir, budget: Budget): Promise<Spooled> {
  const file = temp.nextPath();
  const fd = openSync(file, 'wx', 0o600);
  let size = 0;
  try {
    for await (const chunk of chunks) {
      writeAll(fd, chunk);
      size += chunk.length;
      budget.written(chunk.length, size);
    }
    return { spool: file, size, hit: null };
  } catch (error) {
    if (error instanceof LimitHit) return { spool: file, size, hit: error };
    throw error;
  } finally {
    closeSync(fd);
  }
}

/** Throws E_DISK_FULL when there is no space left. */
export function writeAll(fd: number, chunk: Buffer): void {
  try {
    for (let at = 0; at < chunk.length;) at += writeSync(fd, chunk, at, chunk.length - at);
  } catch (error) {
    throw diskError(error) ?? error;
  }
}

/** Give back the space of a spool file that is not needed after all. Files of the user are never touched. */
export function discard(temp: TempDir, file: string): void {
  if (temp.owns(file)) unlinkSync(file);
}
