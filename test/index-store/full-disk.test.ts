/** A disk without room, and a run that is ended in the middle: the next answer is right all the same. */
import { execFileSync, spawn, spawnSync, type SpawnSyncReturns } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const CLI = resolve(import.meta.dirname, '../../dist/cli.js');
/** Of words that do not repeat: neither the bundle nor the index of it is small. */
const LINES = 12_000;

let root: string;
let archive: string;
let right: string;
const mounted: string[] = [];

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'full-disk-test-'));
  const tree = join(root, 'tree');
  let seed = 5;
  const word = (): string => (seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0).toString(36);
  const files: Readonly<Record<string, string>> = {
    'system/instance-id.txt': 'i-0a1b2c3d4e5f67890\n',
    'system/script-params.txt': 'ignore_introspection: false\n',
    'var_log/aws-routed-eni/ipamd.log': Array.from(
      { length: LINES },
      (_, i) =>
        `{"level":"info","ts":"2024-05-17T09:31:22.${String(i % 1000).padStart(3, '0')}Z","msg":"assigned ${word()} ${word()} ${word()}"}`,
    ).join('\n'),
  };
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(tree, name)), { recursive: true });
    writeFileSync(join(tree, name), text);
  }
  archive = join(root, 'eks_i-0a1b2c3d4e5f67890_2024-05-17_0931-UTC_0.7.8.tar.gz');
  execFileSync('tar', ['czf', archive, '-C', tree, '.']);
  const first = search(['--no-cache']);
  expect(first.status).toBe(0);
  right = first.stdout;
  expect(right).toContain('12,000 lines in ');
});

afterAll(() => {
  for (const folder of mounted) spawnSync('umount', [folder]);
  rmSync(root, { recursive: true, force: true });
});

/** A file system of 256 KiB; null where none can be mounted. */
function tinyDisk(name: string): string | null {
  const folder = join(root, name);
  mkdirSync(folder);
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=256k,mode=0700', 'tmpfs', folder]);
  if (status !== 0) return null;
  mounted.push(folder);
  return folder;
}

function search(args: readonly string[], env: NodeJS.ProcessEnv = {}): SpawnSyncReturns<string> {
  const all = [CLI, 'search', archive, ...args, 'assigned'];
  return spawnSync(process.execPath, all, { encoding: 'utf8', env: { ...process.env, ...env } });
}

describe('without room on the disk', () => {
  it('answers and keeps no index, where the folder of the indexes is full', (context) => {
    const disk = tinyDisk('cache-disk');
    if (disk === null) return context.skip('needs to mount a file system');
    const { status, stdout, stderr } = search(['--index', join(disk, 'index')]);
    expect([status, stdout]).toEqual([0, right]);
    expect(stderr).toContain('The index cannot be kept in the cache (ENOSPC); it is used for this run only.');
    expect(readdirSync(join(disk, 'index')).filter((name) => name !== 'inputs')).toEqual([]);
  });

  it('says so, where the temporary folder is full', (context) => {
    const disk = tinyDisk('temporary-disk');
    if (disk === null) return context.skip('needs to mount a file system');
    const { status, stdout, stderr } = search(['--no-cache'], { TMPDIR: disk });
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain('The temporary folder is full. [E_DISK_FULL]');
    expect(readdirSync(disk)).toEqual([]);
  });
});

describe('ended in the middle', () => {
  it.each(['SIGINT', 'SIGKILL'] as const)('by %s, what is kept is not taken for an index', async (signal) => {
    const cache = join(root, `cache-${signal}`);
    const temporary = join(root, `temporary-${signal}`);
    mkdirSync(temporary);
    const run = spawn(process.execPath, [CLI, 'search', archive, '--index', cache, 'assigned'], {
      stdio: 'ignore',
      env: { ...process.env, TMPDIR: temporary },
    });
    const ended = new Promise<void>((done) => run.once('close', () => done()));
    // The folder of the new index stands while it is written.
    const isWriting = (): boolean =>
      existsSync(cache) && readdirSync(cache).some((name) => name.startsWith('.new-'));
    while (run.exitCode === null && !isWriting()) await new Promise((next) => setTimeout(next, 2));
    run.kill(signal);
    await ended;
    if (signal !== 'SIGKILL') expect(readdirSync(temporary)).toEqual([]);
    for (let again = 0; again < 2; again++) {
      const { status, stdout, stderr } = search(['--index', cache]);
      expect([status, stdout, stderr]).toEqual([0, right, '']);
    }
  });
});
