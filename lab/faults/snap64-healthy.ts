import { healthy } from './healthy.js';
import type { Fault } from '../fault.js';

export const snap64Healthy: Fault = {
  ...healthy,
  name: 'snap64-healthy',
  description:
    'As healthy, captured with a snap length of 64 bytes: TCP options and all content are cut off.',
  capture: { snaplen: 64, naming: 'plain' },
};
