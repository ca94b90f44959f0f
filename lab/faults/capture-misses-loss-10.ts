import { captureMisses } from './capture-misses.js';
import { lossyFlows } from '../loss.js';
import type { Fault } from '../fault.js';

/** Both at once: what the captures miss must not hide what the network loses, nor add to it. */
export const captureMissesLoss10: Fault = {
  name: 'capture-misses-loss-10',
  description:
    'The VPC loses one packet in ten, and the captures have so small a buffer that they miss some, too.',
  needs: ['statistic'],
  capture: captureMisses.capture!,
  apply: (lab) => lab.vpc('iptables -A FORWARD -m statistic --mode random --probability 0.1 -j DROP'),
  flows: (f) => [
    ...lossyFlows(f, 0.1),
    ...[0, 0.2].map((start, n) =>
      f.make({
        ...{ id: `l${n + 7}`, role: 'lossy', from: 'A', to: 'B', proto: 'tcp', kind: 'upload' },
        ...{ dport: 8081, requests: 1, size: 800_000, timeout: 20, start },
      }),
    ),
  ],
  truth: { expected: ['partial_loss'], optional: ['vpc_drop'], dropPoint: 'vpc', accept: ['return_vpc'] },
};
