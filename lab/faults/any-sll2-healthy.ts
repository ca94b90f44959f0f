import { healthy } from './healthy.js';
import type { Fault } from '../fault.js';

export const anySll2Healthy: Fault = {
  ...healthy,
  name: 'any-sll2-healthy',
  description: 'As healthy, captured with -i any: each forwarded packet is there twice and lost nowhere.',
  capture: { any: true, linkType: 'LINUX_SLL2', naming: 'plain' },
};
