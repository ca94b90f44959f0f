import { captureMisses } from './capture-misses.js';
import type { Fault } from '../fault.js';

export const pcapngCaptureMisses: Fault = {
  ...captureMisses,
  name: 'pcapng-capture-misses',
  description: 'As capture-misses with dumpcap, which notes in the file how many packets it missed.',
  capture: { tool: 'dumpcap', buffer: 1024 },
};
