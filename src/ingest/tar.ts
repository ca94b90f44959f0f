import { extract, type Extract, type Header } from 'tar-stream';
import type { ArchiveEntry } from './archive-entry.js';
import type { StreamEnd } from './inflate.js';

const BLOCK = 512;

/** What has been fed to the parser so far. */
interface Input {
  bytes: number;
  ended: boolean;
}

/**
 * Read a tar stream (POSIX, GNU, old V7), calling `onEntry` for one entry after the other.
 *
 * A tar that ends early is no exception: complete entries come as usual, the one in which it ends comes with
 * `cut()`, and the answer is 'cut'. A broken header ends the reading with 'corrupt'. What `onEntry` throws is thrown;
 * what `source` throws too, after the entry that was open came to its end as cut. When the promise settles, nobody
 * reads `source` any more.
 */
export async function readTar(
  source: AsyncIterable<Buffer>,
  onEntry: (entry: ArchiveEntry) => Promise<void>,
): Promise<StreamEnd> {
  // With a mark of 1 each write waits for its 'drain', so once the input has ended all of it has been looked at.
  const tar = extract({ allowUnknownFormat: true, highWaterMark: 1 } as Parameters<typeof extract>[0]);
  const input: Input = { bytes: 0, ended: false };
  let current: EntryReader | null = null;
  let entriesEnd = 0;
  let tail: Buffer = Buffer.alloc(0);
  let thrown: { error: unknown } | null = null;
  let damaged = false;

  tar.on('entry', (header, stream, next) => {
    stream.on('error', () => undefined); // the parser reports the same
    const reader = new EntryReader(header, stream as AsyncIterable<Buffer>, input);
    current = reader;
    entriesEnd = reader.end;
    onEntry(reader.entry())
      .then(() => reader.skipRest())
      .then(() => {
        current = null;
        if (reader.cut) return tar.destroy(null);
        next();
        if (input.ended) tar.end(null);
      })
      .catch((error: unknown) => {
        thrown ??= { error };
        tar.destroy(null);
      });
  });
  tar.on('error', () => {
    damaged = !input.ended;
  });
  const closed = new Promise<void>((resolve) => tar.on('close', resolve));

  const feed = async (): Promise<void> => {
    for await (const chunk of source) {
      if (tar.destroying) return;
      input.bytes += chunk.length;
      tail = chunk.length >= BLOCK ? chunk.subarray(-BLOCK) : Buffer.concat([tail, chunk]).subarray(-BLOCK);
      if (!tar.write(chunk)) await drained(tar);
    }
  };
  const finish = (): void => {
    if (tar.destroying) return;
    input.ended = true;
    // Wake whoever waits for the rest of the open entry; the reader knows that this block is no part of it.
    if (current !== null) tar.write(Buffer.alloc(BLOCK));
    else tar.end(null);
  };
  const fed = feed().catch((error: unknown) => {
    thrown ??= { error };
  });
  await Promise.all([fed.then(finish), closed]);

  if (thrown !== null) throw (thrown as { error: unknown }).error;
  if (damaged) return 'corrupt';
  const endMark = input.bytes >= entriesEnd + BLOCK && tail.every((byte) => byte === 0);
  return endMark ? 'complete' : 'cut';
}

/** Hands out the bytes of one entry, and sees when the input ends within it. */
class EntryReader {
  cut = false;
  /** Where in the tar the next header is due. */
  readonly end: number;
  readonly #start: number;
  #given = 0;
  readonly #chunks: AsyncIterator<Buffer>;

  constructor(
    private readonly header: Header,
    stream: AsyncIterable<Buffer>,
    private readonly input: Readonly<Input>,
  ) {
    this.#chunks = stream[Symbol.asyncIterator]();
    this.#start = (header as Header & { byteOffset: number }).byteOffset;
    const size = header.type === 'directory' ? 0 : header.size;
    this.end = this.#start + Math.ceil(size / BLOCK) * BLOCK;
  }

  entry(): ArchiveEntry {
    const time = this.header.mtime.getTime();
    return {
      path: this.header.name,
      type: entryType(this.header),
      mtime: time > 0 ? time : null,
      body: this.#body(),
      cut: () => this.cut,
      unreadable: null,
    };
  }

  async skipRest(): Promise<void> {
    while ((await this.#next()) !== null);
  }

  /** Not a `for await` over the stream: leaving that early would destroy the parser along with the stream. */
  async *#body(): AsyncGenerator<Buffer> {
    for (let chunk = await this.#next(); chunk !== null; chunk = await this.#next()) yield chunk;
  }

  async #next(): Promise<Buffer | null> {
    if (this.cut) return null;
    const next = await this.#chunks.next();
    if (next.done === true) return null;
    // Below 0 where the input ends within the entry's own header, which the waking block completed.
    const left = this.input.ended ? Math.max(0, this.input.bytes - this.#start - this.#given) : Infinity;
    this.cut = next.value.length > left;
    const chunk = this.cut ? next.value.subarray(0, left) : next.value;
    this.#given += chunk.length;
    return this.cut && chunk.length === 0 ? null : chunk;
  }
}

function drained(tar: Extract): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      tar.off('drain', done);
      tar.off('close', done);
      resolve();
    };
    tar.on('drain', done);
    tar.on('close', done);
    if (tar.destroyed) done();
  });
}

function entryType(header: Header): ArchiveEntry['type'] {
  const sparse = header.pax !== null && typeof header.pax === 'object' && 'GNU.sparse.major' in header.pax;
  if (sparse) return 'unsupported';
  switch (header.type as Header['type'] | null) {
    case 'file':
    case 'contiguous-file':
      return 'file';
    case 'directory':
      return 'directory';
    case null: // GNU sparse files, volume labels, vendor extensions
      return 'unsupported';
    default:
      return 'link';
  }
}
