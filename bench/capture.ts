/**
 * Reads four generated captures with this project's reader, with `pcap-parser` (which only splits the file into
 * records) and with `tshark -T fields`, each in a process of its own, and prints rates, memory and ratios.
 *
 *     npx tsx bench/capture.ts [--packets 300000] [--small] [--no-tshark]
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { readCapture } from '../src/capture/read.js';
import { writeCaptures } from './capture-files.js';

interface Measure {
  readonly packets: number;
  readonly seconds: number;
  /** CPU seconds of the process while it read, all threads. */
  readonly cpu: number;
  readonly rssMiB: number;
}

const FIELDS = ['frame.time_epoch', 'ip.src', 'ip.dst', 'tcp.seq_raw', 'tcp.flags', 'udp.length', 'ip.ttl'];

const { values } = parseArgs({
  options: {
    packets: { type: 'string', default: '300000' },
    small: { type: 'boolean', default: false },
    'no-tshark': { type: 'boolean', default: false },
    /** Internal: measure one reader over the files that follow. */
    measure: { type: 'string' },
  },
  allowPositionals: true,
});

async function ours(files: readonly string[]): Promise<number> {
  let packets = 0;
  for (const spool of files) {
    const size = statSync(spool).size;
    const file = { path: path.basename(spool), spool, size, format: 'pcap', gzip: false } as const;
    packets += (await readCapture({ file: { ...file, truncated: false } })).packets;
  }
  return packets;
}

async function pcapParser(files: readonly string[]): Promise<number> {
  const { default: library } = (await import('pcap-parser' as string)) as {
    default: { parse(file: string): NodeJS.EventEmitter };
  };
  let packets = 0;
  for (const file of files) {
    await new Promise<void>((resolve, reject) => {
      const parser = library.parse(file);
      parser.on('packet', () => packets++);
      parser.on('end', () => {
        resolve();
      });
      parser.on('error', reject);
    });
  }
  return packets;
}

async function measureHere(which: string, files: readonly string[]): Promise<void> {
  const before = process.cpuUsage();
  const start = performance.now();
  const packets = which === 'ours' ? await ours(files) : await pcapParser(files);
  const seconds = (performance.now() - start) / 1000;
  const used = process.cpuUsage(before);
  const cpu = (used.user + used.system) / 1e6;
  const rssMiB = process.resourceUsage().maxRSS / 1024;
  process.stdout.write(JSON.stringify({ packets, seconds, cpu, rssMiB } satisfies Measure));
}

function measureChild(which: string, files: readonly string[]): Measure {
  const script = fileURLToPath(import.meta.url);
  const args = ['--no-deprecation', '--import', 'tsx', script, '--measure', which, ...files];
  const child = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (child.status !== 0) throw new Error(child.stderr);
  return JSON.parse(child.stdout) as Measure;
}

async function measureTshark(files: readonly string[]): Promise<Measure> {
  let packets = 0;
  let rssMiB = 0;
  const start = performance.now();
  for (const file of files) {
    const args = ['-n', '-r', file, '-T', 'fields', ...FIELDS.flatMap((field) => ['-e', field])];
    await new Promise<void>((resolve, reject) => {
      const child = spawn('tshark', args, { stdio: ['ignore', 'pipe', 'ignore'] });
      const poll = setInterval(() => (rssMiB = Math.max(rssMiB, highWater(child.pid ?? 0))), 50);
      child.stdout.on('data', (chunk: Buffer) => {
        for (const byte of chunk) if (byte === 10) packets++;
      });
      child.on('error', reject);
      child.on('close', () => {
        clearInterval(poll);
        resolve();
      });
    });
  }
  return { packets, seconds: (performance.now() - start) / 1000, cpu: NaN, rssMiB };
}

/** Peak resident memory of a process, as Linux tells it; 0 elsewhere. */
function highWater(pid: number): number {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

function print(name: string, m: Measure, reference: Measure): void {
  const rate = m.packets / m.seconds;
  const ratio = rate / (reference.packets / reference.seconds);
  console.log(
    `${name.padEnd(12)} ${String(m.packets).padStart(9)} packets  ${m.seconds.toFixed(2).padStart(7)} s  ` +
      `cpu ${m.cpu.toFixed(2).padStart(6)} s  ${(rate / 1e6).toFixed(3).padStart(7)} M packets/s  ` +
      `peak RSS ${m.rssMiB.toFixed(0).padStart(5)} MiB  x${ratio.toFixed(2)}`,
  );
}

async function main(): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'netcheck-bench-'));
  try {
    const files = writeCaptures(folder, Number(values.packets), values.small);
    const bytes = files.reduce((sum, file) => sum + statSync(file).size, 0);
    console.log(`four captures of ${values.packets} packets, ${(bytes / 2 ** 20).toFixed(0)} MiB in all`);
    const reference = measureChild('ours', files);
    print('this reader', reference, reference);
    print('pcap-parser', measureChild('pcap-parser', files), reference);
    if (!values['no-tshark'] && spawnSync('tshark', ['--version']).status === 0) {
      print('tshark', await measureTshark(files), reference);
    } else {
      console.log('tshark       skipped');
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (values.measure === undefined) await main();
else await measureHere(values.measure, process.argv.slice(process.argv.indexOf('--measure') + 2));
