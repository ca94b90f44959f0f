import type { Fault } from '../fault.js';
import { uploadsIntoBlackHole } from '../mtu.js';

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
  ...uploadsIntoBlackHole,
};
