import { lossyFlows } from '../loss.js';
import type { Fault } from '../fault.js';

export const sameNodeLoss20: Fault = {
  name: 'same-node-loss-20',
  description: 'Both pods live on one node, which loses two packets in ten on their way to the server.',
  needs: ['statistic'],
  options: { sameNode: true },
  apply: (lab) =>
    lab.src(
      `iptables -I FORWARD 1 -d ${lab.plan.pods.B.ip}/32 -m statistic --mode random --probability 0.2 -j DROP`,
    ),
  flows: (f) => lossyFlows(f, 0.2),
  truth: {
    expected: ['partial_loss'],
    optional: ['forward_rule_drop'],
    dropPoint: 'src_node',
    accept: ['dst_node'],
  },
};
