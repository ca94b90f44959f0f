import { narrowPath, uploadsIntoBlackHole } from '../mtu.js';
import type { Fault } from '../fault.js';

/** The router speaks, but its words die on the sender's node: src_eth0 shows them, src_veth does not. */
export const mtuBlackholeIcmpLost: Fault = {
  name: 'mtu-blackhole-icmp-lost',
  description:
    'The path carries 1500 bytes and says so, but the source node drops ICMP: the sender never hears it.',
  async apply(lab) {
    await narrowPath(lab, 1500);
    await lab.src(
      'iptables -t mangle -A PREROUTING -i eth0 -p icmp --icmp-type fragmentation-needed -j DROP',
    );
  },
  ...uploadsIntoBlackHole,
  truth: {
    ...uploadsIntoBlackHole.truth,
    optional: [...uploadsIntoBlackHole.truth.optional!, 'icmp_unreachable', 'forward_rule_drop'],
  },
};
