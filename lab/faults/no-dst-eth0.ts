import { vpcDrop } from './vpc-drop.js';
import type { Fault } from '../fault.js';

export const noDstEth0: Fault = {
  ...vpcDrop,
  name: 'no-dst-eth0',
  description: "As vpc-drop, but the destination node's network interface was not captured.",
  capture: { without: ['dst_eth0'] },
  truth: { expected: [], optional: ['vpc_drop'], dropPoint: 'vpc', accept: ['dst_node', 'unknown'] },
};
