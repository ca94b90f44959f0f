import { vpcDrop } from './vpc-drop.js';
import type { Fault } from '../fault.js';

export const anySll2VpcDrop: Fault = {
  ...vpcDrop,
  name: 'any-sll2-vpc-drop',
  description: 'As vpc-drop, captured with -i any: one file per node holds both of its points.',
  capture: { any: true, naming: 'role' },
  truth: {
    ...vpcDrop.truth,
    notes: ['src_any is src_veth and src_eth0 together, told apart by interface index; dst_any likewise'],
  },
};
