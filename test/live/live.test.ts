/** Makes every fault of the lab in network namespaces and asks the command line about it. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FAULTS } from '../../lab/faults/index.js';
import { whyNot } from '../../lab/requirements.js';
import { unopenableEvidence } from '../support/compare-evidence.js';
import { deviations } from '../support/compare-truth.js';
import { analyzeCase } from '../support/run-cli.js';
import { readTruth } from '../support/truth.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const MINUTES = 60_000;

const wanted = process.env['EKS_NETCHECK_LIVE'] === '1';
const obstacle = wanted ? whyNot() : 'runs in CI, or with EKS_NETCHECK_LIVE=1';

const title = obstacle === null ? 'live' : `skipped: needs root and network tools; ${obstacle}`;

describe.skipIf(obstacle !== null)(title, () => {
  let out = '';
  /** What the lab said of each case: `made`, `skipped` or `failed`, and why. */
  const said = new Map<string, { word: string; line: string }>();

  beforeAll(() => {
    out = mkdtempSync(join(tmpdir(), 'eks-netcheck-live-'));
    const command = [
      'tsx',
      'lab/make.ts',
      '--out',
      out,
      '--jobs',
      '3',
      '--seed',
      String(Date.now() % 100_000),
    ];
    const run = spawnSync('npx', command, { cwd: ROOT, encoding: 'utf8', timeout: 15 * MINUTES });
    for (const line of run.stdout.split('\n')) {
      const [, word, name] = /^(made|skipped|failed) ([\w-]+)/.exec(line) ?? [];
      if (word && name) said.set(name, { word, line });
    }
    if (said.size === 0) throw new Error(`the lab made nothing: ${run.stderr}`);
  }, 16 * MINUTES);

  afterAll(() => {
    if (out) rmSync(out, { recursive: true, force: true });
  });

  it.for(FAULTS.map((fault) => fault.name))('%s', async (name, context) => {
    const { word, line } = said.get(name) ?? { word: 'failed', line: 'not made' };
    if (word === 'skipped') context.skip(line);
    expect(word, line).toBe('made');
    const folder = join(out, name);
    const document = analyzeCase(folder);
    expect(deviations(readTruth(folder), document)).toEqual([]);
    expect(await unopenableEvidence(document, folder)).toEqual([]);
  });
});
