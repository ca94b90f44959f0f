import { lossyFlows } from '../loss.js';
import type { Fault } from '../fault.js';

/** Three difficulties at once: two names of each flow, two clocks, and loss. */
export const loss30SkewSnat: Fault = {
  name: 'loss-30-skew-snat',
  description:
    "The source node translates to its own address, the VPC loses three packets in ten, and the destination node's clock is 61 seconds ahead.",
  needs: ['statistic'],
  options: { otherVpc: true },
  capture: { skew: 61 },
  apply: (lab) => lab.vpc('iptables -A FORWARD -m statistic --mode random --probability 0.3 -j DROP'),
  flows: (f) => lossyFlows(f, 0.3),
  truth: {
    expected: ['partial_loss'],
    optional: ['vpc_drop', 'clock_skew'],
    dropPoint: 'vpc',
    accept: ['return_vpc'],
  },
};
