import { vxlanLoss20 } from './vxlan-loss-20.js';
import type { Fault } from '../fault.js';

export const vxlanSnap96Loss20: Fault = {
  ...vxlanLoss20,
  name: 'vxlan-snap96-loss-20',
  description: 'As vxlan-loss-20, captured with a snap length of 96 bytes: inner TCP options are cut off.',
  capture: { snaplen: 96 },
};
