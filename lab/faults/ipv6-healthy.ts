import type { Fault } from '../fault.js';

export const ipv6Healthy: Fault = {
  name: 'ipv6-healthy',
  description: 'A cluster of the IPv6 family; everything works between two nodes.',
  needs: ['ipv6-nat'],
  options: { ipv6: true },
  flows: (f) => [...f.good(), ...f.bystanders()],
  truth: { expected: [], dropPoint: 'none' },
};
