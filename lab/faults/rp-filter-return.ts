import type { Fault } from '../fault.js';

/** The VPC delivers to the interface that holds the address; strict filtering there wants the answer's way back. */
export const rpFilterReturn: Fault = {
  name: 'rp-filter-return',
  description:
    'Answers come back by the second network interface, whose strict reverse-path filter drops them.',
  options: { secondEni: true },
  capture: { also: ['src_eth1'] },
  apply: async (lab) => {
    // Questions leave by eth0, against the rule that belongs to the address.
    await lab.src(`ip rule del from ${lab.plan.pods.A.ip} lookup 2`);
    await lab.src('sysctl -q -w net.ipv4.conf.eth1.rp_filter=1');
  },
  flows: (f) => [...f.failing(), ...f.bystanders().filter((flow) => flow.from !== 'A')],
  truth: {
    expected: ['rp_filter_drop'],
    optional: ['wrong_interface_captured', 'missing_route'],
    dropPoint: 'return_src_node',
    notes: ['src_eth1 holds the SYN-ACKs that src_veth never shows'],
  },
};
