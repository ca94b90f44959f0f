/** Packs a tree of files the way the collector does: `tar --directory X .`, gzipped, with directory entries. */
import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { pack } from 'tar-stream';

/** Path inside the bundle → content. */
export type Tree = Map<string, string>;

export async function writeBundle(path: string, tree: Tree, mtime: Date): Promise<void> {
  const tar = pack();
  const done = pipeline(tar, createGzip({ level: 9 }), createWriteStream(path));
  const folders = new Set<string>(['./']);
  tar.entry({ name: './', type: 'directory', mode: 0o755, mtime, uname: 'root', gname: 'root' });
  for (const [name, content] of [...tree].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const parts = name.split('/').slice(0, -1);
    for (let depth = 1; depth <= parts.length; depth++) {
      const folder = `./${parts.slice(0, depth).join('/')}/`;
      if (folders.has(folder)) continue;
      folders.add(folder);
      tar.entry({ name: folder, type: 'directory', mode: 0o755, mtime, uname: 'root', gname: 'root' });
    }
    tar.entry({ name: `./${name}`, mode: 0o644, mtime, uname: 'root', gname: 'root' }, content);
  }
  tar.finalize();
  await done;
}

/** `eks_i-0a1b2c3d4e5f67890_2024-05-17_0931-UTC_0.7.9.tar.gz` */
export function bundleName(instanceId: string, started: Date): string {
  const iso = started.toISOString();
  return `eks_${instanceId}_${iso.slice(0, 10)}_${iso.slice(11, 16).replace(':', '')}-UTC_0.7.9.tar.gz`;
}
