/**
 * Analysing one large bundle beside `tar xzf` plus `rg` with the rules' patterns over the same bundle, in one run,
 * three times in turn: the fastest of each counts, since what was written before still goes to the disk at first. Then
 * with the index that a search kept, and the same for a hostile bundle, beside a usual one of its size.
 *
 *     npm run build && npx tsx bench/bundle.ts [--mebibytes 300] [--hostile 100]
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
import { writeHostileBundle } from './hostile-bundle.js';
import { measure } from './measure.js';

const { values } = parseArgs({
  options: { mebibytes: { type: 'string', default: '300' }, hostile: { type: 'string', default: '100' } },
});
const cli = fileURLToPath(new URL('../dist/cli.js', import.meta.url));
const dir = mkdtempSync(join(tmpdir(), 'netcheck-bench-'));
try {
  const rules = await loadRules([{ dir: BUILTIN_RULES, builtin: true }], FACTS);
  const patterns = join(dir, 'patterns');
  const queries = logQueries(rules);
  // ripgrep of older distributions knows no named groups of this spelling.
  writeFileSync(patterns, `${queries.map((q) => q.pattern.replaceAll(/\(\?P?<\w+>/g, '(?:')).join('\n')}\n`);
  const [large, small] = [Number(values.mebibytes), Number(values.hostile)];
  bench('usual', large, writeBigBundle, patterns, queries.length);
  const usual = bench('usual', small, writeBigBundle, patterns, queries.length);
  const hostile = bench('hostile', small, writeHostileBundle, patterns, queries.length);
  console.log(`\nhostile text takes ${(hostile / usual).toFixed(2)} times as long per byte to analyse`);
} finally {
  rmSync(dir, { recursive: true, force: true });
}

/** Seconds that an analysis without a kept index takes. */
function bench(
  name: string,
  mebibytes: number,
  write: (dir: string, mebibytes: number) => void,
  patterns: string,
  count: number,
): number {
  const tree = join(dir, 'tree');
  write(tree, mebibytes);
  const archive = join(dir, 'eks_i-0a1b2c3d4e5f67890_2024-05-17_0931-UTC_0.7.8.tar.gz');
  spawnSync('tar', ['czf', archive, '-C', tree, '.']);
  rmSync(tree, { recursive: true });
  console.log(
    `\n${name}: ${mebibytes} MiB unpacked, ${(statSync(archive).size / 1024 / 1024).toFixed(1)} MiB packed`,
  );
  const analyse = (...args: string[]): string[] => [
    cli,
    'analyze',
    archive,
    '--format',
    'json',
    '--quiet',
    ...args,
  ];
  const [ours, tar, rg, oursUsed, tarUsed, rgUsed] = fastestOf(3, () => {
    const out = join(dir, 'out');
    mkdirSync(out);
    const runs = [
      measure('eks-netcheck analyze', process.execPath, analyse('--no-cache')),
      measure('tar xzf', 'tar', ['xzf', archive, '-C', out]),
      measure(`rg, ${count} patterns`, 'rg', ['--count', '--no-ignore', '-f', patterns, out]),
    ];
    rmSync(out, { recursive: true });
    return [...runs.map((run) => run.seconds), ...runs.map((run) => run.processorSeconds)];
  }) as [number, number, number, number, number, number];
  console.log(
    `ratio: ${(ours / (tar + rg)).toFixed(2)} times tar + rg; of processor time ${(oursUsed / (tarUsed + rgUsed)).toFixed(2)}`,
  );
  const cache = join(dir, 'cache');
  measure('search, keeps an index', process.execPath, [
    cli,
    'search',
    archive,
    'x',
    '--index',
    cache,
    '--quiet',
  ]);
  const [kept] = fastestOf(3, () => {
    const run = measure('eks-netcheck analyze, with it', process.execPath, analyse('--index', cache));
    return [run.seconds];
  });
  console.log(`with a kept index: ${(kept! / (tar + rg)).toFixed(2)} times tar + rg`);
  rmSync(cache, { recursive: true });
  return ours;
}

/** The smallest of each figure over several runs. */
function fastestOf(times: number, run: () => number[]): number[] {
  const runs = Array.from({ length: times }, run);
  return runs[0]!.map((_, i) => Math.min(...runs.map((figures) => figures[i]!)));
}
