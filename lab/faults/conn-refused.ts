import type { Fault } from '../fault.js';

export const connRefused: Fault = {
  name: 'conn-refused',
  description: 'Nothing listens on the port: the destination pod answers with a reset.',
  flows: (f) => [
    ...f.failing({ dport: 8089 }),
    f.make({ id: 'h0', role: 'healthy', from: 'A', to: 'B', proto: 'tcp', kind: 'http', dport: 8080 }),
    ...f.bystanders(),
  ],
  truth: { expected: ['connection_refused'], dropPoint: 'dst_pod', accept: ['none'] },
};
