import { describe, expect, it } from 'vitest';
import { whyNoKernel } from './kernel/lab.js';
import { newTally, runLab } from './kernel/run.js';

/**
 * Compares the simulation with the kernel of this machine: random rules, sets, policy rules and routes are loaded
 * into a network namespace, dumped as a log collector does, and packets are sent through it.
 *
 * EKS_NETCHECK_KERNEL_LABS: rule sets (each gets 120 packets and the answers to those that pass).
 * EKS_NETCHECK_KERNEL_SEED: number of the first one.
 */
const reason = whyNoKernel();
const labs = Number(process.env['EKS_NETCHECK_KERNEL_LABS'] ?? 12);
const first = Number(process.env['EKS_NETCHECK_KERNEL_SEED'] ?? 0);

describe('simulate, against the kernel', () => {
  const skipped = `skipped: needs root, iproute2, iptables and network namespaces (${reason})`;
  it.skipIf(reason !== null)(
    reason === null ? 'agrees with what really happens' : skipped,
    async () => {
      const tally = newTally();
      for (let seed = first; seed < first + labs; seed += 1) await runLab(seed, 120, tally);
      const { disagreements, verdicts, ...sums } = tally;
      console.log({ ...sums, ...Object.fromEntries(verdicts), disagreements: disagreements.length });
      if (process.env['EKS_NETCHECK_KERNEL_DEBUG'] !== undefined) console.error(disagreements.join('\n'));
      expect(disagreements.slice(0, 5).join('\n')).toBe('');
      expect(tally.cases).toBeGreaterThan(labs * 60);
      expect(tally.agreed).toBeGreaterThan(tally.cases * 0.9);
    },
    Math.max(60_000, labs * 10_000),
  );
});
