import { narrowPath } from '../mtu.js';
import type { Fault } from '../fault.js';

export const pmtudWorks: Fault = {
  name: 'pmtud-works',
  description:
    'The path to the destination carries 1500 bytes and says so: the sender adapts, the upload succeeds.',
  apply: (lab) => narrowPath(lab, 1500),
  flows: (f) => [
    f.make({
      id: 'g1',
      role: 'healthy',
      from: 'A',
      to: 'B',
      proto: 'tcp',
      kind: 'upload',
      dport: 8081,
      requests: 1,
      size: 60_000,
    }),
    f.make({ id: 'g2', role: 'healthy', from: 'A', to: 'B', proto: 'tcp', kind: 'http', dport: 8080 }),
    ...f.bystanders(),
  ],
  truth: {
    expected: [],
    optional: ['icmp_unreachable', 'mtu_mismatch'],
    dropPoint: 'none',
    notes: [
      'src_eth0 and src_veth hold ICMP fragmentation needed; the segments that were too large are sent again, smaller',
    ],
  },
};
