import type { Fault } from '../fault.js';

/** Two names for each flow, and the loss where it has the second one. */
export const snatRemoteDrop: Fault = {
  name: 'snat-remote-drop',
  description:
    "The source node puts its own address and a new port in the pod's place; the VPC drops one port of the server.",
  options: { otherVpc: true },
  apply: (lab) =>
    lab.vpc(`iptables -A FORWARD -d ${lab.plan.pods.B.ip}/32 -p tcp -m tcp --dport 8080 -j DROP`),
  flows: (f) => [...f.failing(), ...f.bystanders()],
  truth: { expected: ['vpc_drop'], dropPoint: 'vpc' },
};
