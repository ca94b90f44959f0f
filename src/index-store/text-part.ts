/** Where the text of indexed files is kept: blocks of whole lines, each compressed on its own where that is worth it. */
import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { crc32, deflateRawSync, inflateRawSync } from 'node:zlib';
import { BLOCK_SIZE, type Blocks } from './types.js';

/** The bytes on disk are not those that were written. */
export class DamagedIndex extends Error {
  override readonly name = 'DamagedIndex';
}

/** The text part cannot be written, because of `code` (ENOSPC, EROFS …). */
export class TextNotWritten extends Error {
  override readonly name = 'TextNotWritten';
  constructor(readonly code: string) {
    super(`the text of the index cannot be written (${code})`);
  }
}

/** Runs a write of the text part. Throws TextNotWritten. */
function writing<T>(write: () => T): T {
  try {
    return write();
  } catch (error) {
    throw new TextNotWritten((error as NodeJS.ErrnoException).code ?? 'error');
  }
}

/** Name of a text part in the folder of its index. */
export const partName = (part: number): string => `text-${part}`;

/** Logs shrink to a tenth. What stays above this share is kept as it is: inflating it takes longer than all the rest. */
const WORTH_PACKING = 0.3;
/** Text behind such a block that is kept as it is without trying. */
const AS_BEFORE = 1024 * 1024;

export class TextPartWriter {
  private at = 0;
  /** Text that is not worth a try. */
  private asBefore = 0;
  private readonly fd: number;

  constructor(path: string) {
    this.fd = writing(() => openSync(path, 'wx', 0o600));
  }

  /** Writes a block; answers where it lies. */
  add(text: Buffer): { at: number; packed: number; crc: number } {
    const bytes = this.packed(text);
    writing(() => {
      for (let done = 0; done < bytes.length;) done += writeSync(this.fd, bytes, done);
    });
    this.at += bytes.length;
    return { at: this.at - bytes.length, packed: bytes.length, crc: crc32(text) };
  }

  /** The bytes to keep of a block; as many as the text has where they are the text. */
  private packed(text: Buffer): Buffer {
    this.asBefore -= text.length;
    if (this.asBefore > 0) return text;
    // The fastest level: at about the speed at which they are indexed.
    const bytes = deflateRawSync(text, { level: 1 });
    if (bytes.length < text.length * WORTH_PACKING) return bytes;
    // Small files vary, and are no matter.
    if (text.length < BLOCK_SIZE) return bytes.length < text.length ? bytes : text;
    this.asBefore = AS_BEFORE;
    return text;
  }

  close(): void {
    closeSync(this.fd);
  }
}

/** Reads blocks of one text part. */
export class TextPartReader {
  private readonly fd: number;
  private room = Buffer.alloc(0);

  constructor(path: string) {
    this.fd = openSync(path, 'r');
  }

  /** The text of block `block`, line ends included. Throws DamagedIndex when it is not what was written. */
  read(blocks: Blocks, block: number): Buffer {
    const text = this.readOnce(blocks, block);
    return text.buffer === this.room.buffer ? Buffer.from(text) : text;
  }

  /** The same, in memory that the next block may be read into. */
  readOnce(blocks: Blocks, block: number): Buffer {
    const size = blocks.packed[block]!;
    if (size > this.room.length) this.room = Buffer.allocUnsafeSlow(Math.max(size, BLOCK_SIZE * 2));
    const packed = this.room.subarray(0, size);
    const at = blocks.at[block]!;
    for (let done = 0; done < packed.length;) {
      const count = readSync(this.fd, packed, done, packed.length - done, at + done);
      if (count === 0) throw new DamagedIndex('the stored text ends early');
      done += count;
    }
    let text = packed;
    try {
      // Into one piece of memory: the next larger size tells what is too long.
      const room = blocks.size[block]! + 1;
      if (packed.length !== blocks.size[block])
        text = inflateRawSync(packed, { maxOutputLength: room, chunkSize: Math.max(64, room) });
    } catch (cause) {
      throw new DamagedIndex('the stored text is damaged', { cause });
    }
    if (text.length !== blocks.size[block] || crc32(text) !== blocks.crc[block])
      throw new DamagedIndex('the stored text is damaged');
    return text;
  }

  close(): void {
    closeSync(this.fd);
  }
}
