import { vpcDrop } from './vpc-drop.js';
import type { Fault } from '../fault.js';

export const snap64VpcDrop: Fault = {
  ...vpcDrop,
  name: 'snap64-vpc-drop',
  description: 'As vpc-drop, captured with a snap length of 64 bytes: TCP options are cut off.',
  capture: { snaplen: 64 },
};
