/** All variants. */
import { addressFaults } from './faults/addresses.js';
import { cniFaults } from './faults/cni.js';
import { filterFaults } from './faults/filters.js';
import { policyFaults } from './faults/policy.js';
import { resourceFaults } from './faults/resources.js';
import { routeFaults } from './faults/routes.js';
import { serviceFaults } from './faults/services.js';
import { versionFaults } from './faults/versions.js';
import type { Variant } from './types.js';

export const VARIANTS: readonly Variant[] = [
  ...cniFaults,
  ...addressFaults,
  ...versionFaults,
  ...policyFaults,
  ...resourceFaults,
  ...serviceFaults,
  ...filterFaults,
  ...routeFaults,
];
