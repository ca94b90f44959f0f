import type { Fault } from '../fault.js';

export const serviceDnat: Fault = {
  name: 'service-dnat',
  description:
    'The client calls a ClusterIP: the destination differs between the pod and the network interface.',
  flows: (f) => [
    ...[0, 0.3, 0.8].map((start, i) =>
      f.make({
        id: `g${i + 1}`,
        role: 'healthy',
        from: 'A',
        to: 'service',
        proto: 'tcp',
        kind: 'http',
        dport: 80,
        start,
      }),
    ),
    ...f.bystanders(),
  ],
  truth: { expected: [], dropPoint: 'none' },
};
