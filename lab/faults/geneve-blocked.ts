import type { Fault } from '../fault.js';

/** As a security group that allows ports and knows nothing of the tunnel. */
export const geneveBlocked: Fault = {
  name: 'geneve-blocked',
  description: 'Pods of an overlay: the VPC drops the tunnel (UDP 6081), while the nodes reach each other.',
  needs: ['tun'],
  options: { overlay: 'geneve' },
  apply: (lab) => lab.vpc('iptables -A FORWARD -p udp -m udp --dport 6081 -j DROP'),
  flows: (f) => [...f.failing(), f.node()],
  truth: { expected: ['overlay_tunnel_blocked'], optional: ['vpc_drop'], dropPoint: 'vpc' },
};
