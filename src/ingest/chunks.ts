import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';

const CHUNK = 256 * 1024;

/** The first piece is small: of most files of a folder nothing else is read here. */
const FIRST_CHUNK = 4096;

/** A file's bytes from its start. Each chunk is a buffer of its own: readers may keep it. */
export async function* readChunks(
  handle: FileHandle,
  onRead: (bytes: number) => void,
): AsyncGenerator<Buffer> {
  for (let length = FIRST_CHUNK; ; length = CHUNK) {
    const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(length), 0, length, null);
    if (bytesRead === 0) return;
    onRead(bytesRead);
    yield buffer.subarray(0, bytesRead);
  }
}

/** Open a file that was a regular one a moment ago: never wait on a FIFO, never follow a link, put there since. */
export function openForReading(file: string): Promise<FileHandle> {
  // Windows has neither flag.
  const nonBlock = (constants.O_NONBLOCK as number | undefined) ?? 0;
  const noFollow = (constants.O_NOFOLLOW as number | undefined) ?? 0;
  return open(file, constants.O_RDONLY | nonBlock | noFollow);
}

/** The first `bytes` of a stream, and the whole stream still to be read (those bytes included). */
export async function peek(
  source: AsyncIterable<Buffer>,
  bytes: number,
): Promise<{ head: Buffer; all: AsyncIterable<Buffer> }> {
  const iterator = source[Symbol.asyncIterator]();
  const held: Buffer[] = [];
  for (let length = 0; length < bytes;) {
    const next = await iterator.next();
    if (next.done === true) break;
    held.push(next.value);
    length += next.value.length;
  }
  const head = (held.length === 1 ? held[0]! : Buffer.concat(held)).subarray(0, bytes);
  return { head, all: resume(held, iterator) };
}

async function* resume(held: readonly Buffer[], iterator: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield* held;
    for (;;) {
      const next = await iterator.next();
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    await iterator.return?.();
  }
}
