import { vpcDrop } from './vpc-drop.js';
import type { Fault } from '../fault.js';

export const pcapngVpcDrop: Fault = {
  ...vpcDrop,
  name: 'pcapng-vpc-drop',
  description: 'As vpc-drop, captured with dumpcap: pcapng with interface names and statistics.',
  capture: { tool: 'dumpcap' },
};
