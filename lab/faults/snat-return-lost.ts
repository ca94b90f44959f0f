import type { Fault } from '../fault.js';

export const snatReturnLost: Fault = {
  name: 'snat-return-lost',
  description: "As snat-remote, but the VPC drops the server's answers to the node's address.",
  options: { otherVpc: true },
  apply: (lab) =>
    lab.vpc(`iptables -A FORWARD -s ${lab.plan.pods.B.ip}/32 -p tcp -m tcp --sport 8080 -j DROP`),
  flows: (f) => [...f.failing(), ...f.bystanders()],
  truth: { expected: ['vpc_drop'], dropPoint: 'return_vpc' },
};
