import { reorderFlows } from './reorder-healthy.js';
import type { Fault } from '../fault.js';

/** A copy is no retransmission of the sender, and a missing copy is no loss. */
export const duplicateHealthy: Fault = {
  name: 'duplicate-healthy',
  description: 'The line to the destination node delivers one frame in five twice; nothing is lost.',
  options: { cable: { delay: 0.001, duplicate: 0.2 } },
  flows: (f) => reorderFlows(f),
  truth: { expected: [], dropPoint: 'none' },
};
