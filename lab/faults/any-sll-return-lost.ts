import { returnPathLost } from './return-path-lost.js';
import type { Fault } from '../fault.js';

export const anySllReturnLost: Fault = {
  ...returnPathLost,
  name: 'any-sll-return-lost',
  description: 'As return-path-lost, captured with -i any and the old cooked header: one file per node.',
  capture: { any: true, linkType: 'LINUX_SLL', naming: 'worker' },
};
