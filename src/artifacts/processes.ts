import type { Process } from '../model/node.js';
import type { Parsed } from './parsed.js';

const MAX_PROCESSES = 20_000;

/**
 * `ps fauxwww`: command lines, without the branches of the tree that `f` draws.
 *
 *     USER         PID %CPU %MEM    VSZ   RSS TTY STAT START   TIME COMMAND
 *     root        2931  1.1  1.2 2022116 98852 ? Ssl  18:01   1:01 /usr/bin/kubelet --config /etc/…
 *     root        3611  0.0  0.1  18020  9000 ?  Ss   18:01   0:00  \_ /app/aws-vpc-cni
 */
export function parseProcesses(lines: Iterable<string>, file: string): Parsed<readonly Process[]> {
  const processes: Process[] = [];
  let understood = 0;
  let notUnderstood = 0;
  let number = 0;
  for (const line of lines) {
    number += 1;
    if (line.trim() === '') continue;
    if (/^USER\s+PID\s/.test(line)) {
      understood += 1;
      continue;
    }
    const match = /^\S+\s+\d+(?:\s+\S+){8}\s/.exec(line);
    if (match === null) {
      notUnderstood += 1;
      continue;
    }
    understood += 1;
    const command = line.slice(match[0].length).replace(/^[\s|\\_]+/, '');
    if (processes.length < MAX_PROCESSES) processes.push({ command, loc: { file, line: number } });
  }
  return { value: processes, understood, notUnderstood };
}
