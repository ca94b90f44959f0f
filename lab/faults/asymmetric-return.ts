import type { Fault } from '../fault.js';

/** The VPC delivers to the interface that holds the address; the questions left by the other one. */
export const asymmetricReturn: Fault = {
  name: 'asymmetric-return',
  description:
    "The rule that sends the pod's packets out of the second interface is gone: answers come in there, and its strict filter drops them.",
  options: { secondEni: true },
  capture: { also: ['src_eth1'] },
  apply: async (lab) => {
    await lab.src(`ip rule del from ${lab.plan.pods.A.ip} lookup 2`);
    await lab.src('sysctl -q -w net.ipv4.conf.eth1.rp_filter=1');
  },
  flows: (f) => [...f.failing(), ...f.bystanders().filter((flow) => flow.from !== 'A')],
  truth: {
    expected: ['missing_route'],
    optional: ['wrong_interface_captured', 'rp_filter_drop'],
    dropPoint: 'return_src_node',
    notes: ['src_eth1 holds the SYN-ACKs that src_veth never shows'],
  },
};
