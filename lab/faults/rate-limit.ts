import type { Fault } from '../fault.js';

/** As an allowance of bandwidth that is used up: bursts do not fit into the token bucket's queue. */
export const rateLimit: Fault = {
  name: 'rate-limit',
  description: 'The VPC lets the destination have four megabits a second and drops what does not fit.',
  needs: ['tbf'],
  apply: (lab) => lab.vpc('tc qdisc add dev dst0 root tbf rate 4mbit burst 12kb limit 12kb'),
  flows: (f) => [
    ...[0, 0.3].map((start, n) =>
      f.make({
        ...{ id: `l${n + 1}`, role: 'lossy', from: 'A', to: 'B', proto: 'tcp', kind: 'upload' },
        ...{ dport: 8081, requests: 2, size: 600_000, timeout: 15, start },
      }),
    ),
    ...f.bystanders().map((flow) => ({ ...flow, role: 'lossy' as const })),
  ],
  truth: {
    expected: ['partial_loss'],
    optional: ['vpc_drop'],
    dropPoint: 'vpc',
    notes: ['large segments fill the queue more often than small ones: chance, not size, decides'],
  },
};
