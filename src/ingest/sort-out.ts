import { BundleRoots, type BundleRoot } from './bundle-roots.js';
import { chain, subject, type Container, type FoundFile } from './container.js';
import type { Context } from './context.js';

/** A file with its place in a bundle. */
export interface PlacedFile {
  readonly found: FoundFile;
  /** Path as evidence cites it: an archive within the bundle stands like a folder. */
  readonly path: string;
  /** Path below the bundle's root. */
  readonly name: string;
}

/** The files of one bundle, before it is known whose it is. */
export interface BundleDraft {
  readonly container: Container;
  readonly root: BundleRoot;
  /** It is the only bundle of its container. */
  readonly alone: boolean;
  readonly files: PlacedFile[];
}

export interface CaptureDraft {
  readonly container: Container;
  readonly found: FoundFile;
  /** The bundle it lay in. */
  readonly bundle: BundleDraft | null;
}

export interface SortedOut {
  readonly bundles: BundleDraft[];
  readonly captures: CaptureDraft[];
}

/** Sort the files of a container and of the archives in it into bundles, captures and the rest, which is reported. */
export function sortOut(ctx: Context, container: Container, into: SortedOut): void {
  const files = byPath(container.files);
  const roots = new BundleRoots(files.filter((file) => file.format === 'file').map((file) => file.name));
  const drafts = new Map<BundleRoot, BundleDraft>();
  const tops = roots.list();
  for (const root of tops) {
    const draft: BundleDraft = { container, root, alone: tops.length === 1, files: [] };
    drafts.set(root, draft);
    into.bundles.push(draft);
  }
  const draftOf = (path: string): BundleDraft | null => {
    const root = roots.of(path);
    return root === null ? null : drafts.get(root)!;
  };

  const rest: FoundFile[] = [];
  for (const found of files) {
    const bundle = draftOf(found.path);
    if (found.format !== 'file') into.captures.push({ container, found, bundle });
    else if (bundle === null) rest.push(found);
    else bundle.files.push({ found, path: found.path, name: found.name.slice(bundle.root.prefix.length) });
  }
  for (const archive of byPath(container.archives)) {
    const bundle = draftOf(archive.path);
    if (bundle !== null && !holdsNode(archive)) absorb(archive, archive.path, bundle, into);
    else sortOut(ctx, archive, into);
  }
  const usable = drafts.size > 0 || container.archives.size > 0 || files.length > rest.length;
  reportRest(ctx, container, rest, usable);
}

/** True for an archive with a bundle of some node in it, which then stands for itself. */
function holdsNode(container: Container): boolean {
  const roots = new BundleRoots([...container.files.values()].map((file) => file.name)).list();
  const ofNode = roots.some(({ layout }) => layout !== 'logdog' && layout !== 'loose');
  return ofNode || [...container.archives.values()].some(holdsNode);
}

/**
 * Add an archive inside a bundle to that bundle: Bottlerocket's own log archive, which the node monitoring agent puts
 * at `bottlerocket/logdog/bottlerocket-logs.tar.gz`, is of the same node and the same moment.
 * Its `bottlerocket-logs/journalctl.log` gets the name `bottlerocket/logdog/journalctl.log`.
 */
function absorb(archive: Container, path: string, bundle: BundleDraft, into: SortedOut): void {
  const files = byPath(archive.files);
  const roots = new BundleRoots(files.map((file) => file.name));
  const folder = path.slice(bundle.root.prefix.length).replace(/[^/]*$/, '');
  for (const found of files) {
    if (found.format !== 'file') {
      into.captures.push({ container: archive, found, bundle });
      continue;
    }
    const inner = found.name.slice(roots.of(found.path)?.prefix.length ?? 0);
    bundle.files.push({ found, path: `${path}/${found.path}`, name: folder + inner });
  }
  for (const inner of byPath(archive.archives)) absorb(inner, `${path}/${inner.path}`, bundle, into);
}

function reportRest(ctx: Context, container: Container, rest: readonly FoundFile[], usable: boolean): void {
  const about = subject(container);
  if (rest.length === 0) {
    if (usable || container.kind === 'single' || ctx.problems.isAbout(about)) return;
    return ctx.problems.add(about, 'E_UNKNOWN_FORMAT', about, 'It holds no files.');
  }
  if (!usable) {
    const files = rest.length === 1 ? 'Its only file is' : `None of its ${rest.length} files is`;
    const what =
      rest.length === 1
        ? 'neither part of a known bundle nor a capture'
        : 'part of a known bundle or a capture';
    const hint = 'Check that it is what eks-log-collector or a NodeDiagnostic made, or a capture.';
    return ctx.problems.add(about, 'E_UNKNOWN_FORMAT', about, `${files} ${what}.`, { hint });
  }
  for (const file of rest) {
    const what = subject(container, file.path);
    if (file.size === 0) {
      ctx.problems.add(about, 'E_UNKNOWN_FORMAT', what, 'It is empty.', {
        hint: 'Collect or copy it again.',
      });
    } else {
      const message = 'It is neither a capture nor part of a bundle; it was left aside.';
      ctx.problems.add(about, 'E_UNKNOWN_FORMAT', what, message, { note: true, hint: 'Nothing to do.' });
    }
  }
}

function byPath<T extends { readonly path: string }>(map: ReadonlyMap<string, T>): T[] {
  return [...map.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Key to sort bundles and captures by within one input. */
export function placeOf(container: Container, path: string): string {
  return chain(container, path).join('/');
}
