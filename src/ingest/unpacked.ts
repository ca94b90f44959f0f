import type { Bundle, SourceFile } from '../model/source.js';
import { identifyBundle } from './bundle-identity.js';
import { BundleRoots, KIND_OF_LAYOUT } from './bundle-roots.js';
import type { Container, FoundFile } from './container.js';

/** A file of an archive whose bytes lie on disk while the rest of the archive still streams in. */
export interface Unpacked {
  readonly file: SourceFile;
  /** The bundle it seems to be part of, by the files that came so far; null when nothing tells of one yet. */
  readonly sketch: () => Promise<Bundle | null>;
}

export function unpacked(container: Container, found: FoundFile): Unpacked {
  return { file: sourceFile(found, found.name), sketch: () => sketchOf(container, found.name) };
}

function sourceFile({ path, spool, size, mtime, truncated }: FoundFile, name: string): SourceFile {
  return { path, name, spool, size, mtime, truncated };
}

/** Like `assemble` for one bundle of one archive: what is wrong with it is told there, in the end. */
async function sketchOf(container: Container, name: string): Promise<Bundle | null> {
  const files = [...container.files.values()].filter(({ format }) => format === 'file');
  const roots = new BundleRoots(files.map((file) => file.name));
  const root = roots.of(name);
  if (root === null) return null;
  const below = files.filter((file) => roots.of(file.name) === root);
  const named = new Map(
    below.map((file) => {
      const short = file.name.slice(root.prefix.length);
      return [short, sourceFile(file, short)];
    }),
  );
  const { label } = container;
  const identity = await identifyBundle(root.layout, named, label, [label]);
  return { ...identity, kind: KIND_OF_LAYOUT[root.layout], input: label, files: named };
}
