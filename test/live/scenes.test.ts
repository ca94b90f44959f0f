/** Plays every scene of the lab with real sockets and judges the captures one by one. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SCENES } from '../../lab/scenes/index.js';
import { whyNot } from '../../lab/requirements.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const MINUTES = 60_000;

const wanted = process.env['EKS_NETCHECK_LIVE'] === '1';
const obstacle = wanted ? whyNot() : 'runs in CI, or with EKS_NETCHECK_LIVE=1';
const title = obstacle === null ? 'scenes' : `skipped: needs root and network tools; ${obstacle}`;

describe.skipIf(obstacle !== null)(title, () => {
  let out = '';
  /** Scene → `right`, or what is wrong with it. */
  const said = new Map<string, string>();

  beforeAll(() => {
    out = mkdtempSync(join(tmpdir(), 'eks-netcheck-scenes-'));
    const run = spawnSync('npx', ['tsx', 'lab/scenes/make.ts', '--out', out, '--jobs', '5'], {
      ...{ cwd: ROOT, encoding: 'utf8', timeout: 8 * MINUTES },
    });
    for (const block of run.stdout.split(/^(?=right |wrong |failed )/m)) {
      const [, word, name, rest] = /^(right|wrong|failed) ([\w-]+)(.*)/s.exec(block) ?? [];
      if (word && name) said.set(name, word === 'right' ? 'right' : `${word}${rest!.trimEnd()}`);
    }
    if (said.size === 0) throw new Error(`no scene was played: ${run.stderr}`);
  }, 9 * MINUTES);

  afterAll(() => {
    if (out) rmSync(out, { recursive: true, force: true });
  });

  it.for(SCENES.map(({ name }) => name))('%s', (name) => {
    expect(said.get(name)).toBe('right');
  });
});
