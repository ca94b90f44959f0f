import { lossyFlows } from '../loss.js';
import type { Fault } from '../fault.js';

export const vxlanLoss20: Fault = {
  name: 'vxlan-loss-20',
  description: 'Pods of an overlay: the VPC loses two tunnel packets in ten.',
  needs: ['vxlan', 'statistic'],
  options: { overlay: 'vxlan' },
  apply: (lab) =>
    lab.vpc('iptables -A FORWARD -p udp --dport 4789 -m statistic --mode random --probability 0.2 -j DROP'),
  flows: (f) => lossyFlows(f, 0.2),
  truth: {
    expected: ['partial_loss'],
    optional: ['vpc_drop', 'overlay_tunnel_blocked'],
    dropPoint: 'vpc',
    accept: ['return_vpc'],
  },
};
