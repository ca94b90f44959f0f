import type { Fault } from '../fault.js';

/** As a security group of the server that does not know the client's own group. */
export const branchEniVpcDrop: Fault = {
  name: 'branch-eni-vpc-drop',
  description: 'The client has a branch interface; the VPC drops its connections to one port of the server.',
  options: { branchEni: true },
  apply: (lab) =>
    lab.vpc(`iptables -A FORWARD -d ${lab.plan.pods.B.ip}/32 -p tcp -m tcp --dport 8080 -j DROP`),
  flows: (f) => [...f.failing(), ...f.bystanders()],
  truth: { expected: ['vpc_drop'], optional: ['sgp_isolation'], dropPoint: 'vpc' },
};
