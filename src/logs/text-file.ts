/** A log file as UTF-8 bytes, whatever it is stored as, in chunks; and its two ends for a first look. */
import { open, type FileHandle } from 'node:fs/promises';

export type TextEncoding = 'utf-8' | 'utf-16le' | 'utf-16be';

/** Bytes that are read at a time. */
export const CHUNK = 1024 * 1024;
/** Bytes at either end for a first look; more where a single line fills them. */
const END_WINDOWS = [64 * 1024, 1024 * 1024, 8 * 1024 * 1024];
/** Lines of either end that are looked at, and characters of each. */
const END_LINES = 200;
const END_LINE_LENGTH = 4096;

/** Places in the file as it is stored; `to` is the first byte behind. */
export interface ByteRange {
  readonly from: number;
  readonly to: number;
}

export class TextFile {
  private constructor(
    private readonly handle: FileHandle,
    readonly size: number,
    readonly encoding: TextEncoding,
    /** Bytes of a byte order mark at the start. */
    readonly bom: number,
  ) {}

  static async open(path: string): Promise<TextFile> {
    const handle = await open(path, 'r');
    try {
      const { size } = await handle.stat();
      const start = Buffer.alloc(512);
      const { bytesRead } = await handle.read(start, 0, start.length, 0);
      const { encoding, bom } = detectEncoding(start.subarray(0, bytesRead));
      return new TextFile(handle, size, encoding, bom);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /**
   * UTF-8 bytes in order, of the whole file or of a range of it. Chunks end at the same places whatever the range is.
   * A chunk is valid until the next one is asked for.
   */
  async *chunks({ from, to }: ByteRange = { from: this.bom, to: Infinity }): AsyncGenerator<Buffer> {
    const buffer = Buffer.allocUnsafe(Math.min(CHUNK, Math.max(this.size, 4096)));
    const decoder = this.encoding === 'utf-8' ? null : new TextDecoder(this.encoding);
    for (let at = from; at < to;) {
      const room = Math.min(buffer.length - ((at - this.bom) % buffer.length), to - at);
      const { bytesRead } = await this.handle.read(buffer, 0, room, at);
      if (bytesRead === 0) break;
      at += bytesRead;
      const bytes = buffer.subarray(0, bytesRead);
      yield decoder === null ? bytes : Buffer.from(decoder.decode(bytes, { stream: true }));
    }
    const rest = decoder?.decode() ?? '';
    if (rest !== '') yield Buffer.from(rest);
  }

  /** Whether a chunk begins at this place, whatever is read. */
  isChunkStart(at: number): boolean {
    return (at - this.bom) % CHUNK === 0;
  }

  /** Bytes from a place on, at most `length` of them. */
  async bytes(from: number, length: number): Promise<Buffer> {
    const buffer = Buffer.alloc(Math.min(length, Math.max(0, this.size - from)));
    const { bytesRead } = await this.handle.read(buffer, 0, buffer.length, from);
    return buffer.subarray(0, bytesRead);
  }

  /** The first lines, in order. */
  async head(): Promise<string[]> {
    const text = await this.window(this.bom, END_WINDOWS[0]!);
    return cleanLines(text.split('\n', END_LINES));
  }

  /** The last lines, in order; further back as long as `enough` is not content with them. */
  async tail(enough: (lines: readonly string[]) => boolean): Promise<string[]> {
    let lines: string[] = [];
    for (const window of END_WINDOWS) {
      // Even, so that UTF-16 stays in step.
      const from = Math.max(this.bom, this.size - window - ((this.size - window) & 1));
      const all = (await this.window(from, window + 1)).split('\n');
      if (from > this.bom) all.shift();
      lines = cleanLines(all.slice(-END_LINES - 1));
      if (from === this.bom || enough(lines)) break;
    }
    return lines;
  }

  async close(): Promise<void> {
    await this.handle.close();
  }

  private async window(from: number, length: number): Promise<string> {
    const bytes = await this.bytes(from, length);
    return this.encoding === 'utf-8' ? bytes.toString('utf8') : new TextDecoder(this.encoding).decode(bytes);
  }
}

function cleanLines(lines: readonly string[]): string[] {
  return lines.map((line) => line.slice(0, END_LINE_LENGTH).replace(/\r$/, ''));
}

/** By byte order mark, else by where the zero bytes of Latin text would be: Windows writes UTF-16 with and without. */
export function detectEncoding(start: Buffer): { readonly encoding: TextEncoding; readonly bom: number } {
  if (start[0] === 0xff && start[1] === 0xfe) return { encoding: 'utf-16le', bom: 2 };
  if (start[0] === 0xfe && start[1] === 0xff) return { encoding: 'utf-16be', bom: 2 };
  if (start[0] === 0xef && start[1] === 0xbb && start[2] === 0xbf) return { encoding: 'utf-8', bom: 3 };
  const pairs = start.length >> 1;
  let even = 0;
  let odd = 0;
  for (let i = 0; i + 1 < start.length; i += 2) {
    if (start[i] === 0) even++;
    if (start[i + 1] === 0) odd++;
  }
  if (pairs >= 8 && odd > pairs * 0.6 && even < pairs * 0.05) return { encoding: 'utf-16le', bom: 0 };
  if (pairs >= 8 && even > pairs * 0.6 && odd < pairs * 0.05) return { encoding: 'utf-16be', bom: 0 };
  return { encoding: 'utf-8', bom: 0 };
}
