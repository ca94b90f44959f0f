import { spawnSync } from 'node:child_process';

export interface Measured {
  readonly seconds: number;
  /** Processor time of the process and its threads: what other work on the machine changes least. */
  readonly processorSeconds: number;
  /** Peak resident set of the process in MiB, null where /usr/bin/time is not there to tell. */
  readonly peakMiB: number | null;
}

/** Runs a command to its end, its output thrown away, and prints wall time, processor time and peak memory. */
export function measure(label: string, command: string, args: readonly string[]): Measured {
  const script = `
import resource, subprocess, sys, time
t = time.monotonic()
code = subprocess.call(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(time.monotonic() - t, used.ru_utime + used.ru_stime, used.ru_maxrss, code)`;
  const run = spawnSync('python3', ['-c', script, command, ...args], { encoding: 'utf8' });
  if (run.status !== 0) throw new Error(`${label}: ${run.stderr}`);
  const [seconds, processorSeconds, kib, code] = run.stdout.trim().split(' ').map(Number) as [
    number,
    number,
    number,
    number,
  ];
  const peakMiB = kib / 1024;
  console.log(
    `${label.padEnd(28)} ${seconds.toFixed(2)} s (${processorSeconds.toFixed(2)} s of processor time)  ${peakMiB.toFixed(0)} MiB peak${code === 0 ? '' : `  (exit code ${code})`}`,
  );
  return { seconds, processorSeconds, peakMiB };
}
