import type { Fault } from '../fault.js';

export const udpReturnLost: Fault = {
  name: 'udp-return-lost',
  description: 'Datagrams alone, no connection: requests arrive, and the VPC drops every answer.',
  apply: (lab) => lab.vpc(`iptables -A FORWARD -s ${lab.plan.pods.B.ip}/32 -p udp -m udp -j DROP`),
  flows: (f) => [
    ...f.failing({ proto: 'udp', kind: 'udp', dport: 5353, requests: 8, size: 120, timeout: 0.5 }),
    ...f.bystanders(),
  ],
  truth: { expected: ['vpc_drop'], dropPoint: 'return_vpc' },
};
