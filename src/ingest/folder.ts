import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { subject, type Container } from './container.js';
import type { Context } from './context.js';
import { isDesktopLitter } from './entry-path.js';
import { LinkTally } from './tally.js';

export interface FolderFile {
  /** Path in the folder, `/` separators. */
  readonly path: string;
  readonly file: string;
}

/**
 * The regular files below a folder, sorted by path. Links are not followed, wherever they lead: what lies inside is
 * met anyway, what lies outside was not given. FIFOs, sockets and devices are left alone. Throws LimitHit.
 */
export async function* walkFolder(
  ctx: Context,
  container: Container,
  root: string,
): AsyncGenerator<FolderFile> {
  const links = new LinkTally();
  try {
    yield* walk(ctx, container, root, '', links);
  } finally {
    links.reportLinks(ctx, container);
  }
}

async function* walk(
  ctx: Context,
  container: Container,
  folder: string,
  prefix: string,
  links: LinkTally,
): AsyncGenerator<FolderFile> {
  for (const entry of await list(ctx, container, folder, prefix)) {
    container.budget.entry();
    ctx.tick(0, 1);
    const path = prefix + entry.name;
    if (isDesktopLitter(path)) continue;
    const file = join(folder, entry.name);
    if (entry.isDirectory()) yield* walk(ctx, container, file, `${path}/`, links);
    else if (entry.isFile()) yield { path, file };
    else links.add(path);
  }
}

async function list(ctx: Context, container: Container, folder: string, prefix: string): Promise<Dirent[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'error';
    const message = `The folder cannot be read (${code}).`;
    ctx.problems.add(subject(container), 'E_UNREADABLE', subject(container, prefix.slice(0, -1)), message);
    return [];
  }
}
