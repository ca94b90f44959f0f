import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { CHECKS } from '../../src/inspect/index.js';
import { renderCaptures, type CaptureDocument } from '../../src/inspect/text-report.js';
import { cliIsBuilt, CLI } from '../support/run-cli.js';
import { pcapFile } from '../support/pcap-writer.js';
import { inspect, Talk } from './support.js';

const STALLED = fileURLToPath(new URL('./fixtures/stalled-receiver.pcap', import.meta.url));
const folder = mkdtempSync(path.join(tmpdir(), 'netcheck-test-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const dead = [...[0, 1000, 3000].map((ms) => new Talk().syn(ms)), new Talk({ sport: 2, dport: 1 }).c(9000)];

function run(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [CLI, 'capture', ...args], { encoding: 'utf8', timeout: 60_000 });
}

describe.skipIf(!cliIsBuilt)('eks-netcheck capture (skipped: needs the build)', () => {
  it('gives one entry per file, in the order given, and the problems of reading', () => {
    const good = path.join(folder, 'b-dead.pcap');
    const cut = path.join(folder, 'a-cut.pcap');
    const bytes = pcapFile(dead);
    writeFileSync(good, bytes);
    writeFileSync(cut, bytes.subarray(0, bytes.length - 10));
    const out = run(good, cut, STALLED, '--format', 'json', '--quiet');
    expect([out.status, out.stderr]).toEqual([0, '']);
    const d = JSON.parse(out.stdout) as CaptureDocument;
    expect(d.captures.map((c) => [c.file, c.packets, c.truncated])).toEqual([
      ['b-dead.pcap', 4, false],
      ['a-cut.pcap', 3, true],
      ['stalled-receiver.pcap', 337, false],
    ]);
    expect(Object.keys(d.captures[0]!)).toEqual(
      expect.arrayContaining([
        'file',
        'packets',
        'bytes',
        'first',
        'last',
        'link_types',
        'dropped_by_kernel',
        'checks',
      ]),
    );
    expect(d.captures[0]!.checks.map((c) => c.id)).toEqual(CHECKS.map((c) => c.id));
    expect(d.problems).toMatchObject([{ code: 'E_CAPTURE_TRUNCATED', subject: 'a-cut.pcap' }]);
    expect(run(good, cut, STALLED, '--format', 'json', '--quiet', '--jobs', '1').stdout).toBe(out.stdout);
  });

  it('writes text, to a file too, and ends with 2 when there is no capture', () => {
    const to = path.join(folder, 'report.txt');
    expect(run(STALLED, '--output', to, '--color', 'never').status).toBe(0);
    expect(readFileSync(to, 'utf8')).toContain('SUSPICIOUS Closed windows: 1 of 24 connections');
    writeFileSync(path.join(folder, 'notes.txt'), 'no capture');
    expect(run(path.join(folder, 'notes.txt'), '--quiet').status).toBe(2);
  });
});

describe('the text report', () => {
  const options = { color: false, width: 80 };

  it('says what was found, what was not, and what could not be judged', async () => {
    const text = renderCaptures({ captures: [await inspect(dead)], problems: [] }, options);
    expect(text).toContain(' FAULT Connection attempts without any answer: 1 of 1 connection attempts');
    expect(text).toContain('1      tcp 10.0.1.7 → 10.0.2.9:8080');
    expect(text).toContain('2026-11-20T00:00:00.000000Z 10.0.1.7:40000 → 10.0.2.9:8080');
    expect(text).toContain('Looked for and not found: connection-refused');
    expect(text).toMatch(/Nothing to judge for: [^:]*dns-unanswered/);
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  it('keeps names from a file off the terminal', async () => {
    const report = {
      ...(await inspect(dead)),
      file: 'x\u001b[2J.pcap',
      interfaces: [{ name: 'eth\u0007', packets: 1 }],
    };
    const problems = [{ code: 'E_PARSE', subject: '\u001b[1m', message: 'm\u202e' }];
    expect(renderCaptures({ captures: [report], problems }, options)).not.toMatch(/[\u001b\u0007\u202e]/);
  });
});
