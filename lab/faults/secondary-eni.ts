import type { Fault } from '../fault.js';

export const secondaryEni: Fault = {
  name: 'secondary-eni',
  description:
    "The client's address lives on the second network interface; the operator captured the first one.",
  options: { secondEni: true },
  flows: (f) => [...f.good(), ...f.bystanders()],
  truth: {
    expected: [],
    optional: ['wrong_interface_captured'],
    dropPoint: 'none',
    accept: ['unknown'],
    notes: ["src_eth0 is rightly without the client's flows: ip rule 1536 sends them out of eth1"],
  },
};
