import type { Fault } from '../fault.js';

export const ipipHealthy: Fault = {
  name: 'ipip-healthy',
  description: 'Pods of an overlay: the network interfaces carry their packets inside IPIP.',
  needs: ['tun'],
  options: { overlay: 'ipip' },
  flows: (f) => [...f.good(), ...f.bystanders()],
  truth: { expected: [], dropPoint: 'none' },
};
