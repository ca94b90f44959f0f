import { healthy } from './healthy.js';
import type { Fault } from '../fault.js';

export const snap96GzipHealthy: Fault = {
  ...healthy,
  name: 'snap96-gzip-healthy',
  description: 'As healthy, captured with a snap length of 96 bytes, the files gzipped.',
  capture: { snaplen: 96, gzip: true },
};
