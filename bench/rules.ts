/**
 * What more rules cost: 10, 100 and 500 of them, made from the forms that real ones have, over one large bundle in one
 * run. Beside them ripgrep with the same patterns.
 *
 *     npx tsx bench/rules.ts [--mebibytes 300]
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { DEFAULT_LIMITS } from '../src/limits.js';
import { scanLogFile } from '../src/logs/task.js';
import type { LogQuery, LogSource } from '../src/model/logs.js';
import { writeBigBundle } from './big-bundle.js';
import { measure } from './measure.js';

const { values } = parseArgs({ options: { mebibytes: { type: 'string', default: '300' } } });
const LOGS: readonly (readonly [name: string, source: LogSource])[] = [
  ['var_log/aws-routed-eni/ipamd.log', 'ipamd'],
  ['kubelet/kubelet.log', 'kubelet'],
  ['containerd/containerd-log.txt', 'containerd'],
  ['var_log/messages', 'messages'],
];

const VERBS = ['Failed to', 'Unable to', 'Could not', 'Error while trying to', 'Timed out waiting to'];
const DEEDS = [
  'attach',
  'detach',
  'resolve',
  'mount',
  'register',
  'sync',
  'renew',
  'list',
  'watch',
  'delete',
];
const THINGS = [
  'ENI',
  'volume',
  'lease',
  'endpoint',
  'sandbox',
  'probe',
  'secret',
  'route',
  'policy',
  'token',
];

/** The forms of the built-in rules' patterns; every tenth finds a quarter of ipamd's or the kubelet's lines. */
const FORMS: readonly ((text: string, n: number) => string)[] = [
  (text) => text,
  (text) => `${text}: .*(timeout|connection refused|no such host)`,
  (text, n) => `(?i)${text} \\S+ \\(code ${n}\\)`,
  (text, n) => `^${text} (?P<name>[a-z0-9.-]+) after ${n} attempts`,
  (text) => `${text} (pod|node|service) "?[\\w./-]+"?`,
  (text, n) => `${text} [0-9a-f]{${8 + (n % 8)}}|panic: ${text}`,
  (text) => `(${text}|Giving up: ${text}), status \\d{3}`,
  (text) => `${text} (for|of) \\d+\\.\\d+\\.\\d+\\.\\d+`,
  (text, n) => `level=(error|fatal) .*${text} ${n}\\b`,
  (text, n) => `${n % 20 === 9 ? 'IP pool stats' : 'Observed pod startup duration'}|${text}`,
];

function queries(count: number): LogQuery[] {
  return Array.from({ length: count }, (_, n) => {
    const words = [VERBS[n % 5]!, DEEDS[Math.floor(n / 5) % 10]!, THINGS[Math.floor(n / 50) % 10]!];
    const pattern = FORMS[n % FORMS.length]!(words.join(' '), n);
    return { id: `rule-${n}`, sources: LOGS.map(([, source]) => source), pattern };
  });
}

const dir = mkdtempSync(join(tmpdir(), 'netcheck-bench-'));
try {
  const tree = join(dir, 'tree');
  writeBigBundle(tree, Number(values.mebibytes));
  let least = 0;
  for (const count of [10, 100, 500]) {
    const before = process.cpuUsage();
    const started = performance.now();
    let found = 0;
    for (const [name, source] of LOGS) {
      const spool = join(tree, name);
      const scan = await scanLogFile({
        node: 'node',
        file: { path: name, name, spool, size: 0, mtime: null, truncated: false },
        source,
        queries: queries(count),
        collectedAt: Date.UTC(2024, 4, 17, 12),
        podIps: [],
        bootTime: null,
        limits: DEFAULT_LIMITS,
      });
      for (const match of scan.matches) found += match.count;
    }
    const { user, system } = process.cpuUsage(before);
    const cpu = (user + system) / 1e6;
    if (least === 0) least = cpu;
    const wall = (performance.now() - started) / 1000;
    console.log(
      `${String(count).padStart(4)} rules: ${wall.toFixed(2)} s, ${cpu.toFixed(2)} s of CPU, ${(cpu / least).toFixed(2)} times the cost of 10; ${found} matches`,
    );
    const patterns = join(dir, 'patterns');
    writeFileSync(
      patterns,
      `${queries(count)
        .map((q) => q.pattern.replaceAll(/\(\?P?<\w+>/g, '(?:'))
        .join('\n')}\n`,
    );
    measure(`  rg, ${count} patterns`, 'rg', ['--count', '--no-ignore', '-f', patterns, tree]);
  }
} finally {
  rmSync(dir, { recursive: true, force: true });
}
