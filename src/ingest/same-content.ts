import { open } from 'node:fs/promises';
import type { SourceFile } from '../model/source.js';

const CHUNK = 64 * 1024;

/**
 * True when two bundles hold the same files with the same bytes: an archive beside the folder it was extracted to,
 * or the same archive under two names. Sizes are compared first, so bytes are read of likely twins only.
 */
export async function sameFiles(
  a: ReadonlyMap<string, SourceFile>,
  b: ReadonlyMap<string, SourceFile>,
): Promise<boolean> {
  if (a.size !== b.size) return false;
  for (const [name, file] of a) if (b.get(name)?.size !== file.size) return false;
  for (const [name, file] of a) if (!(await sameBytes(file.spool, b.get(name)!.spool))) return false;
  return true;
}

async function sameBytes(a: string, b: string): Promise<boolean> {
  const left = await open(a, 'r');
  try {
    const right = await open(b, 'r');
    try {
      const one = Buffer.allocUnsafe(CHUNK);
      const two = Buffer.allocUnsafe(CHUNK);
      for (;;) {
        const { bytesRead: n } = await left.read(one, 0, CHUNK, null);
        const { bytesRead: m } = await right.read(two, 0, CHUNK, null);
        if (n !== m || one.compare(two, 0, m, 0, n) !== 0) return false;
        if (n === 0) return true;
      }
    } finally {
      await right.close();
    }
  } finally {
    await left.close();
  }
}
