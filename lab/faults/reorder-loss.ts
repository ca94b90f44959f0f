import { lossyFlows } from '../loss.js';
import type { Fault } from '../fault.js';

/** Real loss among packets that are late or twice. */
export const reorderLoss: Fault = {
  name: 'reorder-loss',
  description: 'The VPC loses one packet in ten, and what is left arrives late or twice.',
  needs: ['statistic'],
  options: { cable: { delay: 0.002, reorder: 0.2, late: 0.004, duplicate: 0.1 } },
  apply: (lab) => lab.vpc('iptables -A FORWARD -m statistic --mode random --probability 0.1 -j DROP'),
  flows: (f) => lossyFlows(f, 0.1),
  truth: { expected: ['partial_loss'], optional: ['vpc_drop'], dropPoint: 'vpc', accept: ['return_vpc'] },
};
