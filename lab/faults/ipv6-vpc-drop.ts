import type { Fault } from '../fault.js';

export const ipv6VpcDrop: Fault = {
  name: 'ipv6-vpc-drop',
  description: 'A cluster of the IPv6 family; the VPC drops connections to one port of the destination pod.',
  needs: ['ipv6-nat'],
  options: { ipv6: true },
  apply: (lab) =>
    lab.vpc(`ip6tables -A FORWARD -d ${lab.plan.pods.B.ip6!}/128 -p tcp -m tcp --dport 8080 -j DROP`),
  flows: (f) => [...f.failing(), ...f.bystanders()],
  truth: { expected: ['vpc_drop'], dropPoint: 'vpc' },
};
