import { lossyFlows } from '../loss.js';
import type { Fault } from '../fault.js';

export const loss30Skew: Fault = {
  name: 'loss-30-skew',
  description: "The VPC loses three packets in ten, and the destination node's clock is 61 seconds ahead.",
  needs: ['statistic'],
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
