/**
 * The packet trace of four captures beside tshark reading the same files, in one run.
 *
 *     npm run build && npx tsx bench/trace.ts [--packets 300000] [--no-tshark]
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { writeFourPoints } from './four-points.js';
import { measure } from './measure.js';

const { values } = parseArgs({
  options: {
    packets: { type: 'string', default: '300000' },
    'no-tshark': { type: 'boolean', default: false },
  },
});
const packets = Number(values.packets);

/** The least that tells segments apart. */
const FEW = ['frame.time_epoch', 'ip.src', 'tcp.seq_raw', 'tcp.flags'];
/** What a row of ours holds, as far as it concerns TCP over IPv4; the hash of the payload has no field. */
const ALL = [
  ...['frame.time_epoch', 'eth.src', 'eth.dst', 'ip.src', 'ip.dst', 'ip.proto', 'ip.id', 'ip.ttl', 'ip.len'],
  ...['ip.flags', 'ip.frag_offset', 'tcp.srcport', 'tcp.dstport', 'tcp.seq_raw', 'tcp.ack_raw', 'tcp.flags'],
  ...['tcp.window_size_value', 'tcp.len', 'tcp.options.mss_val', 'tcp.options.timestamp.tsval'],
];

function tsharkArguments(file: string, fields: readonly string[]): string[] {
  return ['-r', file, '-T', 'fields', ...fields.flatMap((f) => ['-e', f])];
}

const cli = fileURLToPath(new URL('../dist/cli.js', import.meta.url));
const dir = mkdtempSync(join(tmpdir(), 'netcheck-bench-'));
try {
  const files = writeFourPoints(dir, packets);
  const mib = files.reduce((n, f) => n + statSync(f).size, 0) / 1024 / 1024;
  console.log(`four captures, ${(packets * 4).toLocaleString('en')} packets, ${mib.toFixed(0)} MiB`);
  const ours = measure('eks-netcheck trace', process.execPath, [
    cli,
    'trace',
    ...files,
    '--format',
    'json',
    '--quiet',
  ]);
  console.log(
    `${((packets * 4) / ours.seconds / 1e6).toFixed(2)} M packets per second, the whole process included`,
  );
  const node = measure('node (start alone)', process.execPath, ['-e', '']);
  void node;
  if (!values['no-tshark'] && spawnSync('tshark', ['--version']).status === 0)
    for (const [what, fields] of [
      ['four fields', FEW],
      ['the fields of our columns', ALL],
    ] as const) {
      let seconds = 0;
      for (const f of files)
        seconds += measure(`tshark ${f.split('/').pop()}`, 'tshark', tsharkArguments(f, fields)).seconds;
      const ratio = (seconds / ours.seconds).toFixed(1);
      console.log(`ratio: tshark takes ${ratio} times as long to print ${what}, one file after the other`);
    }
} finally {
  rmSync(dir, { recursive: true, force: true });
}
