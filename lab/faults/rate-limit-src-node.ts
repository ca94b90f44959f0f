import { rateLimit } from './rate-limit.js';
import type { Fault } from '../fault.js';

/** A queueing discipline drops before the tap of its interface: the capture there never sees the packet. */
export const rateLimitSrcNode: Fault = {
  ...rateLimit,
  name: 'rate-limit-src-node',
  description: 'Source node: a token bucket on the network interface drops what does not fit.',
  apply: (lab) => lab.src('tc qdisc add dev eth0 root tbf rate 4mbit burst 12kb limit 12kb'),
  truth: { ...rateLimit.truth, optional: [], dropPoint: 'src_node' },
};
