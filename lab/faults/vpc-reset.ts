import type { Fault } from '../fault.js';

/** As a firewall appliance between the subnets: the reset bears the server's address, but the server never saw the SYN. */
export const vpcReset: Fault = {
  name: 'vpc-reset',
  description: 'A router between the nodes answers the connection with a reset in the name of the server.',
  apply: (lab) =>
    lab.vpc(
      `iptables -A FORWARD -d ${lab.plan.pods.B.ip}/32 -p tcp -m tcp --dport 8080 -j REJECT --reject-with tcp-reset`,
    ),
  flows: (f) => [...f.failing(), ...f.bystanders()],
  truth: {
    expected: ['vpc_reset'],
    dropPoint: 'vpc',
    notes: ['the reset is first seen at src_eth0; the SYN is at neither point of the destination node'],
  },
};
