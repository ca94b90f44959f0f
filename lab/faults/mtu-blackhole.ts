import { narrowPath, uploadsIntoBlackHole } from '../mtu.js';
import type { Fault } from '../fault.js';

export const mtuBlackhole: Fault = {
  name: 'mtu-blackhole',
  description: 'The VPC path to the destination carries 1500 bytes and drops larger packets without a word.',
  capture: { naming: 'worker' },
  async apply(lab) {
    await narrowPath(lab, 1500);
    await lab.vpc('iptables -A OUTPUT -p icmp --icmp-type fragmentation-needed -j DROP');
  },
  ...uploadsIntoBlackHole,
};
