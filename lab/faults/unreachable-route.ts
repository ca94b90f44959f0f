import type { Fault } from '../fault.js';

export const unreachableRoute: Fault = {
  name: 'unreachable-route',
  description:
    'Source node: an unreachable route covers the destination pod; the node answers host unreachable.',
  apply: (lab) => lab.src(`ip route add unreachable ${lab.plan.pods.B.ip}/32`),
  flows: (f) => [...f.failing(), ...f.bystanders()],
  truth: { expected: ['unreachable_route'], optional: ['icmp_unreachable'], dropPoint: 'src_node' },
};
