import { lossyFlows } from '../loss.js';
import type { Fault } from '../fault.js';

export const snap96Loss30: Fault = {
  name: 'snap96-loss-30',
  description: 'The VPC loses three packets in ten; captured with a snap length of 96 bytes.',
  needs: ['statistic'],
  capture: { snaplen: 96 },
  apply: (lab) => lab.vpc('iptables -A FORWARD -m statistic --mode random --probability 0.3 -j DROP'),
  flows: (f) => lossyFlows(f, 0.3),
  truth: { expected: ['partial_loss'], optional: ['vpc_drop'], dropPoint: 'vpc', accept: ['return_vpc'] },
};
