import type { Fault } from '../fault.js';

export const ipv6MtuBlackhole: Fault = {
  name: 'ipv6-mtu-blackhole',
  description: 'IPv6: the path carries 1500 bytes and drops larger packets; no "packet too big" comes back.',
  needs: ['ipv6-nat'],
  options: { ipv6: true },
  async apply(lab) {
    const { pods, nodes } = lab.plan;
    await lab.vpc(
      `ip -6 route replace ${pods.B.ip6!}/128 via ${nodes.dst.ip6!} dev dst0 metric 1 mtu lock 1500`,
    );
    await lab.vpc('ip6tables -A OUTPUT -p icmpv6 --icmpv6-type packet-too-big -j DROP');
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
