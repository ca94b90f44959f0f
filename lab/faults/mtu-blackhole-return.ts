import type { Fault } from '../fault.js';

export const mtuBlackholeReturn: Fault = {
  name: 'mtu-blackhole-return',
  description: 'The way back carries 1500 bytes and drops larger packets without a word: downloads die.',
  async apply(lab) {
    const { pods, nodes } = lab.plan;
    await lab.vpc(`ip route replace ${pods.A.ip}/32 via ${nodes.src.ip} dev src0 mtu 1500`);
    await lab.vpc('iptables -A OUTPUT -p icmp --icmp-type fragmentation-needed -j DROP');
  },
  flows: (f) => [
    ...f.failing({ dport: 8081, requests: 1, size: 60_000 }),
    f.make({ id: 'h0', role: 'healthy', from: 'A', to: 'B', proto: 'tcp', kind: 'http', dport: 8080 }),
    ...f.bystanders(),
  ],
  truth: {
    expected: ['mtu_blackhole'],
    optional: ['vpc_drop', 'partial_loss', 'mtu_mismatch'],
    dropPoint: 'return_vpc',
  },
};
