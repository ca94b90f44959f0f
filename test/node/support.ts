import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll } from 'vitest';
import { DEFAULT_LIMITS } from '../../src/limits.js';
import type { NodeFacts } from '../../src/model/node.js';
import type { Bundle, BundleKind, Problem, SourceFile } from '../../src/model/source.js';
import { buildNode } from '../../src/node/build.js';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

export function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'node-facts-'));
  folders.push(folder);
  return folder;
}

export interface BundleOptions {
  readonly kind?: BundleKind;
  readonly input?: string;
  readonly version?: string | null;
  readonly truncated?: readonly string[];
}

/** A bundle of the given files, as ingest would hand it on. */
export function bundleOf(
  contents: Readonly<Record<string, string | Buffer>>,
  options: BundleOptions = {},
): Bundle {
  const folder = temporaryFolder();
  const files = new Map<string, SourceFile>();
  for (const [name, content] of Object.entries(contents)) {
    const spool = path.join(folder, name);
    mkdirSync(path.dirname(spool), { recursive: true });
    writeFileSync(spool, content);
    const truncated = options.truncated?.includes(name) ?? false;
    files.set(name, {
      path: `root/${name}`,
      name,
      spool,
      size: Buffer.byteLength(content),
      mtime: null,
      truncated,
    });
  }
  return {
    id: 'node-1',
    input: options.input ?? 'bundle.tar.gz',
    kind: options.kind ?? 'linux-collector',
    collectorVersion: options.version === undefined ? '0.7.9' : options.version,
    collectedAt: Date.UTC(2024, 4, 17, 9, 31),
    files,
  };
}

export async function factsOf(
  contents: Readonly<Record<string, string | Buffer>>,
  options: BundleOptions = {},
): Promise<NodeFacts & { problems: readonly Problem[]; bundle: Bundle }> {
  const bundle = bundleOf(contents, options);
  const { facts, problems } = await buildNode(bundle, DEFAULT_LIMITS);
  return { ...facts, problems, bundle };
}
