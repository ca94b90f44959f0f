import type { Fault } from '../fault.js';

/** As a security group that allows ports and knows nothing of the tunnel. */
export const ipipBlocked: Fault = {
  name: 'ipip-blocked',
  description:
    'Pods of an overlay: the VPC drops the tunnel (IP protocol 4), while the nodes reach each other.',
  needs: ['tun'],
  options: { overlay: 'ipip' },
  apply: (lab) => lab.vpc('iptables -A FORWARD -p ipencap -j DROP'),
  flows: (f) => [...f.failing(), f.node()],
  truth: { expected: ['overlay_tunnel_blocked'], optional: ['vpc_drop'], dropPoint: 'vpc' },
};
