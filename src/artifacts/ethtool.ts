import type { Counter } from '../model/node.js';
import type { Parsed } from './parsed.js';

/** Counters kept per interface: ENA has about twenty per queue, so this is far above the largest instance. */
const MAX_COUNTERS = 10_000;
const MAX_INTERFACES = 5_000;

export type EthtoolCounters = ReadonlyMap<string, ReadonlyMap<string, Counter>>;

/**
 * `ethtool -S` of every interface. The collector appends, so when the first interface comes again a second run
 * starts, and that one counts.
 *
 *     Interface eth0
 *     NIC statistics:
 *          total_resets: 0
 *          conntrack_allowance_exceeded: 0
 *          queue_0_tx_cnt: 93409863
 *
 *     Interface lo
 *     no stats available
 */
export function parseEthtool(lines: Iterable<string>, file: string): Parsed<EthtoolCounters> {
  const interfaces = new Map<string, Map<string, Counter>>();
  let first: string | null = null;
  let current: Map<string, Counter> | null = null;
  let understood = 0;
  let notUnderstood = 0;
  let number = 0;
  for (const line of lines) {
    number += 1;
    const heading = /^Interface (\S{1,64})\s*$/.exec(line)?.[1];
    if (heading !== undefined) {
      if (heading === first) interfaces.clear();
      first ??= heading;
      current = new Map();
      if (interfaces.size < MAX_INTERFACES) interfaces.set(heading, current);
      understood += 1;
      continue;
    }
    const match = /^\s+([^:\s][^:]{0,79}):\s*(\d{1,20})\s*$/.exec(line);
    if (match !== null && current !== null) {
      const value = Number(match[2]);
      if (current.size < MAX_COUNTERS) current.set(match[1]!.trim(), { value, loc: { file, line: number } });
      understood += 1;
    } else if (line.trim() !== '' && !/^(NIC statistics:|no stats available)/.test(line)) {
      notUnderstood += 1;
    }
  }
  return { value: interfaces, understood, notUnderstood };
}
