/** All variants. */
import { addressFaults } from './faults/addresses.js';
import { cniFaults } from './faults/cni.js';
import { filterFaults } from './faults/filters.js';
import { policyFaults } from './faults/policy.js';
import { resourceFaults } from './faults/resources.js';
import { routeFaults } from './faults/routes.js';
import { serviceFaults } from './faults/services.js';
import { sparseFaults } from './faults/sparse.js';
import { versionFaults } from './faults/versions.js';
import { cniNearMisses } from './near-misses/cni.js';
import { networkNearMisses } from './near-misses/network.js';
import { oldNearMisses } from './near-misses/old.js';
import { policyNearMisses } from './near-misses/policy.js';
import { recoveredNearMisses } from './near-misses/recovered.js';
import { serviceNearMisses } from './near-misses/services.js';
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
  ...sparseFaults,
  ...cniNearMisses,
  ...oldNearMisses,
  ...policyNearMisses,
  ...networkNearMisses,
  ...serviceNearMisses,
  ...recoveredNearMisses,
];
