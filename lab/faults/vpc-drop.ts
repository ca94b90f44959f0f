import type { Fault } from '../fault.js';

/** As a security group without the rule: what was not allowed vanishes, nothing answers. */
export const vpcDrop: Fault = {
  name: 'vpc-drop',
  description:
    'The VPC drops connections to one port of the destination pod (security group or network ACL).',
  apply: (lab) =>
    lab.vpc(`iptables -A FORWARD -d ${lab.plan.pods.B.ip}/32 -p tcp -m tcp --dport 8080 -j DROP`),
  flows: (f) => [...f.failing(), ...f.bystanders()],
  truth: { expected: ['vpc_drop'], dropPoint: 'vpc' },
};
