import { captureMisses } from './capture-misses.js';
import type { Fault } from '../fault.js';

/** Nothing acknowledges these datagrams; what other flows tell of the captures must speak for them. */
export const captureMissesOneWay: Fault = {
  ...captureMisses,
  name: 'capture-misses-one-way',
  description: 'As capture-misses, with datagrams that nobody answers in the same files.',
  flows: (f) => [
    ...captureMisses.flows(f),
    ...[0, 0.1].map((start, n) =>
      f.make({
        ...{ id: `g${n + 6}`, role: 'healthy', from: 'A', to: 'B', proto: 'udp', kind: 'burst' },
        ...{ dport: 9125, requests: 1500, size: 400, gap: 0.01, start },
      }),
    ),
  ],
};
