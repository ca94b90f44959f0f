import type { Fault } from '../fault.js';
import { loss30Skew } from './loss-30-skew.js';

/** Three difficulties at once: two names of each flow, two clocks, and loss. */
export const loss30SkewSnat: Fault = {
  ...loss30Skew,
  name: 'loss-30-skew-snat',
  description:
    "The source node translates to its own address, the VPC loses three packets in ten, and the destination node's clock is 61 seconds ahead.",
  options: { otherVpc: true },
};
