/** What an input is, told by its bytes; and a memory of digests, so that an unchanged input is not read again. */
import {
  createReadStream,
  mkdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
  type BigIntStats,
} from 'node:fs';
import { lstat, readdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { crc32 } from 'node:zlib';

/** Files of a folder beyond this number: it is not remembered. */
const MAX_FILES = 200_000;
/** A file that changed within this time may change again without its times showing it. */
const SETTLED_NS = 2_000_000_000n;

interface Listed {
  readonly path: string;
  readonly file: string;
  readonly info: BigIntStats;
}

/** Digest of an input's name and content, and what the file system told of it before it was read. */
export interface InputDigest {
  readonly digest: string;
  readonly identity: string;
}

/**
 * The digest, or null when it cannot be had (standard input, a device, nothing there). `memory`: folder where digests
 * are remembered by what the file system tells of the files; null for none.
 */
export async function inputDigest(input: string, memory: string | null): Promise<InputDigest | null> {
  const listed = await listInput(input);
  if (listed === null) return null;
  const { files, identity, root } = listed;
  const note = memory === null ? null : noteOf(memory, root);
  const known = note === null ? null : readNote(note, identity);
  if (known !== null) return { digest: known, identity };
  const digest = await digestOf(input, files);
  if (digest === null) return null;
  if (note !== null && isSettled(files)) writeNote(note, digest, identity);
  return { digest, identity };
}

/** The digest of an input that is remembered and has not changed; null where it would have to be read. */
export async function rememberedDigest(input: string, memory: string): Promise<string | null> {
  const listed = await listInput(input);
  return listed === null ? null : readNote(noteOf(memory, listed.root), listed.identity);
}

const noteOf = (memory: string, root: string): string => join(memory, checksum(root));

/** Whether nothing changed since the digest was made, as far as the file system tells. */
export async function isUnchanged(input: string, { identity }: InputDigest): Promise<boolean> {
  return (await listInput(input))?.identity === identity;
}

async function listInput(input: string): Promise<{ files: Listed[]; identity: string; root: string } | null> {
  if (input === '-') return null;
  try {
    const root = await realpath(input);
    const files = await listFiles(root);
    if (files === null) return null;
    return {
      files,
      root,
      identity: JSON.stringify([basename(resolve(input)), root, ...files.map(identityOf)]),
    };
  } catch {
    return null;
  }
}

async function digestOf(input: string, files: readonly Listed[]): Promise<string | null> {
  // Loaded here: it takes a third of the time of a search in a kept index.
  const { createHash } = await import('node:crypto');
  const hash = createHash('sha256').update(JSON.stringify(basename(resolve(input))));
  for (const { path, file, info } of files) {
    // The name, the size and the time of a file take part in what ingest makes of a folder.
    if (path !== '')
      hash.update(JSON.stringify([path, String(info.size), String(info.mtimeNs / 1_000_000n)]));
    try {
      for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 }))
        hash.update(chunk as Buffer);
    } catch {
      return null;
    }
  }
  return hash.digest('hex');
}

async function listFiles(root: string): Promise<Listed[] | null> {
  const info = await stat(root, { bigint: true });
  if (info.isFile()) return [{ path: '', file: root, info }];
  if (!info.isDirectory()) return null;
  const found: Listed[] = [];
  const walk = async (folder: string, prefix: string): Promise<void> => {
    for (const entry of (await readdir(folder, { withFileTypes: true })).sort((a, b) =>
      a.name < b.name ? -1 : 1,
    )) {
      const file = join(folder, entry.name);
      if (entry.isDirectory()) await walk(file, `${prefix}${entry.name}/`);
      else if (entry.isFile() && found.length <= MAX_FILES)
        found.push({ path: prefix + entry.name, file, info: await lstat(file, { bigint: true }) });
    }
  };
  await walk(root, '');
  return found.length > MAX_FILES ? null : found;
}

function identityOf({ path, info }: Listed): string[] {
  const { dev, ino, size, mtimeNs, ctimeNs } = info;
  return [path, ...[dev, ino, size, mtimeNs, ctimeNs].map(String)];
}

function isSettled(files: readonly Listed[]): boolean {
  const now = BigInt(Date.now()) * 1_000_000n;
  return files.every(({ info }) => info.ctimeNs < now - SETTLED_NS && info.mtimeNs < now - SETTLED_NS);
}

/** A note is the digest, the checksum of it and of the identity, and the identity it was made of. */
function readNote(path: string, identity: string): string | null {
  try {
    const [digest = '', check, of] = readFileSync(path, 'utf8').split('\n');
    return of === identity && /^[0-9a-f]{64}$/.test(digest) && check === checksum(digest + identity)
      ? digest
      : null;
  } catch {
    return null;
  }
}

/** Not being able to remember costs time only. */
function writeNote(path: string, digest: string, identity: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const temporary = `${path}.${process.pid}`;
    writeFileSync(temporary, [digest, checksum(digest + identity), identity].join('\n'), { mode: 0o600 });
    renameSync(temporary, path);
  } catch {
    return;
  }
}

/** CRC-32 as eight hexadecimal digits. */
export function checksum(text: string): string {
  return crc32(text).toString(16).padStart(8, '0');
}
