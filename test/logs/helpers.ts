import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll } from 'vitest';
import { DEFAULT_LIMITS, type Limits } from '../../src/limits.js';
import { scanLogFile } from '../../src/logs/task.js';
import type { LogFileScan, LogFileTask } from '../../src/logs/types.js';
import type { LogQuery, LogRecord, LogSource } from '../../src/model/logs.js';
import type { Bundle, BundleKind, SourceFile } from '../../src/model/source.js';

/** The collection time of most samples: the example day of the format descriptions. */
export const COLLECTED = Date.UTC(2024, 4, 17, 9, 31);

export const folder = mkdtempSync(join(tmpdir(), 'eks-netcheck-logs-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let serial = 0;

export function sourceFile(
  name: string,
  content: string | Buffer,
  more: Partial<SourceFile> = {},
): SourceFile {
  const spool = join(folder, String(serial++), name);
  mkdirSync(dirname(spool), { recursive: true });
  writeFileSync(spool, content);
  const size = Buffer.byteLength(content);
  return { path: name, name, spool, size, mtime: null, truncated: false, ...more };
}

export function bundleOf(
  files: Record<string, string | Buffer>,
  kind: BundleKind = 'linux-collector',
): Bundle {
  const entries = Object.entries(files).map(([name, content]) => [name, sourceFile(name, content)] as const);
  return {
    id: 'i-0a1b2c3d4e5f67890',
    input: 'eks_i-0a1b2c3d4e5f67890_2024-05-17_0931-UTC_0.7.8.tar.gz',
    kind,
    collectorVersion: '0.7.8',
    collectedAt: COLLECTED,
    files: new Map(entries),
  };
}

export type TaskOptions = Partial<Omit<LogFileTask, 'queries' | 'limits'>> & {
  readonly queries?: readonly (string | LogQuery)[];
  readonly limits?: Partial<Limits>;
};

export function query(
  pattern: string,
  sources: readonly LogSource[],
  more: Partial<LogQuery> = {},
): LogQuery {
  return { id: pattern, sources, pattern, ...more };
}

export async function scanText(text: string | Buffer, options: TaskOptions = {}): Promise<LogFileScan> {
  const source = options.source ?? 'ipamd';
  return scanLogFile({
    node: 'i-0a1b2c3d4e5f67890',
    file: sourceFile('some.log', text),
    collectedAt: COLLECTED,
    podIps: [],
    bootTime: null,
    ...options,
    source,
    queries: (options.queries ?? []).map((q) => (typeof q === 'string' ? query(q, [source]) : q)),
    limits: { ...DEFAULT_LIMITS, ...options.limits },
  });
}

/** The records of the only query. */
export async function recordsOf(
  text: string | Buffer,
  pattern: string,
  options: TaskOptions = {},
): Promise<readonly LogRecord[]> {
  const scan = await scanText(text, { ...options, queries: [pattern] });
  return scan.matches[0]?.records ?? [];
}

export const iso = (time: number | null | undefined): string | null =>
  time === null || time === undefined ? null : new Date(time).toISOString();
