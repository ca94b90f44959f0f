import { rotatedCaptures } from './rotated-captures.js';
import type { Fault } from '../fault.js';

/** The rings of the points reach back to different times: common to all is only the end. */
export const ringCaptures: Fault = {
  ...rotatedCaptures,
  name: 'ring-captures',
  description: 'All is well; each capture is a ring of three files that overwrote the beginning.',
  capture: { ...rotatedCaptures.capture, ring: 3 },
  truth: { expected: [], dropPoint: 'none', accept: ['unknown'] },
};
