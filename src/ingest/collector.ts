import type { Budget } from './budget.js';
import { peek } from './chunks.js';
import { subject, type Container, type FoundFile } from './container.js';
import type { Context } from './context.js';
import { Inflater, inflateHead } from './inflate.js';
import { openTar, openZip } from './open-archive.js';
import { sniff, SNIFF_BYTES, UNSUPPORTED, type Format } from './sniff.js';
import { discard, spool } from './spool.js';
import { unpacked } from './unpacked.js';

/** One stream of bytes with a place in a container: an entry of an archive, a file of a folder, standard input. */
export interface Blob {
  /** Path in its container. */
  readonly path: string;
  readonly mtime: number | null;
  readonly body: AsyncIterable<Buffer>;
  /** Ask after reading: true when the enclosing archive ended within it, which has been reported then. */
  readonly cut: () => boolean;
  /** Where the bytes lie already and may stay, with their count; null when they have to be spooled. */
  readonly onDisk: { readonly file: string; readonly size: number } | null;
}

/** Put a blob where its content says it belongs. `depth` counts the archives around it. Throws LimitHit. */
export async function collect(
  ctx: Context,
  container: Container,
  blob: Blob,
  budget: Budget,
  depth: number,
): Promise<void> {
  const { head, all } = await peek(blob.body, SNIFF_BYTES);
  const whole: Blob = { ...blob, body: all };
  const outer = sniff(head);
  const gzip = outer === 'gzip';
  const format = gzip ? sniff(inflateHead(head).subarray(0, SNIFF_BYTES)) : outer;
  switch (format) {
    case 'tar':
      return openTar(ctx, container, whole, budget, gzip, depth);
    case 'zip':
      return openZip(ctx, container, whole, budget, gzip, depth);
    case 'pcap':
    case 'pcapng':
      return keep(ctx, container, whole, budget, format, gzip);
    case 'pcapng-crlf':
      return ctx.problems.add(
        subject(container),
        'E_CAPTURE_NOT_BINARY',
        subject(container, blob.path),
        'It is a pcapng capture whose line feeds became CR LF; it cannot be read.',
      );
    default:
      if (UNSUPPORTED.has(outer)) return reportCompression(ctx, container, blob.path, outer);
      if (container.kind === 'single') return reportUnknown(ctx, container, blob.path, format);
      return keep(ctx, container, whole, budget, 'file', gzip);
  }
}

/** Register a file, spooling it unless it lies on disk; logs that are gzipped inside archives are decompressed. */
async function keep(
  ctx: Context,
  container: Container,
  blob: Blob,
  budget: Budget,
  format: FoundFile['format'],
  gzip: boolean,
): Promise<void> {
  const { path, mtime, onDisk } = blob;
  const name = format === 'file' && gzip ? path.replace(/\.gz$/i, '') : path;
  if (onDisk !== null) {
    const { file, size } = onDisk;
    return register(ctx, container, { path, name, spool: file, size, mtime, truncated: false, format, gzip });
  }
  const inflater = format === 'file' && gzip ? new Inflater(blob.body, (n) => budget.inflated(n)) : null;
  const spooled = await spool(inflater?.chunks() ?? blob.body, ctx.temp, budget);
  const damaged = inflater !== null && inflater.end !== 'complete';
  if (damaged && !blob.cut() && spooled.hit === null) reportDamage(ctx, container, path);
  const found: FoundFile = {
    path,
    name,
    spool: spooled.spool,
    size: spooled.size,
    mtime,
    truncated: damaged || blob.cut() || spooled.hit !== null,
    format,
    gzip: gzip && inflater === null,
  };
  register(ctx, container, found);
  if (format === 'file') ctx.onUnpacked?.(unpacked(container, found));
  if (spooled.hit !== null) throw spooled.hit;
}

function register(ctx: Context, container: Container, file: FoundFile): void {
  const earlier = container.files.get(file.path);
  if (earlier !== undefined) {
    discard(ctx.temp, earlier.spool);
    const message = 'The archive holds this path more than once; the last one counts.';
    ctx.problems.add(subject(container), 'E_DUPLICATE_ENTRY', subject(container, file.path), message, {
      note: true,
    });
  }
  container.files.set(file.path, file);
}

/** A compressed log that ends early or is damaged; what came before is kept. */
export function reportDamage(ctx: Context, container: Container, path: string): void {
  const message = 'Its compressed data is cut or damaged; what came before is kept.';
  ctx.problems.add(subject(container), 'E_ARCHIVE_CORRUPT', subject(container, path), message);
}

function reportCompression(ctx: Context, container: Container, path: string, format: Format): void {
  const message = `It is compressed with ${format}, which cannot be read here.`;
  ctx.problems.add(subject(container), 'E_UNSUPPORTED_COMPRESSION', subject(container, path), message);
}

/** The one file the user named is nothing that can be analysed. */
function reportUnknown(ctx: Context, container: Container, path: string, format: Format): void {
  const say = (code: 'E_UNKNOWN_FORMAT' | 'E_CAPTURE_NOT_BINARY', message: string, hint?: string): void =>
    ctx.problems.add(
      subject(container),
      code,
      subject(container, path),
      message,
      hint === undefined ? {} : { hint },
    );
  if (format === 'empty') return say('E_UNKNOWN_FORMAT', 'It is empty.', 'Collect or copy it again.');
  if (format === 'tcpdump-text') {
    return say(
      'E_CAPTURE_NOT_BINARY',
      'It starts with text printed by tcpdump, not with packets.',
      'Capture with `tcpdump -w FILE`, and keep its messages (standard error) out of the file.',
    );
  }
  say('E_UNKNOWN_FORMAT', 'It is neither a bundle nor a capture.');
}
