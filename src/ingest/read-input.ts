import { createReadStream } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { NetcheckError } from '../errors.js';
import { Budget, LimitHit } from './budget.js';
import { openForReading, readChunks } from './chunks.js';
import { collect, type Blob } from './collector.js';
import { newContainer, subject, type Container } from './container.js';
import type { Context } from './context.js';
import { walkFolder } from './folder.js';
import { reportLimit } from './inflate-file.js';
import { printable } from './printable.js';
import { Tally } from './tally.js';

/** Name that stands for standard input in reports. */
const STDIN = 'stdin';

/**
 * Captures and archives read already, by their real path: given twice, they are read once. Other files mean something
 * only in their folder, so they are not remembered.
 */
export type Seen = Set<string>;

/** Read what the user named. Null when nothing is there; all other trouble becomes problems. */
export async function readInput(
  ctx: Context,
  input: string,
  seen: Seen,
  stdin: AsyncIterable<Buffer>,
): Promise<Container | null> {
  if (input === '-') return readStream(ctx, STDIN, stdin);
  let file: string;
  let kind: 'file' | 'folder' | 'stream' | 'other';
  try {
    const info = await stat(input);
    file = await realpath(input);
    kind = info.isFile() ? 'file' : info.isDirectory() ? 'folder' : info.isFIFO() ? 'stream' : 'other';
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return null;
    const container = newContainer('single', labelOf(input), new Budget(ctx.limits, null));
    reportUnreadable(ctx, container, container.label, error);
    return container;
  }
  if (kind === 'folder') return readFolder(ctx, labelOf(input), file, seen);
  if (kind === 'stream') return readStream(ctx, labelOf(input), createReadStream(input));
  const container = newContainer('single', labelOf(input), new Budget(ctx.limits, null));
  const repeated = new Tally();
  if (kind === 'file') await readFile(ctx, container, container.label, file, seen, repeated);
  else
    ctx.problems.add(container.label, 'E_UNKNOWN_FORMAT', subject(container), 'It is a device or a socket.');
  reportRepeated(ctx, container, repeated);
  return container;
}

/** Base name of what the user typed; `.` and `dir/..` become the name of the folder meant. */
export function labelOf(input: string): string {
  if (input === '-') return STDIN;
  return basename(resolve(input)) || 'root';
}

async function readFolder(ctx: Context, label: string, root: string, seen: Seen): Promise<Container> {
  const container = newContainer('folder', label, new Budget(ctx.limits, null));
  const repeated = new Tally();
  try {
    for await (const { path, file } of walkFolder(ctx, container, root)) {
      await readFile(ctx, container, path, file, seen, repeated);
    }
  } catch (error) {
    reportLimit(ctx, container, '', endsHere(error, container.budget));
  }
  reportRepeated(ctx, container, repeated);
  return container;
}

/** One file, with a budget of its own: a bomb in a folder costs the folder nothing else. */
async function readFile(
  ctx: Context,
  container: Container,
  path: string,
  file: string,
  seen: Seen,
  repeated: Tally,
): Promise<void> {
  if (seen.has(file)) return repeated.add(path);
  let handle;
  try {
    handle = await openForReading(file);
  } catch (error) {
    return reportUnreadable(ctx, container, path, error);
  }
  try {
    const { size, mtimeMs } = await handle.stat();
    const budget = new Budget(ctx.limits, size, container.budget);
    const body = readChunks(handle, (bytes) => {
      budget.read(bytes);
      ctx.tick(bytes, 0);
    });
    const blob: Blob = { path, mtime: Math.trunc(mtimeMs), body, cut: () => false, onDisk: { file, size } };
    await collectWithin(ctx, container, budget, blob);
    const format = container.files.get(path)?.format;
    if (container.archives.has(path) || format === 'pcap' || format === 'pcapng') seen.add(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall !== 'read') throw error;
    reportUnreadable(ctx, container, path, error);
  } finally {
    await handle.close();
  }
}

async function readStream(ctx: Context, label: string, stream: AsyncIterable<Buffer>): Promise<Container> {
  const container = newContainer('single', label, new Budget(ctx.limits, null));
  const body = metered(ctx, container.budget, stream);
  const blob: Blob = { path: label, mtime: null, body, cut: () => false, onDisk: null };
  try {
    await collectWithin(ctx, container, container.budget, blob);
  } catch (error) {
    if (!['open', 'read'].includes((error as NodeJS.ErrnoException).syscall ?? '')) throw error;
    reportUnreadable(ctx, container, label, error);
  }
  return container;
}

async function* metered(ctx: Context, budget: Budget, stream: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  for await (const chunk of stream) {
    budget.read(chunk.length);
    ctx.tick(chunk.length, 0);
    yield chunk;
  }
}

/** Archives inside see `budget`; the container keeps its own for what is left to be done with its files. */
async function collectWithin(ctx: Context, container: Container, budget: Budget, blob: Blob): Promise<void> {
  try {
    await collect(ctx, container, blob, budget, 0);
  } catch (error) {
    reportLimit(ctx, container, blob.path, endsHere(error, budget));
  }
}

/** A limit of this very budget ends here, as a problem; everything else goes on up. */
function endsHere(error: unknown, budget: Budget): LimitHit {
  if (error instanceof LimitHit && error.budget === budget) return error;
  throw error;
}

function reportRepeated(ctx: Context, container: Container, repeated: Tally): void {
  const words = [
    'file was given before and is read once',
    'files were given before and are read once',
  ] as const;
  repeated.report(ctx, container, 'E_DUPLICATE_ENTRY', ...words);
}

function reportUnreadable(ctx: Context, container: Container, path: string, error: unknown): void {
  if (error instanceof NetcheckError) throw error;
  const code = (error as NodeJS.ErrnoException).code ?? 'error';
  const message = `It cannot be read (${printable(code)}).`;
  ctx.problems.add(subject(container), 'E_UNREADABLE', subject(container, path), message);
}
