import type { Fault } from '../fault.js';

/** A pod on the host network has no veth: nothing is missing at src_veth. */
export const nodeClientDrop: Fault = {
  name: 'node-client-drop',
  description:
    'The client is the source node itself; the VPC drops its connections to one port of the server.',
  apply: (lab) =>
    lab.vpc(`iptables -A FORWARD -d ${lab.plan.pods.B.ip}/32 -p tcp -m tcp --dport 8080 -j DROP`),
  flows: (f) => [...f.failing({ from: 'n1' }), ...f.bystanders()],
  truth: { expected: ['vpc_drop'], dropPoint: 'vpc' },
};
