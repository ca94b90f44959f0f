/** Host name and kernel of `uname -a`. */
export interface Uname {
  readonly hostname: string | null;
  readonly kernel: string | null;
}

/**
 * `uname -a`:
 *
 *     Linux ip-10-0-1-5.ec2.internal 6.1.115-126.197.amzn2023.x86_64 #1 SMP PREEMPT_DYNAMIC … x86_64 GNU/Linux
 */
export function parseUname(text: string): Uname {
  const match = /^Linux (\S{1,253}) (\d\S{0,127})/m.exec(text.slice(0, 4096));
  return { hostname: match?.[1] ?? null, kernel: match?.[2] ?? null };
}

/** `ID=` of `/etc/os-release`: `bottlerocket`, `amzn`, `ubuntu`; null when there is none. */
export function parseOsRelease(text: string): string | null {
  return /^ID="?([a-z0-9._-]{1,40})"?\s*$/m.exec(text.slice(0, 65_536))?.[1] ?? null;
}

/** The operating system, from the suffix that distributions give their kernels; null when it does not tell. */
export function osOfKernel(kernel: string | null): string | null {
  if (kernel === null) return null;
  if (kernel.includes('.amzn2023.')) return 'al2023';
  if (kernel.includes('.amzn2.')) return 'al2';
  return /-(?:aws|generic)(?:-\w+)?$/.test(kernel) ? 'ubuntu' : null;
}

export interface DmesgIdentity {
  readonly instanceType: string | null;
  readonly kernel: string | null;
}

/**
 * What the boot messages tell about the machine:
 *
 *     [    0.000000] Linux version 6.1.115-126.197.amzn2023.x86_64 (mockbuild@…) …
 *     [    0.000000] DMI: Amazon EC2 m5.large/, BIOS 1.0 10/16/2017
 */
export function parseDmesgIdentity(lines: Iterable<string>): DmesgIdentity {
  let instanceType: string | null = null;
  let kernel: string | null = null;
  for (const line of lines) {
    instanceType ??= /\bDMI: Amazon EC2 ([a-z][a-z0-9-]{1,20}\.[a-z0-9-]{1,20})/.exec(line)?.[1] ?? null;
    kernel ??= /\bLinux version (\d\S{0,127})/.exec(line)?.[1] ?? null;
    if (instanceType !== null && kernel !== null) break;
  }
  return { instanceType, kernel };
}
