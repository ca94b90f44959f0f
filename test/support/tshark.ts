import { spawnSync } from 'node:child_process';

/** Whether tshark can be run here. */
export const hasTshark = spawnSync('tshark', ['--version'], { stdio: 'ignore' }).status === 0;

/** Each packet on its own, numbers as they are in the headers. */
const PREFERENCES = [
  'ip.defragment:FALSE',
  'ipv6.defragment:FALSE',
  'tcp.desegment_tcp_streams:FALSE',
  'tcp.relative_sequence_numbers:FALSE',
  'tcp.analyze_sequence_numbers:FALSE',
];

/**
 * Fields of every packet of a file. Of fields that occur several times (tunnels, quoted headers) the one given
 * by `occurrence` counts: `f` the first, `l` the last.
 */
export function tsharkFields<F extends string>(
  file: string,
  fields: readonly F[],
  occurrence: 'f' | 'l' = 'f',
): Record<F, string>[] {
  const args = ['-n', '-r', file, '-T', 'fields', '-E', `occurrence=${occurrence}`];
  for (const preference of PREFERENCES) args.push('-o', preference);
  for (const field of fields) args.push('-e', field);
  const run = spawnSync('tshark', args, { encoding: 'utf8', maxBuffer: 1 << 28 });
  if (run.status !== 0) throw new Error(run.stderr);
  const lines = run.stdout.split('\n').slice(0, -1);
  return lines.map((line) => {
    const values = line.split('\t');
    return Object.fromEntries(fields.map((field, i) => [field, values[i] ?? ''])) as Record<F, string>;
  });
}
