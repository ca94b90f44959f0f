/** Traffic that shows a rate of loss: enough packets to tell it from bad luck. */
import type { Flows } from './flows.js';
import type { FlowSpec } from './types.js';

/** Datagrams one by one (each a trial of its own) and requests that TCP repairs. */
export function lossyFlows(f: Flows, rate: number): FlowSpec[] {
  const pair = { role: 'lossy', from: 'A', to: 'B' } as const;
  const requests = rate > 0.1 ? 12 : 40;
  return [
    ...[0, 1, 2].map((n) =>
      f.make({
        id: `l${n + 1}`,
        ...pair,
        proto: 'udp',
        kind: 'udp',
        dport: 5353,
        requests: 120,
        size: 150,
        gap: 0.01,
        timeout: 0.05,
        start: n * 0.1,
      }),
    ),
    ...[0, 1].map((n) =>
      f.make({
        id: `l${n + 4}`,
        ...pair,
        proto: 'tcp',
        kind: 'http',
        dport: 8080,
        requests,
        size: 900,
        gap: 0.02,
        timeout: 8,
        start: n * 0.2,
      }),
    ),
    f.make({
      id: 'l6',
      ...pair,
      proto: 'icmp',
      kind: 'icmp',
      dport: 0,
      requests: 60,
      gap: 0.02,
      timeout: 0.1,
    }),
  ];
}
