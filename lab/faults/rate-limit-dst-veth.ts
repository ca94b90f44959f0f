import { rateLimit } from './rate-limit.js';
import type { Fault } from '../fault.js';

export const rateLimitDstVeth: Fault = {
  ...rateLimit,
  name: 'rate-limit-dst-veth',
  description:
    "Destination node: the bandwidth plugin's token bucket on the pod's veth drops what does not fit.",
  apply: (lab) =>
    lab.dst(`tc qdisc add dev ${lab.plan.pods.B.hostVeth} root tbf rate 4mbit burst 12kb limit 12kb`),
  truth: { ...rateLimit.truth, optional: [], dropPoint: 'dst_node' },
};
