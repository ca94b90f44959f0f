import type { Fault } from '../fault.js';

/**
 * Segments of up to 64 KB at the sender's points, joined differently at the receiver's: packets have no counterpart.
 * A smaller limit for joining stands for a card that gets its frames in smaller batches.
 */
export const bulkHealthy: Fault = {
  name: 'bulk-healthy',
  description: 'An upload of two megabytes: segmentation and receive offload cut it differently at each end.',
  capture: { snaplen: 256 },
  apply: (lab) => lab.dst('ip link set dev eth0 gro_max_size 30000'),
  flows: (f) => [
    f.make({
      id: 'g1',
      role: 'healthy',
      from: 'A',
      to: 'B',
      proto: 'tcp',
      kind: 'upload',
      dport: 8081,
      requests: 2,
      size: 1_000_000,
    }),
    ...f.bystanders(),
  ],
  truth: { expected: [], dropPoint: 'none' },
};
