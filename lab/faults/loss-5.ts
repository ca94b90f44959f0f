import { lossyFlows } from '../loss.js';
import type { Fault } from '../fault.js';

export const loss5: Fault = {
  name: 'loss-5',
  description: 'The VPC loses one packet in twenty, both ways.',
  needs: ['statistic'],
  capture: { naming: 'role' },
  apply: (lab) => lab.vpc('iptables -A FORWARD -m statistic --mode random --probability 0.05 -j DROP'),
  flows: (f) => lossyFlows(f, 0.05),
  truth: { expected: ['partial_loss'], optional: ['vpc_drop'], dropPoint: 'vpc', accept: ['return_vpc'] },
};
