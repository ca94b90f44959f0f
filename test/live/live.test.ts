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

/** The same in each run, so that a failure can be made again; `EKS_NETCHECK_LAB_SEED=…` tries another. */
const SEED = Number(process.env['EKS_NETCHECK_LAB_SEED'] ?? 20_261);

const title = obstacle === null ? 'live' : `skipped: needs root and network tools; ${obstacle}`;

describe.skipIf(obstacle !== null)(title, () => {
  let out = '';
  /** What the lab said of each case: `made`, `skipped` or `failed`, and why. */
  let said = new Map<string, Said>();

  beforeAll(() => {
    out = mkdtempSync(join(tmpdir(), 'eks-netcheck-live-'));
    said = make(join(out, 'first'), SEED, ['--jobs', '3']);
  }, 16 * MINUTES);

  afterAll(() => {
    if (out) rmSync(out, { recursive: true, force: true });
  });

  it.for(FAULTS.map((fault) => fault.name))('%s', { timeout: 3 * MINUTES }, async (name, context) => {
    const { word, line } = said.get(name) ?? { word: 'failed', line: 'not made' };
    if (word === 'skipped') context.skip(line);
    const first = word === 'made' ? await wrong(join(out, 'first', name)) : [line];
    if (first.length === 0) return;
    // Real traffic is at the mercy of the machine's load: said, and made anew once.
    console.warn(`${name}: ${first.join('; ')}; once more with seed ${SEED + 1}`);
    make(join(out, 'second'), SEED + 1, ['--only', name]);
    expect(await wrong(join(out, 'second', name))).toEqual([]);
  });
});

interface Said {
  readonly word: string;
  readonly line: string;
}

function make(into: string, seed: number, more: readonly string[]): Map<string, Said> {
  const command = ['tsx', 'lab/make.ts', '--out', into, '--seed', String(seed), ...more];
  const run = spawnSync('npx', command, { cwd: ROOT, encoding: 'utf8', timeout: 15 * MINUTES });
  const said = new Map<string, Said>();
  for (const line of run.stdout.split('\n')) {
    const [, word, name] = /^(made|skipped|failed) ([\w-]+)/.exec(line) ?? [];
    if (word && name) said.set(name, { word, line });
  }
  if (said.size === 0) throw new Error(`the lab made nothing: ${run.stderr}`);
  return said;
}

/** In what the analysis of a case differs from its truth. */
async function wrong(folder: string): Promise<string[]> {
  const document = analyzeCase(folder);
  return [...deviations(readTruth(folder), document), ...(await unopenableEvidence(document, folder))].map(
    String,
  );
}
