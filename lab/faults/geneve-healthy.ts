import type { Fault } from '../fault.js';

export const geneveHealthy: Fault = {
  name: 'geneve-healthy',
  description: 'Pods of an overlay: the network interfaces carry their packets inside Geneve.',
  needs: ['tun'],
  options: { overlay: 'geneve' },
  flows: (f) => [...f.good(), ...f.bystanders()],
  truth: { expected: [], dropPoint: 'none' },
};
