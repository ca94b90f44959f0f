import type { Counter } from '../model/node.js';
import { isKnown } from '../model/location.js';
import { concernOf } from './support/concern.js';
import { defineFact, flag, number, perNode, text } from './support/define.js';
import { lineEvidence } from './support/evidence.js';

/** What each counter limits, in words. */
const LIMITS: Readonly<Record<string, string>> = {
  bw_in_allowance_exceeded: 'inbound bandwidth of the instance',
  bw_out_allowance_exceeded: 'outbound bandwidth of the instance',
  pps_allowance_exceeded: 'packets per second of the instance',
  conntrack_allowance_exceeded: 'connections tracked for security groups',
  linklocal_allowance_exceeded: 'packets per second to DNS, instance metadata and time service',
};

function packetsOf(counters: ReadonlyMap<string, Counter>): number | null {
  let sum = 0;
  let found = false;
  for (const [name, counter] of counters) {
    if (!/^queue_\d+_[rt]x_cnt$/.test(name)) continue;
    sum += counter.value;
    found = true;
  }
  return found ? sum : null;
}

/**
 * Packets that the Elastic Network Adapter queued or dropped because the instance exceeded an allowance. The
 * counters run since the driver was loaded and carry no time, so their share of all packets tells more.
 */
export const enaAllowance = defineFact({
  name: 'ena_allowance',
  description: 'An allowance of an ENA interface that was exceeded at least once.',
  fields: {
    interface: text('interface'),
    counter: text('name of the counter'),
    limit: text('what it limits, in words'),
    value: number('packets since the driver was loaded'),
    per_million: number('the same per million packets of the interface; null when packets are not counted'),
    available: number('conntrack_allowance_available: connections still free, for the conntrack counter'),
    in_question: flag(
      'the captures place a loss in the VPC, where these drops show; or nothing is in question',
    ),
  },
  compute: (context) =>
    perNode(
      context,
      'ethtool statistics',
      (node) => isKnown(node.ethtool),
      (node) => {
        const { trace } = context;
        const concern = concernOf(context);
        const lossInVpc =
          trace !== null &&
          ['dropped', 'lossy'].includes(trace.summary.verdict) &&
          ['vpc', 'unknown'].includes(trace.summary.segment) &&
          [null, node.id].some((id) => trace.srcNode === id || trace.dstNode === id);
        return [...node.ethtool.value].flatMap(([name, counters]) =>
          Object.entries(LIMITS).flatMap(([counter, limit]) => {
            const found = counters.get(counter);
            if (found === undefined || found.value <= 0) return [];
            const packets = packetsOf(counters);
            return [
              {
                node: node.id,
                fields: {
                  interface: name,
                  counter,
                  limit,
                  value: found.value,
                  per_million:
                    packets === null || packets === 0 ? null : Math.round((found.value / packets) * 1e7) / 10,
                  available:
                    counter === 'conntrack_allowance_exceeded'
                      ? (counters.get('conntrack_allowance_available')?.value ?? null)
                      : null,
                  in_question: concern.from === 'none' || lossInVpc,
                },
                evidence: [lineEvidence(node.id, found.loc, `${counter}: ${String(found.value)}`)],
              },
            ];
          }),
        );
      },
    ),
});
