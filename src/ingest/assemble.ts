import { resolve } from 'node:path';
import type { Bundle, CaptureFile, SourceFile } from '../model/source.js';
import { identifyBundle } from './bundle-identity.js';
import { captureLabels, numbered } from './capture-labels.js';
import { chain, subject, type Container } from './container.js';
import type { Context } from './context.js';
import { inflateFile } from './inflate-file.js';
import { sameFiles } from './same-content.js';
import { placeOf, sortOut, type BundleDraft, type CaptureDraft, type SortedOut } from './sort-out.js';

/** An input as the user named it, with what was found there. */
export interface ReadInput {
  readonly input: string;
  readonly container: Container;
}

type OpenBundle = Bundle & { readonly draft: BundleDraft };

/** Make bundles and captures of everything that was found: sorted by input, then by path. */
export async function assemble(
  ctx: Context,
  inputs: readonly ReadInput[],
): Promise<{ bundles: Bundle[]; captures: CaptureFile[] }> {
  const drafts: BundleDraft[] = [];
  const captures: { readonly input: string; readonly draft: CaptureDraft }[] = [];
  for (const { input, container } of inputs) {
    const sorted: SortedOut = { bundles: [], captures: [] };
    sortOut(ctx, container, sorted);
    drafts.push(...inOrder(sorted.bundles, (draft) => placeOf(draft.container, draft.root.prefix)));
    const ordered = inOrder(sorted.captures, (draft) => placeOf(draft.container, draft.found.path));
    captures.push(...ordered.map((draft) => ({ input, draft })));
  }
  const open: OpenBundle[] = [];
  for (const draft of drafts) open.push(await openBundle(ctx, draft));
  const { kept, twins } = await withoutTwins(ctx, open);
  const bundles = withUniqueIds(kept);
  const idOf = new Map(bundles.map(({ draft, id }) => [draft, id]));
  const taken = captures.filter(({ draft }) => draft.bundle === null || !twins.has(draft.bundle));
  return {
    bundles: bundles.map(({ draft: _, ...bundle }) => bundle),
    captures: toCaptures(taken, idOf),
  };
}

async function openBundle(ctx: Context, draft: BundleDraft): Promise<OpenBundle> {
  const { container, root } = draft;
  const files = new Map<string, SourceFile>();
  for (const { found, path, name } of draft.files) {
    const { spool, size, truncated } = found.gzip ? await inflateFile(ctx, container, found) : found;
    // `x.log` and `x.log.gz` may both be there: the second keeps its full name.
    const unique = files.has(name) ? path.slice(root.prefix.length) : name;
    files.set(unique, { path, name: unique, spool, size, mtime: found.mtime, truncated });
  }
  const sorted = new Map(inOrder([...files], ([name]) => name));
  const names = chain(container, root.prefix.slice(0, -1)).reverse();
  // An archive of one bundle is called by its own name, whatever folders it has inside.
  const ownName = container.kind === 'archive' && draft.alone ? container.label : names[0]!;
  const identity = await identifyBundle(root.layout, sorted, ownName, names);
  return { ...identity, input: container.label, files: sorted, draft };
}

/** Leave out bundles that are the same, byte for byte, as one before: an archive beside its extracted folder. */
async function withoutTwins(
  ctx: Context,
  bundles: readonly OpenBundle[],
): Promise<{ kept: OpenBundle[]; twins: Set<BundleDraft> }> {
  const kept: OpenBundle[] = [];
  const byId = new Map<string, OpenBundle[]>();
  const twins = new Set<BundleDraft>();
  for (const bundle of bundles) {
    const others = byId.get(bundle.id) ?? [];
    const twin = await findTwin(bundle, others);
    if (twin === null) {
      byId.set(bundle.id, [...others, bundle]);
      kept.push(bundle);
      continue;
    }
    twins.add(bundle.draft);
    reportTwin(ctx, bundle.draft, twin.draft);
  }
  return { kept, twins };
}

function reportTwin(ctx: Context, { container, root }: BundleDraft, twin: BundleDraft): void {
  const same = subject(twin.container, twin.root.prefix.slice(0, -1));
  const about = subject(container, root.prefix.slice(0, -1));
  const message = `It is the same bundle as ${same}; it is read once.`;
  const detail = { note: true, hint: 'Nothing to do.' };
  ctx.problems.add(subject(container), 'E_DUPLICATE_ENTRY', about, message, detail);
}

async function findTwin(bundle: OpenBundle, others: readonly OpenBundle[]): Promise<OpenBundle | null> {
  for (const other of others) if (await sameFiles(bundle.files, other.files)) return other;
  return null;
}

/** Several collections of one node are told apart by `#2`, `#3`, … in the order they were made. */
function withUniqueIds(bundles: readonly OpenBundle[]): OpenBundle[] {
  const byTime = [...bundles].sort((a, b) => (a.collectedAt ?? Infinity) - (b.collectedAt ?? Infinity) || 0);
  const ids = numbered(byTime.map((bundle) => bundle.id));
  const idOf = new Map(byTime.map((bundle, i) => [bundle, ids[i]!]));
  return bundles.map((bundle) => ({ ...bundle, id: idOf.get(bundle)! }));
}

function toCaptures(
  captures: readonly { readonly input: string; readonly draft: CaptureDraft }[],
  idOf: ReadonlyMap<BundleDraft, string>,
): CaptureFile[] {
  const labels = captureLabels(
    captures.map(({ input, draft }) => {
      const inner = chain(draft.container, draft.found.path);
      const around = input === '-' ? [] : resolve(input).split(/[\\/]/).filter(Boolean).slice(0, -1);
      return { parts: [...around, ...inner], shown: Math.max(1, inner.length - 1) };
    }),
  );
  return captures.map(({ draft: { found, bundle } }, i) => ({
    path: labels[i]!,
    spool: found.spool,
    size: found.size,
    format: found.format as 'pcap' | 'pcapng',
    gzip: found.gzip,
    truncated: found.truncated,
    ...(bundle === null ? {} : { bundle: idOf.get(bundle)! }),
  }));
}

function inOrder<T>(items: readonly T[], key: (item: T) => string): T[] {
  const keyed = items.map((item) => ({ item, key: key(item) }));
  return keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)).map(({ item }) => item);
}
