/** What a node's kernel does with a packet, computed from its bundle. */
export { expectedEgressInterface, reachableRules, routeLookup } from './queries.js';
export type { RouteAnswer, RouteQuery } from './queries.js';
export { forwardVerdict, simulate } from './simulate.js';
export type {
  CtState,
  Decision,
  Hook,
  SimEnd,
  SimPacket,
  SimResult,
  SimVerdict,
  TrailEntry,
} from './types.js';
