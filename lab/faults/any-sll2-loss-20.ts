import { lossyFlows } from '../loss.js';
import type { Fault } from '../fault.js';

export const anySll2Loss20: Fault = {
  name: 'any-sll2-loss-20',
  description: 'The VPC loses two packets in ten; captured with -i any, both points of a node in one file.',
  needs: ['statistic'],
  capture: { any: true, linkType: 'LINUX_SLL2' },
  apply: (lab) => lab.vpc('iptables -A FORWARD -m statistic --mode random --probability 0.2 -j DROP'),
  flows: (f) => lossyFlows(f, 0.2),
  truth: { expected: ['partial_loss'], optional: ['vpc_drop'], dropPoint: 'vpc', accept: ['return_vpc'] },
};
