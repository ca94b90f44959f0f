import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { baselineText, readBaseline, withoutKnown } from '../../src/commands/baseline.js';
import type { AnalysisDocument } from '../../src/model/document.js';
import { fingerprints } from '../../src/report/fingerprints.js';
import { renderSarif } from '../../src/report/sarif.js';
import { fullDocument } from '../report/support/documents.js';
import { SAMPLES } from '../report/support/samples.js';
import { CLI } from '../support/run-cli.js';

let dir: string;
let file: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'netcheck-baseline-'));
  file = join(dir, 'known.json');
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe('a baseline', () => {
  it('leaves out all findings of the run that wrote it, with their evidence, and says how many', () => {
    const d = fullDocument();
    writeFileSync(file, baselineText(d));
    const { document, leftOut } = withoutKnown(d, readBaseline(file));
    expect(leftOut).toBe(2);
    expect([document.findings, document.evidence]).toEqual([[], []]);
    expect(document.layers!.map((l) => [l.result, l.evidence])).toEqual([
      ['undecided', []],
      ['failing', []],
      ['ok', []],
    ]);
    expect(document.coverage.problems.at(-1)!.message).toBe(
      '2 known findings are left out of the list; the diagnosis was made with all.',
    );
    expect(document.diagnosis).toEqual(d.diagnosis);
  });

  it('knows a finding again after line numbers and times changed, but not on another node', () => {
    const known = new Set(fingerprints(fullDocument()));
    const later = fullDocument();
    later.evidence[0]!.line = 77;
    later.evidence[0]!.time = '2026-11-21T00:00:00Z';
    expect(withoutKnown(later, known).leftOut).toBe(2);
    later.findings[0]!.node = 'i-0ffffffffffffffff';
    expect(withoutKnown(later, known).document.findings.map((f) => f.id)).toEqual(['F-001']);
  });

  it('uses the fingerprints that SARIF shows', () => {
    const d = fullDocument();
    const sarif = JSON.parse(renderSarif(d)) as {
      runs: { results: { partialFingerprints: Record<string, string> }[] }[];
    };
    expect(sarif.runs[0]!.results.map((r) => r.partialFingerprints['finding/v1'])).toEqual(fingerprints(d));
  });

  it.each([
    ['{', /it is not JSON/],
    ['null', /no baseline_version 1/],
    ['{"baseline_version":1}', /no list of findings/],
    ['{"baseline_version":1,"findings":[null]}', /entry 1 has no fingerprint/],
    ['{"baseline_version":1,"findings":[{"fingerprint":"x"}]}', /entry 1 has no fingerprint/],
  ])('that reads %s is refused', (text, why) => {
    writeFileSync(file, text);
    expect(() => readBaseline(file)).toThrow(why);
  });

  it('that does not exist is refused', () => {
    expect(() => readBaseline(join(dir, 'none.json'))).toThrow(/it cannot be read/);
  });
});

describe('analyze with a baseline', () => {
  const run = (...args: string[]): ReturnType<typeof spawnSync> & { stdout: string; stderr: string } =>
    spawnSync(process.execPath, [CLI, 'analyze', join(SAMPLES, 'blackhole-route'), ...args], {
      encoding: 'utf8',
      maxBuffer: 1 << 28,
      timeout: 120_000,
    });

  it('ignores known findings for --fail-on and keeps the diagnosis', () => {
    const known = join(dir, 'sample.json');
    const first = run('--format', 'json', '--quiet', '--fail-on', 'high', '--write-baseline', known);
    expect(first.status).toBe(1);
    const before = JSON.parse(first.stdout) as AnalysisDocument;
    const written = JSON.parse(readFileSync(known, 'utf8')) as { findings: unknown[] };
    expect(written.findings).toHaveLength(before.findings.length);
    const second = run('--format', 'json', '--fail-on', 'high', '--baseline', known);
    expect(second.status).toBe(0);
    expect(second.stderr).toContain(`${before.findings.length} known findings left out`);
    const after = JSON.parse(second.stdout) as AnalysisDocument;
    expect(after.findings).toEqual([]);
    expect(after.root_cause).toBe(before.root_cause);
  });
});
