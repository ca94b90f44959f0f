import type { Fault } from '../fault.js';

export const sameNodeHealthy: Fault = {
  name: 'same-node-healthy',
  description: 'Both pods live on one node; their traffic touches no network interface.',
  options: { sameNode: true },
  flows: (f) => [...f.good(), ...f.bystanders().filter((flow) => flow.id !== 'h6')],
  truth: { expected: [], dropPoint: 'none' },
};
