import { constants } from 'node:fs';
import { crc32 } from 'node:zlib';
import yauzl, { type Entry, type ZipFile } from 'yauzl';
import type { ArchiveEntry } from './archive-entry.js';

/**
 * Read a zip file by its central directory, calling `onEntry` for one entry after the other. Separators `\` (Windows
 * PowerShell 5.1) come as `/`. Returns null, or what is wrong with the archive; entries before that were given.
 * What `onEntry` throws is thrown.
 */
export async function readZip(
  file: string,
  onEntry: (entry: ArchiveEntry) => Promise<void>,
): Promise<string | null> {
  let zip: ZipFile;
  try {
    // Names are decoded here: yauzl would refuse the whole archive for one bad name.
    zip = await yauzl.openPromise(file, { decodeStrings: false, autoClose: false, lazyEntries: true });
  } catch (error) {
    return message(error);
  }
  const entries = zip.eachEntry()[Symbol.asyncIterator]();
  try {
    for (;;) {
      let next: IteratorResult<Entry>;
      try {
        next = await entries.next();
      } catch (error) {
        return message(error);
      }
      if (next.done === true) return null;
      await onEntry(describe(zip, next.value));
    }
  } finally {
    zip.close();
  }
}

function describe(zip: ZipFile, entry: Entry): ArchiveEntry {
  const raw = entry.fileName as unknown as Buffer;
  const path = yauzl.getFileNameLowLevel(entry.generalPurposeBitFlag, raw, entry.extraFields, false);
  const state = { cut: false };
  return {
    path,
    type: entryType(entry, path),
    mtime: entry.lastModFileDate === 0 ? null : entry.getLastModDate({ timezone: 'UTC' }).getTime(),
    body: entryBody(zip, entry, state),
    cut: () => state.cut,
    unreadable: entry.isEncrypted()
      ? 'encrypted'
      : [0, 8].includes(entry.compressionMethod)
        ? null
        : 'compression',
  };
}

/** Damage within an entry ends it early; the next ones are not touched by it. */
async function* entryBody(zip: ZipFile, entry: Entry, state: { cut: boolean }): AsyncGenerator<Buffer> {
  let sum = 0;
  let bytes = 0;
  try {
    for await (const chunk of (await zip.openReadStreamPromise(entry)) as AsyncIterable<Buffer>) {
      sum = crc32(chunk, sum);
      bytes += chunk.length;
      yield chunk;
    }
  } catch (error) {
    if (isSystemError(error)) throw error;
    state.cut = true;
    return;
  }
  // Directories and archives written as a stream may carry no checksum.
  if (bytes > 0 && entry.crc32 !== 0 && sum !== entry.crc32) state.cut = true;
}

/** Archives made on Unix keep the file type in the upper half of the external attributes. */
function entryType(entry: Entry, path: string): ArchiveEntry['type'] {
  if (path.endsWith('/')) return 'directory';
  const mode = entry.versionMadeBy >>> 8 === 3 ? (entry.externalFileAttributes >>> 16) & constants.S_IFMT : 0;
  if (mode === 0 || mode === constants.S_IFREG) return 'file';
  return mode === constants.S_IFDIR ? 'directory' : 'link';
}

function isSystemError(error: unknown): boolean {
  return typeof (error as NodeJS.ErrnoException).syscall === 'string';
}

function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
