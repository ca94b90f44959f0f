import { closeSync, openSync, readSync } from 'node:fs';
import type { SourceFile } from '../model/source.js';

/** Largest file that is taken into memory at once; the rest of a larger one is left out, and said. */
export const MAX_TEXT = 256 * 1024 * 1024;
const CHUNK = 1024 * 1024;

export interface TextRead {
  readonly text: string;
  /** The file is larger than `MAX_TEXT`. */
  readonly cut: boolean;
  /** It holds NUL bytes: no text of any kind. */
  readonly binary: boolean;
}

/** Reads a file as text: UTF-8, or UTF-16 with its mark; CR LF becomes LF. Throws the file system's errors. */
export function readText(file: SourceFile, maxBytes = MAX_TEXT): TextRead {
  const fd = openSync(file.spool, 'r');
  try {
    const wanted = Math.min(file.size, maxBytes);
    const buffer = Buffer.allocUnsafe(wanted);
    let length = 0;
    while (length < wanted) {
      const read = readSync(fd, buffer, length, wanted - length, length);
      if (read === 0) break;
      length += read;
    }
    const { text, binary } = decode(buffer.subarray(0, length));
    return {
      text: text.includes('\r\n') ? text.replaceAll('\r\n', '\n') : text,
      cut: file.size > maxBytes,
      binary,
    };
  } finally {
    closeSync(fd);
  }
}

function decode(bytes: Buffer): { text: string; binary: boolean } {
  if (bytes.length >= 2 && bytes[0] === 0xff && bytes[1] === 0xfe) {
    return { text: bytes.toString('utf16le', 2), binary: false };
  }
  if (bytes.length >= 2 && bytes[0] === 0xfe && bytes[1] === 0xff) {
    const even = Buffer.from(bytes.subarray(2, bytes.length - (bytes.length % 2)));
    return { text: even.swap16().toString('utf16le'), binary: false };
  }
  const start = bytes.length >= 3 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  return { text: bytes.toString('utf8', start), binary: bytes.subarray(0, 8192).includes(0) };
}

export interface LineReadOptions {
  readonly maxLineLength: number;
  /** Stop after so many bytes. */
  readonly maxBytes?: number;
}

/** What a reading of lines left out; filled while it goes on. */
export interface LineStats {
  longLines: number;
  bytes: number;
}

/**
 * Lines of a UTF-8 file in constant memory, without their ends. A line longer than the limit is cut there and
 * counted. Throws the file system's errors.
 */
export function* readLines(
  file: SourceFile,
  options: LineReadOptions,
  stats: LineStats = { longLines: 0, bytes: 0 },
): Generator<string> {
  const { maxLineLength, maxBytes = Infinity } = options;
  const fd = openSync(file.spool, 'r');
  try {
    const chunk = Buffer.allocUnsafe(CHUNK);
    let carry: Buffer = Buffer.alloc(0);
    while (stats.bytes < maxBytes) {
      const read = readSync(fd, chunk, 0, CHUNK, null);
      if (read === 0) break;
      stats.bytes += read;
      const bytes = chunk.subarray(0, read);
      const last = bytes.lastIndexOf(0x0a);
      if (last === -1) {
        // Still within one line: keep its beginning only.
        carry = Buffer.concat([carry, bytes]).subarray(0, maxLineLength + 1);
        continue;
      }
      const text = Buffer.concat([carry, bytes.subarray(0, last)]).toString('utf8');
      for (const line of text.split('\n')) yield shorten(line, maxLineLength, stats);
      carry = Buffer.from(bytes.subarray(last + 1));
    }
    if (carry.length > 0) yield shorten(carry.toString('utf8'), maxLineLength, stats);
  } finally {
    closeSync(fd);
  }
}

function shorten(line: string, maxLineLength: number, stats: LineStats): string {
  const end = line.endsWith('\r') ? line.length - 1 : line.length;
  if (end <= maxLineLength) return end === line.length ? line : line.slice(0, end);
  stats.longLines += 1;
  return line.slice(0, maxLineLength);
}
