/**
 * How long ingest takes for a bundle of 300 MB, beside `tar xzf`, with its peak memory; and how fast lines are read.
 * Run with `npx tsx bench/ingest.ts [MEGABYTES]`. The data is made in the temporary folder and removed again.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ingest, readLineBatches, readLines, TempDir } from '../src/ingest/index.js';
import { DEFAULT_LIMITS } from '../src/limits.js';
import type { SourceFile } from '../src/model/source.js';

const MB = 1e6;

/** Log lines as ipamd writes them, with values that vary as they do in life; always the same for the same size. */
function writeLog(file: string, bytes: number): void {
  const fd = openSync(file, 'w');
  let state = 12345;
  const random = (): number => (state = (Math.imul(state, 1103515245) + 12345) >>> 0);
  let written = 0;
  while (written < bytes) {
    let text = '';
    for (let i = 0; i < 1000; i++) {
      const time = new Date(1.7159e12 + (written / 100 + i) * 10).toISOString();
      const id = random().toString(16).padStart(8, '0') + random().toString(16).padStart(8, '0');
      text += `{"level":"debug","ts":"${time}","caller":"datastore/data_store.go:${random() % 900}","msg":"assigned IP 10.0.${random() % 256}.${random() % 256} to sandbox aws-cni/${id}/eth0"}\n`;
    }
    written += writeSync(fd, text);
  }
  closeSync(fd);
}

function makeBundle(folder: string, bytes: number): string {
  const root = join(folder, 'root');
  mkdirSync(join(root, 'networking'), { recursive: true });
  mkdirSync(join(root, 'system'));
  mkdirSync(join(root, 'var_log/aws-routed-eni'), { recursive: true });
  writeFileSync(join(root, 'system/instance-id.txt'), 'i-0a1b2c3d4e5f67890\n');
  for (let i = 0; i < 150; i++)
    writeFileSync(join(root, `networking/small-${i}.txt`), `file ${i}\n`.repeat(50));
  writeLog(join(root, 'var_log/aws-routed-eni/ipamd.log'), bytes / 3);
  writeLog(join(root, 'var_log/messages'), bytes / 3);
  writeLog(join(root, 'containerd-log.txt'), bytes / 3);
  const archive = join(folder, 'bundle.tar.gz');
  execFileSync('tar', ['czf', archive, '-C', root, '.']);
  return archive;
}

async function timed<T>(work: () => Promise<T>): Promise<[T, number]> {
  const start = performance.now();
  const result = await work();
  return [result, (performance.now() - start) / 1000];
}

/** In a process of its own, so that the peak is that of ingest alone. */
async function child(archive: string): Promise<void> {
  const tempDir = new TempDir();
  const before = process.resourceUsage().maxRSS;
  const [{ bundles }, seconds] = await timed(() => ingest([archive], { limits: DEFAULT_LIMITS, tempDir }));
  const after = process.resourceUsage().maxRSS;
  let bytes = 0;
  for (const file of bundles[0]!.files.values()) bytes += file.size;
  console.log(`ingest      ${seconds.toFixed(2)} s, ${(bytes / MB / seconds).toFixed(0)} MB/s unpacked`);
  console.log(`peak memory ${(after / 1024).toFixed(0)} MiB (${(before / 1024).toFixed(0)} MiB before it)`);
  const log = bundles[0]!.files.get('var_log/messages')!;
  await lineSpeed('lines one by one', log, async () => {
    let count = 0;
    for await (const { line } of readLines(log, DEFAULT_LIMITS)) if (line.length > 0) count += 1;
    return count;
  });
  await lineSpeed('lines in batches', log, async () => {
    let count = 0;
    for await (const batch of readLineBatches(log, DEFAULT_LIMITS))
      for (const { line } of batch) if (line.length > 0) count += 1;
    return count;
  });
  await tempDir.remove();
}

async function lineSpeed(name: string, file: SourceFile, work: () => Promise<number>): Promise<void> {
  const [count, seconds] = await timed(work);
  console.log(`${name}: ${count} lines, ${(file.size / MB / seconds).toFixed(0)} MB/s`);
}

function main(megabytes: number): void {
  const folder = mkdtempSync(join(tmpdir(), 'ingest-bench-'));
  try {
    const archive = makeBundle(folder, megabytes * MB);
    console.log(`archive     ${(statSync(archive).size / MB).toFixed(0)} MB, ${megabytes} MB unpacked`);
    const out = join(folder, 'out');
    mkdirSync(out);
    const start = performance.now();
    execFileSync('tar', ['xzf', archive, '-C', out]);
    console.log(`tar xzf     ${((performance.now() - start) / 1000).toFixed(2)} s`);
    rmSync(out, { recursive: true });
    const script = fileURLToPath(import.meta.url);
    spawnSync(process.execPath, ['--import', 'tsx', script, '--child', archive], { stdio: 'inherit' });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const [first, second] = process.argv.slice(2);
if (first === '--child') await child(second!);
else main(Number(first ?? 300));
