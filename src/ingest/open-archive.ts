import { basename } from 'node:path/posix';
import type { ArchiveEntry } from './archive-entry.js';
import type { Budget } from './budget.js';
import { collect, type Blob } from './collector.js';
import { newContainer, subject, type Container } from './container.js';
import type { Context } from './context.js';
import { entryPath, isDesktopLitter } from './entry-path.js';
import { Inflater, type StreamEnd } from './inflate.js';
import { LinkTally } from './tally.js';
import { printable } from './printable.js';
import { discard, spool } from './spool.js';
import { readTar } from './tar.js';
import { readZip } from './zip.js';

/** Output of zlib at a time when it is a whole archive. */
const ARCHIVE_CHUNK = 256 * 1024;

/** Read a tar, gzipped or not, as a stream. Throws LimitHit. */
export async function openTar(
  ctx: Context,
  parent: Container,
  blob: Blob,
  budget: Budget,
  gzip: boolean,
  depth: number,
): Promise<void> {
  const archive = enter(ctx, parent, blob, budget, depth);
  if (archive === null) return;
  const inflater = gzip ? new Inflater(blob.body, (n) => budget.inflated(n), ARCHIVE_CHUNK) : null;
  const links = new LinkTally();
  let end: StreamEnd;
  try {
    end = await readTar(inflater?.chunks() ?? blob.body, (entry) => admit(ctx, archive, entry, links, depth));
  } finally {
    links.reportLinks(ctx, archive);
  }
  // The end mark was read: what may be wrong after it (a missing gzip trailer) costs nothing.
  if (end === 'complete' || blob.cut()) return;
  const corrupt = end === 'corrupt' || inflater?.end === 'corrupt';
  corruptArchive(ctx, archive, corrupt ? 'It is damaged' : 'It ends early, as a download that was cut does');
}

/** Read a zip, which needs a file to seek in: one is spooled when there is none. Throws LimitHit. */
export async function openZip(
  ctx: Context,
  parent: Container,
  blob: Blob,
  budget: Budget,
  gzip: boolean,
  depth: number,
): Promise<void> {
  const archive = enter(ctx, parent, blob, budget, depth);
  if (archive === null) return;
  let file = gzip ? null : (blob.onDisk?.file ?? null);
  if (file === null) {
    const source = gzip ? new Inflater(blob.body, (n) => budget.inflated(n)).chunks() : blob.body;
    const spooled = await spool(source, ctx.temp, budget);
    file = spooled.spool;
    if (spooled.hit !== null) {
      discard(ctx.temp, file);
      throw spooled.hit;
    }
  }
  const links = new LinkTally();
  try {
    const wrong = await readZip(file, async (entry) => {
      await admit(ctx, archive, { ...entry, body: counted(entry.body, budget) }, links, depth);
      if (entry.cut()) {
        const message = 'The data of this entry is damaged; what came before is kept.';
        ctx.problems.add(subject(archive), 'E_ARCHIVE_CORRUPT', subject(archive, entry.path), message);
      }
    });
    if (wrong !== null) corruptArchive(ctx, archive, `It is damaged or cut (${printable(wrong)})`);
  } finally {
    links.reportLinks(ctx, archive);
    discard(ctx.temp, file);
  }
}

/** The container for an archive, entered in its parent before it is read, so that a limit loses nothing. */
function enter(ctx: Context, parent: Container, blob: Blob, budget: Budget, depth: number): Container | null {
  if (depth > ctx.limits.maxDepth) {
    const message = `It is an archive within ${depth} others, more than ${ctx.limits.maxDepth}; it was left out.`;
    ctx.problems.add(subject(parent), 'E_LIMIT_DEPTH', subject(parent, blob.path), message);
    return null;
  }
  const archive = newContainer('archive', basename(blob.path), budget, parent, blob.path);
  parent.archives.set(blob.path, archive);
  return archive;
}

/** Judge one entry by its path and type; regular files are collected. */
async function admit(
  ctx: Context,
  archive: Container,
  entry: ArchiveEntry,
  links: LinkTally,
  depth: number,
): Promise<void> {
  archive.budget.entry();
  ctx.tick(0, 1);
  const leaveOut = (
    code: 'E_BAD_PATH' | 'E_UNREADABLE' | 'E_UNSUPPORTED_COMPRESSION',
    message: string,
  ): void => ctx.problems.add(subject(archive), code, printable(`${archive.label}: ${entry.path}`), message);
  const path = entryPath(entry.path, ctx.limits.maxPathLength);
  if (!path.ok) return leaveOut('E_BAD_PATH', `The entry was left out: ${path.reason}.`);
  if (entry.type === 'directory' || path.path === '' || isDesktopLitter(path.path)) return;
  if (entry.type === 'link') return links.add(path.path);
  if (entry.type === 'unsupported')
    return leaveOut('E_UNREADABLE', 'It is a sparse or special entry; it was left out.');
  if (entry.unreadable === 'encrypted') return leaveOut('E_UNREADABLE', 'It is encrypted; it was left out.');
  if (entry.unreadable !== null) {
    return leaveOut('E_UNSUPPORTED_COMPRESSION', 'It is compressed by a method that cannot be read here.');
  }
  const { mtime, body, cut } = entry;
  await collect(ctx, archive, { path: path.path, mtime, body, cut, onDisk: null }, archive.budget, depth + 1);
}

async function* counted(body: AsyncIterable<Buffer>, budget: Budget): AsyncGenerator<Buffer> {
  for await (const chunk of body) {
    budget.inflated(chunk.length);
    yield chunk;
  }
}

function corruptArchive(ctx: Context, archive: Container, what: string): void {
  const count = archive.files.size + archive.archives.size;
  const kept =
    count === 0 ? 'nothing could be read' : `${count} ${count === 1 ? 'file' : 'files'} could be read`;
  ctx.problems.add(subject(archive), 'E_ARCHIVE_CORRUPT', subject(archive), `${what}; ${kept}.`);
}
