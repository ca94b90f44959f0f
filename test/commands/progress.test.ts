import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pack } from 'tar-stream';
import { describe, expect, it } from 'vitest';
import { progressLine } from '../../src/commands/progress.js';

const MIB = 1024 * 1024;
const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

describe('progressLine', () => {
  it.each([
    [
      { stage: 'logs', subject: 'var_log/messages', done: 120 * MIB, total: 480 * MIB, unit: 'bytes' },
      [9, 2],
      'searching logs 120 of 480 MiB, 60 MiB/s, 6 s left var_log/messages (9 s)',
    ],
    [
      { stage: 'ingest', subject: 'a.tgz', done: 48 * MIB, total: null, unit: 'bytes' },
      [3, 3],
      'reading 48 MiB, 16 MiB/s a.tgz (3 s)',
    ],
    [
      { stage: 'captures', subject: 'x', done: 0, total: 4, unit: 'files' },
      [5, 5],
      'reading captures 0 of 4 x (5 s)',
    ],
    [
      { stage: 'captures', subject: 'x', done: 1, total: 4, unit: 'files' },
      [5, 5],
      'reading captures 1 of 4, 15 s left x (5 s)',
    ],
    [{ stage: 'rules', subject: '', done: 0, total: null, unit: 'files' }, [5, 0], 'applying rules (5 s)'],
    // No rate from the first moment of a stage.
    [
      { stage: 'logs', subject: 'x', done: MIB, total: 2 * MIB, unit: 'bytes' },
      [5, 0.1],
      'searching logs 1 of 2 MiB x (5 s)',
    ],
    [
      { stage: 'ingest', subject: 'a\u001b[2Jb\nc', done: 0, total: null, unit: 'bytes' },
      [2, 0],
      'reading 0 MiB a??2Jb?c (2 s)',
    ],
  ] as const)('%j', (progress, [seconds, stageSeconds], want) => {
    expect(progressLine(progress, seconds, stageSeconds)).toBe(want);
  });
});

describe.runIf(existsSync(CLI))('Ctrl-C', () => {
  it('ends a run with 130, prints nothing and leaves no temporary folder', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'eks-netcheck-interrupt-'));
    try {
      // Standard input stays open without an end: the archive is waited for.
      const run = spawn(process.execPath, [CLI, 'analyze', '-'], {
        env: { ...process.env, TMPDIR: folder },
        stdio: ['pipe', 'pipe', 'pipe'],
      });
      let out = '';
      for (const stream of [run.stdout, run.stderr]) stream.on('data', (d) => (out += String(d)));
      const ended = new Promise<number | null>((done) => run.on('exit', done));
      // The pipe breaks when the reader dies.
      run.stdin.on('error', () => undefined);
      const archive = pack();
      const entry = archive.entry({ name: 'var_log/messages', size: 64 * MIB });
      for (const stream of [archive, entry]) stream.on('error', () => undefined);
      archive.pipe(run.stdin);
      entry.write(Buffer.alloc(4 * MIB, 'a line\n'));
      // A file in the folder: the program is at work there.
      const files = (): string[] => readdirSync(folder, { recursive: true }) as string[];
      while (files().length < 2 && run.exitCode === null) await new Promise((again) => setTimeout(again, 20));
      run.kill('SIGINT');
      expect(await ended).toBe(130);
      expect(out).toBe('');
      expect(readdirSync(folder)).toEqual([]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
