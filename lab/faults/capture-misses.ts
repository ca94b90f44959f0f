import type { Fault } from '../fault.js';

/** The capture loses packets, the network none: what was acknowledged arrived. */
export const captureMisses: Fault = {
  name: 'capture-misses',
  description: 'All is well, but the captures have so small a buffer that the kernel drops much at the tap.',
  capture: { buffer: 2 },
  flows: (f) => [
    ...[0, 0.1, 0.2].map((start, n) =>
      f.make({
        ...{ id: `g${n + 1}`, role: 'healthy', from: 'A', to: 'B', proto: 'tcp', kind: 'upload' },
        ...{ dport: 8081, requests: 4, size: 2_000_000, timeout: 20, start },
      }),
    ),
    ...[0, 0.1].map((start, n) =>
      f.make({
        ...{ id: `g${n + 4}`, role: 'healthy', from: 'A', to: 'B', proto: 'udp', kind: 'udp' },
        ...{ dport: 5353, requests: 200, size: 700, gap: 0, timeout: 1, start },
      }),
    ),
    ...f.bystanders(),
  ],
  truth: { expected: [], dropPoint: 'none', accept: ['unknown'] },
};
