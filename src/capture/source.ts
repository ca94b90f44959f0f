import { closeSync, createReadStream, openSync, readSync } from 'node:fs';
import { createGunzip } from 'node:zlib';
import type { Limits } from '../limits.js';
import type { Notes } from './notes.js';
import { READ_CHUNK, type ByteWindow } from './window.js';

export type InflateLimits = Pick<Limits, 'maxEntrySize' | 'maxRatio'>;

/** Called after bytes were added to the window; false ends the reading. */
export type Step = (eof: boolean) => boolean;

/** Bytes after which the compression ratio is judged. */
const RATIO_FROM = 10 * 1024 * 1024;
const INFLATE_CHUNK = 64 * 1024;

/**
 * Streams the file at `path` through the window, inflating gzip (also of several members).
 * @throws the error of the file system when the file cannot be read
 */
export async function stream(
  path: string,
  w: ByteWindow,
  limits: InflateLimits,
  notes: Notes,
  step: Step,
): Promise<void> {
  const fd = openSync(path, 'r');
  let compressed: boolean;
  try {
    const magic = new Uint8Array(2);
    compressed = readSync(fd, magic, 0, 2, 0) === 2 && magic[0] === 0x1f && magic[1] === 0x8b;
    if (!compressed) readPlain(fd, w, step);
  } finally {
    closeSync(fd);
  }
  if (compressed) await inflate(path, w, limits, notes, step);
}

function readPlain(fd: number, w: ByteWindow, step: Step): void {
  for (let position = 0; ;) {
    w.makeRoom(READ_CHUNK);
    const got = readSync(fd, w.buf, w.end, READ_CHUNK, position);
    position += got;
    w.end += got;
    if (!step(got === 0) || got === 0) return;
  }
}

function inflate(
  path: string,
  w: ByteWindow,
  limits: InflateLimits,
  notes: Notes,
  step: Step,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const input = createReadStream(path, { highWaterMark: READ_CHUNK });
    const gunzip = createGunzip({ chunkSize: INFLATE_CHUNK });
    let inflated = 0;
    let done = false;
    const finish = (last: () => void): void => {
      if (done) return;
      done = true;
      input.destroy();
      gunzip.destroy();
      try {
        last();
        resolve();
      } catch (error) {
        reject(error as Error);
      }
    };
    // Rows are made within the event: nothing queues up, and what came before an error is kept.
    gunzip.on('data', (chunk: Buffer) => {
      if (done) return;
      inflated += chunk.length;
      const tooMuch = excess(inflated, input.bytesRead, limits);
      if (tooMuch !== null) {
        finish(() => {
          notes.stopped(tooMuch.message, tooMuch.code);
        });
        return;
      }
      try {
        w.append(chunk);
        if (!step(false)) finish(() => undefined);
      } catch (error) {
        finish(() => {
          throw error;
        });
      }
    });
    gunzip.on('end', () => {
      finish(() => void step(true));
    });
    gunzip.on('error', (error: NodeJS.ErrnoException) => {
      finish(() => {
        if (error.code === 'Z_BUF_ERROR') notes.stopped('The gzip stream ends early.');
        else notes.stopped(`The gzip stream is damaged (${error.message}).`, 'E_CAPTURE_CORRUPT');
        if (error.code !== 'Z_BUF_ERROR') notes.corrupt = true;
        step(true);
      });
    });
    input.on('error', (error) => {
      finish(() => {
        throw error;
      });
    });
    // No pipe: the end must not come with the last bytes, or what they inflate to is lost if they are cut short.
    input.on('data', (chunk) => {
      input.pause();
      gunzip.write(chunk, () => input.resume());
    });
    input.on('end', () => {
      gunzip.end();
    });
  });
}

function excess(
  inflated: number,
  read: number,
  limits: InflateLimits,
): { code: 'E_LIMIT_RATIO' | 'E_LIMIT_ENTRY_SIZE'; message: string } | null {
  if (inflated > limits.maxEntrySize) {
    const message = `The capture inflates to more than ${limits.maxEntrySize} bytes; the rest was not read.`;
    return { code: 'E_LIMIT_ENTRY_SIZE', message };
  }
  if (inflated > RATIO_FROM && inflated > read * limits.maxRatio) {
    const message = `The capture inflates more than ${limits.maxRatio} times; the rest was not read.`;
    return { code: 'E_LIMIT_RATIO', message };
  }
  return null;
}
