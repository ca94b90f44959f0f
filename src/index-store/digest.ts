/** What an input is, told by its bytes; and a memory of digests, so that an unchanged input is not read again. */
import { createHash } from 'node:crypto';
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

/** Files of a folder beyond this number: it is not remembered. */
const MAX_FILES = 200_000;
/** A file that changed within this time may change again without its times showing it. */
const SETTLED_NS = 2_000_000_000n;

interface Listed {
  readonly path: string;
  readonly file: string;
  readonly info: BigIntStats;
}

/**
 * Digest of an input's name and content, or null when it cannot be had (standard input, a device, nothing there).
 * `memory`: folder where digests are remembered by what the file system tells of the files; null for none.
 */
export async function inputDigest(input: string, memory: string | null): Promise<string | null> {
  if (input === '-') return null;
  let files: Listed[] | null;
  let root: string;
  try {
    root = await realpath(input);
    files = await listFiles(root);
  } catch {
    return null;
  }
  if (files === null) return null;
  const identity = sha256(
    JSON.stringify(['input', basename(resolve(input)), root, ...files.map(identityOf)]),
  );
  const note = memory === null ? null : join(memory, identity);
  const known = note === null ? null : readNote(note);
  if (known !== null) return known;
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
  const digest = hash.digest('hex');
  if (note !== null && isSettled(files)) writeNote(note, digest);
  return digest;
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

function readNote(path: string): string | null {
  try {
    const text = readFileSync(path, 'utf8');
    const [digest, check] = text.trim().split(' ');
    return digest !== undefined && check === sha256(digest).slice(0, 16) ? digest : null;
  } catch {
    return null;
  }
}

/** Not being able to remember costs time only. */
function writeNote(path: string, digest: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const temporary = `${path}.${process.pid}`;
    writeFileSync(temporary, `${digest} ${sha256(digest).slice(0, 16)}\n`, { mode: 0o600 });
    renameSync(temporary, path);
  } catch {
    return;
  }
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
