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
  if (!values['no-tshark'] && spawnSync('tshark', ['--version']).status === 0) {
    let seconds = 0;
    for (const f of files)
      seconds += measure(`tshark ${f.split('/').pop()}`, 'tshark', [
        '-r',
        f,
        '-T',
        'fields',
        '-e',
        'frame.time_epoch',
        '-e',
        'ip.src',
        '-e',
        'tcp.seq_raw',
        '-e',
        'tcp.flags',
      ]).seconds;
    console.log(
      `ratio: tshark takes ${(seconds / ours.seconds).toFixed(1)} times as long, one file after the other`,
    );
  }
} finally {
  rmSync(dir, { recursive: true, force: true });
}
