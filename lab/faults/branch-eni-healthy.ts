import type { Fault } from '../fault.js';

export const branchEniHealthy: Fault = {
  name: 'branch-eni-healthy',
  description: 'The client has security groups of its own: its packets cross the trunk eth0 in a VLAN.',
  options: { branchEni: true },
  flows: (f) => [...f.good(), ...f.bystanders()],
  truth: { expected: [], optional: ['sgp_isolation'], dropPoint: 'none' },
};
