import { constants, createGunzip, gunzipSync, type Gunzip } from 'node:zlib';

/** Compressed bytes given to zlib at a time: bounds what one step can expand to (about 1000 times as much). */
const SLICE = 32 * 1024;

/** How the compressed data ended. `cut`: before its end. `corrupt`: what follows is no valid data. */
export type StreamEnd = 'complete' | 'cut' | 'corrupt';

/**
 * Decompress a gzip stream (of one or several members), keeping everything that comes before damage:
 * a cut or broken stream ends the output early, and `end` tells so; it is no exception.
 * Zero padding after the last member is fine; other bytes there make the end 'corrupt'.
 */
export class Inflater {
  end: StreamEnd = 'complete';

  /** `onOutput` is told each piece's length before it is handed on, and may throw to end the reading. */
  constructor(
    private readonly source: AsyncIterable<Buffer>,
    private readonly onOutput: (bytes: number) => void,
    private readonly chunkSize = 64 * 1024,
  ) {}

  async *chunks(): AsyncGenerator<Buffer> {
    const zlib = new Feeder(createGunzip({ chunkSize: this.chunkSize }));
    const slices = sliced(this.source);
    try {
      let step = zlib.step((await slices.next()).value ?? null);
      // While the reader works on one step's output, zlib works on the next slice.
      for (let more = true; more;) {
        more = await step;
        const output = zlib.take();
        if (more) step = zlib.step((await slices.next()).value ?? null);
        for (const chunk of output) {
          this.onOutput(chunk.length);
          yield chunk;
        }
      }
      if (zlib.failure !== null) this.end = isCut(zlib.failure) ? 'cut' : 'corrupt';
    } finally {
      zlib.close();
      await slices.return(undefined);
    }
  }
}

/** Runs a zlib stream one slice at a time. */
class Feeder {
  failure: NodeJS.ErrnoException | null = null;
  #output: Buffer[] = [];
  #ended = false;
  #wake: () => void = () => undefined;

  constructor(private readonly zlib: Gunzip) {
    zlib.on('data', (chunk: Buffer) => this.#output.push(chunk));
    zlib.on('end', () => this.#finish());
    zlib.on('error', (error: NodeJS.ErrnoException) => {
      this.failure = error;
      // What had been decompressed before the damage may still wait in the stream's buffer.
      for (let rest = zlib.read() as Buffer | null; rest !== null; rest = zlib.read() as Buffer | null) {
        this.#output.push(rest);
      }
      this.#finish();
    });
  }

  /** Decompress one slice, or finish when it is null. False when there is nothing more to come. */
  async step(slice: Buffer | null): Promise<boolean> {
    if (this.#ended) return false;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      if (slice === null) this.zlib.end();
      else this.zlib.write(slice, () => resolve());
    });
    return !this.#ended;
  }

  take(): Buffer[] {
    const output = this.#output;
    this.#output = [];
    return output;
  }

  close(): void {
    this.zlib.destroy();
  }

  #finish(): void {
    this.#ended = true;
    this.#wake();
  }
}

function isCut(error: NodeJS.ErrnoException): boolean {
  return error.code === 'Z_BUF_ERROR';
}

async function* sliced(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer, undefined> {
  for await (const chunk of source) {
    for (let at = 0; at < chunk.length; at += SLICE) yield chunk.subarray(at, at + SLICE);
  }
}

/** The first decompressed bytes of a gzip file, as far as `head` goes; empty when it is no gzip data. */
export function inflateHead(head: Buffer): Buffer {
  try {
    return gunzipSync(head, { finishFlush: constants.Z_SYNC_FLUSH });
  } catch {
    return Buffer.alloc(0);
  }
}
