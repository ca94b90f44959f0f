import { lossyFlows } from '../loss.js';
import type { Fault } from '../fault.js';

/** Each point's capture is cut into files of one megabyte; other pods' veths lie beside them. */
export const rotatedCaptures: Fault = {
  name: 'rotated-captures',
  description:
    'All is well; captures of several pods at both nodes, each rotated into files of one megabyte.',
  capture: { rotate: 1, naming: 'role', also: ['src_veth_c', 'dst_veth_d'] },
  flows: (f) => [
    ...[0, 0.2].map((start, n) =>
      f.make({
        ...{ id: `g${n + 1}`, role: 'healthy', from: 'A', to: 'B', proto: 'tcp', kind: 'upload' },
        ...{ dport: 8081, requests: 3, size: 700_000, gap: 0.4, timeout: 15, start },
      }),
    ),
    f.make({
      ...{ id: 'g3', role: 'healthy', from: 'C', to: 'D', proto: 'tcp', kind: 'upload', dport: 9090 },
      ...{ requests: 3, size: 500_000, gap: 0.5, timeout: 15 },
    }),
    ...f.bystanders(),
  ],
  truth: { expected: [], dropPoint: 'none' },
};

export const rotatedCapturesLoss: Fault = {
  name: 'rotated-captures-loss',
  description:
    'The VPC loses one packet in ten; captures of several pods, rotated into files of one megabyte.',
  needs: ['statistic'],
  capture: { rotate: 1, also: ['src_veth_c', 'dst_veth_d'] },
  apply: (lab) => lab.vpc('iptables -A FORWARD -m statistic --mode random --probability 0.1 -j DROP'),
  flows: (f) => [
    ...lossyFlows(f, 0.1),
    f.make({
      ...{ id: 'l7', role: 'lossy', from: 'A', to: 'B', proto: 'tcp', kind: 'upload', dport: 8081 },
      ...{ requests: 1, size: 1_500_000, timeout: 20 },
    }),
    f.make({
      ...{ id: 'l8', role: 'lossy', from: 'C', to: 'D', proto: 'tcp', kind: 'upload', dport: 9090 },
      ...{ requests: 1, size: 1_200_000, timeout: 20 },
    }),
  ],
  truth: { expected: ['partial_loss'], optional: ['vpc_drop'], dropPoint: 'vpc', accept: ['return_vpc'] },
};
