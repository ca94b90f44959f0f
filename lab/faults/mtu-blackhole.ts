import { narrowPath } from '../mtu.js';
import type { Fault } from '../fault.js';

export const mtuBlackhole: Fault = {
  name: 'mtu-blackhole',
  description: 'The VPC path to the destination carries 1500 bytes and drops larger packets without a word.',
  capture: { naming: 'worker' },
  async apply(lab) {
    await narrowPath(lab, 1500);
    await lab.vpc('iptables -A OUTPUT -p icmp --icmp-type fragmentation-needed -j DROP');
  },
  flows: (f) => [
    ...f.failing({ kind: 'upload', dport: 8081, requests: 1, size: 60_000 }),
    f.make({ id: 'h0', role: 'healthy', from: 'A', to: 'B', proto: 'tcp', kind: 'http', dport: 8080 }),
    ...f.bystanders(),
  ],
  truth: {
    expected: ['mtu_blackhole'],
    optional: ['vpc_drop', 'partial_loss', 'mtu_mismatch'],
    dropPoint: 'vpc',
  },
};
