import type { Fault } from '../fault.js';

/** As a network ACL that forgot the ephemeral ports: requests arrive, answers do not come back. */
export const returnPathLost: Fault = {
  name: 'return-path-lost',
  description: 'The VPC drops the answers of the destination pod (network ACL without the ephemeral ports).',
  capture: { naming: 'plain' },
  apply: (lab) =>
    lab.vpc(`iptables -A FORWARD -s ${lab.plan.pods.B.ip}/32 -p tcp -m tcp --sport 8080 -j DROP`),
  flows: (f) => [...f.failing(), ...f.bystanders()],
  truth: { expected: ['vpc_drop'], dropPoint: 'return_vpc' },
};
