import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, statSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { writeAll } from '../../src/ingest/spool.js';
import { diskError, TempDir } from '../../src/ingest/temp-dir.js';
import { Workspace } from './support/workspace.js';

const space = new Workspace();
const EVENTS = ['exit', 'SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const listeners = (): number[] => EVENTS.map((event) => process.listenerCount(event));

afterEach(() => vi.unstubAllEnvs());

describe('TempDir', () => {
  it('makes nothing until asked, then a private folder below the temporary folder of the system', () => {
    const before = listeners();
    const dir = new TempDir();
    expect(listeners()).toEqual(before);
    const file = dir.path('a');
    expect(file.startsWith(join(tmpdir(), 'eks-netcheck-'))).toBe(true);
    expect(statSync(join(file, '..')).mode & 0o777).toBe(0o700);
    expect(dir.path('b')).toBe(join(file, '../b'));
    dir.removeSync();
    expect(existsSync(join(file, '..'))).toBe(false);
    expect(listeners()).toEqual(before);
  });

  it('removes what is in it, once or more often, and leaves no listeners of many folders', async () => {
    const before = listeners();
    const dirs = Array.from({ length: 20 }, () => new TempDir());
    const files = dirs.map((dir) => dir.nextPath());
    for (const file of files) writeFileSync(file, 'x');
    expect(listeners()).toEqual(before.map((n) => n + 1));
    for (const dir of dirs) {
      await dir.remove();
      await dir.remove();
      dir.removeSync();
    }
    expect(files.some((file) => existsSync(file))).toBe(false);
    expect(listeners()).toEqual(before);
  });

  it('owns its files only', () => {
    expect(space.temp.owns(space.temp.nextPath())).toBe(true);
    expect(space.temp.owns('/etc/passwd')).toBe(false);
    expect(new TempDir().owns('/etc/passwd')).toBe(false);
  });

  it.each([
    ['SIGINT', 130, null],
    ['SIGTERM', null, 'SIGTERM'],
    ['SIGHUP', null, 'SIGHUP'],
    ['exit', 3, null],
    ['throw', 1, null],
  ] as const)('is removed on %s', async (way, code, signal) => {
    const script = `import { writeFileSync } from 'node:fs';
      import { TempDir } from ${JSON.stringify(resolve('src/ingest/temp-dir.ts'))};
      const file = new TempDir().nextPath();
      writeFileSync(file, 'x');
      setInterval(() => {}, 1000);
      process.stdout.write(file + '\\n');
      if (${JSON.stringify(way)} === 'exit') setTimeout(() => process.exit(3), 10);
      if (${JSON.stringify(way)} === 'throw') setTimeout(() => { throw new Error('x'); }, 10);`;
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script]);
    const exit = once(child, 'exit');
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const file = line.toString().trim();
    if (way.startsWith('SIG')) child.kill(way as NodeJS.Signals);
    expect(await exit).toEqual([code, signal]);
    expect(existsSync(join(file, '..'))).toBe(false);
  });
});

describe('a full disk', () => {
  it.runIf(existsSync('/dev/full'))('is told as such', () => {
    const fd = openSync('/dev/full', 'w');
    try {
      expect(() => writeAll(fd, Buffer.from('x'))).toThrow(
        expect.objectContaining({ code: 'E_DISK_FULL', exitCode: 2 }) as Error,
      );
    } finally {
      closeSync(fd);
    }
  });

  it('is not seen in other errors', () => {
    expect(diskError(Object.assign(new Error('x'), { code: 'EACCES' }))).toBeNull();
    expect(diskError(null)).toBeNull();
  });

  it('a temporary folder that is not there is told too', () => {
    vi.stubEnv('TMPDIR', join(space.root, 'gone'));
    expect(() => new TempDir().path('x')).toThrow('The temporary folder cannot be written.');
  });
});
