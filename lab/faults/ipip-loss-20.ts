import { lossyFlows } from '../loss.js';
import type { Fault } from '../fault.js';

export const ipipLoss20: Fault = {
  name: 'ipip-loss-20',
  description: 'Pods of an overlay: the VPC loses two tunnel packets in ten.',
  needs: ['tun', 'statistic'],
  options: { overlay: 'ipip' },
  apply: (lab) =>
    lab.vpc('iptables -A FORWARD -p ipencap -m statistic --mode random --probability 0.2 -j DROP'),
  flows: (f) => lossyFlows(f, 0.2),
  truth: {
    expected: ['partial_loss'],
    optional: ['vpc_drop', 'overlay_tunnel_blocked'],
    dropPoint: 'vpc',
    accept: ['return_vpc'],
  },
};
