import { isAscii } from 'node:buffer';
import { open } from 'node:fs/promises';
import { TextDecoder } from 'node:util';
import type { Limits } from '../limits.js';
import type { SourceFile } from '../model/source.js';
import { LineSplitter, type Line } from './line-splitter.js';

export type { Line } from './line-splitter.js';

const CHUNK = 256 * 1024;

type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be';

/** The encoding a byte order mark tells, and the mark's length. Without one: UTF-8, taken leniently. */
function byteOrderMark(head: Buffer): { readonly encoding: Encoding; readonly length: number } {
  if (head[0] === 0xff && head[1] === 0xfe) return { encoding: 'utf-16le', length: 2 };
  if (head[0] === 0xfe && head[1] === 0xff) return { encoding: 'utf-16be', length: 2 };
  const utf8 = head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf;
  return { encoding: 'utf-8', length: utf8 ? 3 : 0 };
}

/**
 * The text of a small file, at most `maxBytes` of it. `truncated` when the file is longer, or was cut already.
 * Bytes that are no valid text become U+FFFD.
 */
export async function readText(
  file: SourceFile,
  maxBytes: number,
): Promise<{ text: string; truncated: boolean }> {
  const handle = await open(file.spool, 'r');
  try {
    const buffer = Buffer.allocUnsafe(Math.min(maxBytes, file.size));
    let length = 0;
    while (length < buffer.length) {
      const { bytesRead } = await handle.read(buffer, length, buffer.length - length, length);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    const bytes = buffer.subarray(0, length);
    const mark = byteOrderMark(bytes);
    const text = new TextDecoder(mark.encoding, { ignoreBOM: true }).decode(bytes.subarray(mark.length));
    return { text, truncated: file.truncated || file.size > length };
  } finally {
    await handle.close();
  }
}

/**
 * The lines of a file of any size, in batches: one array per piece read. Lines end with LF or CR LF, which is left
 * out; bytes of a line beyond `maxLineLength` are skipped and the line is marked `cut`. Memory does not grow with
 * the file or its lines. This is the fast way for scans over big logs.
 */
export async function* readLineBatches(
  file: SourceFile,
  limits: Pick<Limits, 'maxLineLength'>,
): AsyncGenerator<Line[]> {
  const handle = await open(file.spool, 'r');
  try {
    const splitter = new LineSplitter(limits.maxLineLength);
    const buffer = Buffer.allocUnsafe(CHUNK);
    let decoder: TextDecoder | null = null;
    for (let first = true; ; first = false) {
      const { bytesRead } = await handle.read(buffer, 0, CHUNK, null);
      let chunk = buffer.subarray(0, bytesRead);
      if (first) {
        const mark = byteOrderMark(chunk);
        if (mark.encoding !== 'utf-8') decoder = new TextDecoder(mark.encoding, { ignoreBOM: true });
        chunk = chunk.subarray(mark.length);
      }
      // UTF-16 takes the way over UTF-8, so that there is one splitter.
      if (decoder !== null) chunk = Buffer.from(decoder.decode(chunk, { stream: bytesRead > 0 }));
      if (chunk.length > 0) {
        const lines = splitter.push(chunk, isAscii(chunk));
        if (lines.length > 0) yield lines;
      }
      if (bytesRead === 0) break;
    }
    const last = splitter.finish();
    if (last !== null) yield [last];
  } finally {
    await handle.close();
  }
}

/** The lines of a file one by one; see `readLineBatches`. */
export async function* readLines(
  file: SourceFile,
  limits: Pick<Limits, 'maxLineLength'>,
): AsyncGenerator<Line> {
  for await (const batch of readLineBatches(file, limits)) yield* batch;
}
