import type { Fault } from '../fault.js';

export const snatRemote: Fault = {
  name: 'snat-remote',
  description:
    "The server is in another VPC range: the source node puts its own address and a new port in the pod's place.",
  options: { otherVpc: true },
  flows: (f) => [...f.good(), ...f.bystanders()],
  truth: { expected: [], dropPoint: 'none' },
};
