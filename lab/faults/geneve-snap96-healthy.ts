import { geneveHealthy } from './geneve-healthy.js';
import type { Fault } from '../fault.js';

export const geneveSnap96Healthy: Fault = {
  ...geneveHealthy,
  name: 'geneve-snap96-healthy',
  description: 'As geneve-healthy, captured with a snap length of 96 bytes: the inner TCP header is cut off.',
  capture: { snaplen: 96 },
  truth: { expected: [], dropPoint: 'none', accept: ['unknown'] },
};
