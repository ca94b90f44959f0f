/**
 * Analysing one large bundle beside `tar xzf` plus `rg` with the rules' patterns over the same bundle, in one run,
 * three times in turn: the fastest of each counts, since what was written before still goes to the disk at first.
 *
 *     npm run build && npx tsx bench/bundle.ts [--mebibytes 300]
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { FACTS } from '../src/facts/index.js';
import { loadRules } from '../src/rules/load.js';
import { logQueries } from '../src/rules/queries.js';
import { BUILTIN_RULES } from '../src/run.js';
import { writeBigBundle } from './big-bundle.js';
import { measure } from './measure.js';

const { values } = parseArgs({ options: { mebibytes: { type: 'string', default: '300' } } });
const cli = fileURLToPath(new URL('../dist/cli.js', import.meta.url));
const dir = mkdtempSync(join(tmpdir(), 'netcheck-bench-'));
try {
  const tree = join(dir, 'tree');
  writeBigBundle(tree, Number(values.mebibytes));
  const archive = join(dir, 'eks_i-0a1b2c3d4e5f67890_2024-05-17_0931-UTC_0.7.8.tar.gz');
  spawnSync('tar', ['czf', archive, '-C', tree, '.']);
  console.log(
    `${values.mebibytes} MiB unpacked, ${(statSync(archive).size / 1024 / 1024).toFixed(1)} MiB packed`,
  );
  const rules = await loadRules([{ dir: BUILTIN_RULES, builtin: true }], FACTS);
  const patterns = join(dir, 'patterns');
  const queries = logQueries(rules);
  // ripgrep of older distributions knows no named groups of this spelling.
  writeFileSync(patterns, `${queries.map((q) => q.pattern.replaceAll(/\(\?P?<\w+>/g, '(?:')).join('\n')}\n`);
  const [ours, tar, rg, oursUsed, tarUsed, rgUsed] = fastestOf(3, () => {
    const out = join(dir, 'out');
    mkdirSync(out);
    const args = [cli, 'analyze', archive, '--format', 'json', '--quiet'];
    const runs = [
      measure('eks-netcheck analyze', process.execPath, args),
      measure('tar xzf', 'tar', ['xzf', archive, '-C', out]),
      measure(`rg, ${queries.length} patterns`, 'rg', ['--count', '--no-ignore', '-f', patterns, out]),
    ];
    rmSync(out, { recursive: true });
    return [...runs.map((run) => run.seconds), ...runs.map((run) => run.processorSeconds)];
  }) as [number, number, number, number, number, number];
  console.log(
    `ratio: ${(ours / (tar + rg)).toFixed(2)} times tar + rg; of processor time ${(oursUsed / (tarUsed + rgUsed)).toFixed(2)}`,
  );
} finally {
  rmSync(dir, { recursive: true, force: true });
}

/** The smallest of each figure over several runs. */
function fastestOf(times: number, run: () => number[]): number[] {
  const runs = Array.from({ length: times }, run);
  return runs[0]!.map((_, i) => Math.min(...runs.map((figures) => figures[i]!)));
}
