import type { Fault } from '../fault.js';

export const healthy: Fault = {
  name: 'healthy',
  description: 'Everything works between two nodes.',
  capture: { naming: 'role' },
  flows: (f) => [...f.good(), ...f.bystanders()],
  truth: { expected: [], dropPoint: 'none' },
};
