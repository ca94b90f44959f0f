import { healthy } from './healthy.js';
import type { Fault } from '../fault.js';

/** The old cooked header has no interface in it: only direction and TTL tell the two points of a node apart. */
export const anySllHealthy: Fault = {
  ...healthy,
  name: 'any-sll-healthy',
  description: 'As healthy, captured with -i any and the old cooked header: one file per node.',
  capture: { any: true, linkType: 'LINUX_SLL', naming: 'role' },
};
