/**
 * Speed and memory of the log pass: `npx tsx bench/logs.ts [MB]`. Writes seeded logs to the temporary folder, answers
 * about a hundred queries, and shows `rg -c` with the same patterns beside it where ripgrep is installed.
 */
import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEFAULT_LIMITS } from '../src/limits.js';
import { scanLogFile } from '../src/logs/task.js';
import type { LogQuery, LogSource } from '../src/model/logs.js';
import { PATTERNS } from './log-patterns.js';

const MB = 1024 * 1024;
const size = Number(process.argv[2] ?? 128) * MB;

let seed = 42;
const random = (below: number): number => {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return Math.floor((seed / 2 ** 32) * below);
};
const ip = (): string => `10.${random(4)}.${random(256)}.${random(256)}`;
const START = Date.UTC(2024, 4, 10);
const iso = (n: number): string => new Date(START + n * 37).toISOString();
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

function zap(n: number, message: string, level = 'debug', caller = 'ipamd/ipamd.go:633'): string {
  return `{"level":"${level}","ts":"${iso(n)}","caller":"${caller}","msg":${JSON.stringify(message)}}`;
}

const hex = (length: number): string =>
  Array.from({ length: Math.ceil(length / 8) }, () =>
    random(2 ** 32)
      .toString(16)
      .padStart(8, '0'),
  )
    .join('')
    .slice(0, length);

const IPAMD: readonly ((n: number) => string)[] = [
  (n) =>
    zap(
      n,
      `IP pool stats: Total IPs/Prefixes = 28/0, AssignedIPs/CooldownIPs: ${random(28)}/0, c.maxIPsPerENI = 14`,
    ),
  (n) => zap(n, `IP stats - total IPs: 28, assigned IPs: ${random(28)}, cooldown IPs: 0`),
  (n) => zap(n, `Reconciling ENI/IP pool info because time since last 1m0.00${random(9)}s > 1m0s`),
  (n) =>
    zap(
      n,
      `Received AddNetwork for NS /var/run/netns/cni-${hex(8)}, Sandbox ${hex(64)}, ifname eth0`,
      'info',
      'rpc/rpc.pb.go:713',
    ),
  (n) =>
    zap(
      n,
      `Send AddNetworkReply: IPv4Addr ${ip()}, IPv6Addr: , DeviceNumber: 0, err: <nil>`,
      'info',
      'rpc/rpc.pb.go:713',
    ),
  (n) => zap(n, `Get free IP from prefix failed no free IP available in the prefix - ${ip()}/ffffffff`),
  (n) =>
    zap(n, `Found ENI eni-0${hex(16)} with IPs ${ip()}, ${ip()}, ${ip()}; reconciling existing ENI pool`),
  (n) =>
    zap(
      n,
      `Handling http request: GET, from: 127.0.0.1:${random(60000)}, URI: /v1/enis`,
      'info',
      'ipamd/introspect.go:72',
    ),
];

function ipamdLine(n: number): string {
  if (random(20_000) === 0) return zap(n, 'DataStore has no available IP/Prefix addresses', 'error');
  return IPAMD[random(IPAMD.length)]!(n);
}

function verdictLine(n: number): string {
  const kind = random(50) === 0 ? 'DENY' : 'ACCEPT';
  const text = `Flow Info: Src IP: 10.0.1.${random(60)} Src Port: ${32768 + random(28000)} Dest IP: 10.0.2.${random(60)} Dest Port: ${[80, 443, 53, 8080][random(4)]} Proto TCP Verdict ${kind} Direction egress, Tier NETWORK_POLICY`;
  return zap(n, text, 'info', 'events/events.go:270');
}

function kubeletLine(n: number): string {
  const at = new Date(START + n * 1000);
  const clock = at.toISOString().slice(11, 19);
  const day = String(at.getUTCDate()).padStart(2, '0');
  const head = `${MONTHS[at.getUTCMonth()]} ${day} ${clock} ip-10-0-1-5.ec2.internal kubelet[2134]: `;
  const klog = `I${String(at.getUTCMonth() + 1).padStart(2, '0')}${day} ${clock}.${100000 + random(800000)}    2134 `;
  const text =
    random(2000) === 0
      ? `"Error syncing pod, skipping" err="failed to \\"CreatePodSandbox\\" for \\"cart-0_shop(${hex(8)})\\"" pod="shop/cart-0"`
      : `"SyncLoop (probe)" probe="readiness" status="ready" pod="shop/cart-${random(90)}" containerID="${hex(64)}"`;
  return `${head}${klog}kubelet.go:2480] ${text}`;
}

function generate(path: string, line: (n: number) => string): void {
  const file = openSync(path, 'w');
  for (let written = 0, n = 0; written < size;) {
    const block: string[] = [];
    for (let i = 0; i < 5000; i++) block.push(line(n++));
    written += writeSync(file, `${block.join('\n')}\n`);
  }
  closeSync(file);
}

async function measure(name: string, path: string, source: LogSource): Promise<void> {
  const queries: LogQuery[] = PATTERNS.map((pattern, n) => ({ id: `q${n}`, sources: [source], pattern }));
  const { size: bytes } = statSync(path);
  const file = { path: name, name, spool: path, size: bytes, mtime: null, truncated: false };
  const task = {
    node: 'bench',
    file,
    source,
    queries,
    collectedAt: START + 30 * 86_400_000,
    podIps: [],
    bootTime: null,
  };
  const cpu = process.cpuUsage();
  const from = performance.now();
  const scan = await scanLogFile({ ...task, limits: DEFAULT_LIMITS });
  const seconds = (performance.now() - from) / 1000;
  const spent = process.cpuUsage(cpu);
  const cpuSeconds = (spent.user + spent.system) / 1e6;
  const matched = scan.matches.reduce((sum, match) => sum + match.count, 0);
  const rss = process.memoryUsage.rss() / MB;
  console.log(
    `${name.padEnd(26)} ${(bytes / MB).toFixed(0)} MB ${scan.summaries[0]?.lines} lines, ${queries.length} queries: ` +
      `${seconds.toFixed(2)} s (${cpuSeconds.toFixed(2)} s of processor time), ${(bytes / MB / seconds).toFixed(0)} MB/s, ${matched} matches, ` +
      `${scan.verdicts.length} verdict tuples, RSS ${rss.toFixed(0)} MB`,
  );
  ripgrep(path, bytes);
}

function ripgrep(path: string, bytes: number): void {
  const from = performance.now();
  const args = ['-c', '-a', '--no-config', '-j1', ...PATTERNS.flatMap((pattern) => ['-e', pattern]), path];
  const run = spawnSync('rg', args, { encoding: 'utf8' });
  const seconds = (performance.now() - from) / 1000;
  if (run.error !== undefined || run.status === 2) return;
  console.log(
    `${'  rg -c, any pattern'.padEnd(26)} ${seconds.toFixed(2)} s, ${(bytes / MB / seconds).toFixed(0)} MB/s, ${run.stdout.trim() || 0} lines`,
  );
}

const folder = mkdtempSync(join(tmpdir(), 'eks-netcheck-bench-'));
try {
  const logs = [
    ['ipamd.log', 'ipamd', ipamdLine],
    ['network-policy-agent.log', 'network-policy-agent', verdictLine],
    ['kubelet.log', 'kubelet', kubeletLine],
  ] as const;
  for (const [name, source, line] of logs) {
    const path = join(folder, name);
    generate(path, line);
    await measure(name, path, source);
    rmSync(path);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
