import { reorderFlows } from './reorder-healthy.js';
import type { Fault } from '../fault.js';

/** As two regions apart: round trips of a quarter of a second, some packets out of order, some twice. */
export const slowLineHealthy: Fault = {
  name: 'slow-line-healthy',
  description:
    'A long way to the destination node: 120 ms each way, a few frames late, a few twice; nothing is lost.',
  capture: { naming: 'plain' },
  options: { cable: { delay: 0.12, reorder: 0.02, late: 0.03, duplicate: 0.02 } },
  flows: (f) => reorderFlows(f).map((flow) => ({ ...flow, requests: Math.min(flow.requests, 25) })),
  truth: { expected: [], dropPoint: 'none' },
};
