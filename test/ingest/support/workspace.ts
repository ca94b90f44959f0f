import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach } from 'vitest';
import { ingest, TempDir, type IngestOptions } from '../../../src/ingest/index.js';
import { DEFAULT_LIMITS, type Limits } from '../../../src/limits.js';
import type { Bundle, Ingested, SourceFile } from '../../../src/model/source.js';

/** A folder for input files and a TempDir, both removed after each test of the file. */
export class Workspace {
  #root: string | null = null;
  #temp: TempDir | null = null;

  constructor() {
    afterEach(async () => {
      if (this.#root !== null) rmSync(this.#root, { recursive: true, force: true });
      this.#root = null;
      await this.#temp?.remove();
      this.#temp = null;
    });
  }

  get root(): string {
    this.#root ??= mkdtempSync(join(tmpdir(), 'ingest-test-'));
    return this.#root;
  }

  get temp(): TempDir {
    this.#temp ??= new TempDir();
    return this.#temp;
  }

  /** Write a file and return its absolute path. */
  write(name: string, data: string | Buffer): string {
    const file = join(this.root, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, data);
    return file;
  }

  async ingest(
    inputs: readonly string[],
    limits: Partial<Limits> = {},
    options: Partial<IngestOptions> = {},
  ): Promise<Ingested> {
    return ingest(inputs, { limits: { ...DEFAULT_LIMITS, ...limits }, tempDir: this.temp, ...options });
  }
}

export function contentOf(file: SourceFile | undefined): string {
  if (file === undefined) throw new Error('no such file in the bundle');
  return readFileSync(file.spool, 'latin1');
}

/** Names and contents of all files of a bundle. */
export function contentsOf(bundle: Bundle | undefined): Record<string, string> {
  const entries = [...(bundle?.files ?? [])].map(([name, file]) => [name, contentOf(file)]);
  return Object.fromEntries(entries) as Record<string, string>;
}

export function codesOf(result: Ingested): string[] {
  return result.problems.map((problem) => problem.code);
}

/** The smallest tree that is a node's bundle. */
export const NODE_FILES = {
  'networking/iprule.txt': '0:\tfrom all lookup local\n',
  'system/instance-id.txt': 'i-0a1b2c3d4e5f67890\n',
  'var_log/aws-routed-eni/ipamd.log': '{"level":"info"}\n',
} as const;

/** A capture with a header and no packets. */
export const EMPTY_PCAP = Buffer.from(
  'd4c3b2a1020004000000000000000000000004000100 0000'.replace(' ', ''),
  'hex',
);
