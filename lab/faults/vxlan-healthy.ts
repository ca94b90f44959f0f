import type { Fault } from '../fault.js';

export const vxlanHealthy: Fault = {
  name: 'vxlan-healthy',
  description:
    'Pods of an overlay (Calico with VXLAN): the network interfaces carry their packets inside UDP.',
  needs: ['vxlan'],
  options: { overlay: 'vxlan' },
  flows: (f) => [...f.good(), ...f.bystanders()],
  truth: { expected: [], dropPoint: 'none' },
};
