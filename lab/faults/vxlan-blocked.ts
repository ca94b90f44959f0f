import type { Fault } from '../fault.js';

/** As a security group that allows the pods' ports but not the tunnel's. */
export const vxlanBlocked: Fault = {
  name: 'vxlan-blocked',
  description: 'Pods of an overlay: the VPC drops the tunnel (UDP 4789), while the nodes reach each other.',
  needs: ['vxlan'],
  options: { overlay: 'vxlan' },
  apply: (lab) => lab.vpc('iptables -A FORWARD -p udp -m udp --dport 4789 -j DROP'),
  flows: (f) => [...f.failing(), f.node()],
  truth: { expected: ['overlay_tunnel_blocked'], optional: ['vpc_drop'], dropPoint: 'vpc' },
};
