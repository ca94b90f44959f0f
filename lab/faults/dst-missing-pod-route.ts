import type { Fault } from '../fault.js';

/** Without the pod's own route its address is on-link at eth0: the node asks for it there, and nobody answers. */
export const dstMissingPodRoute: Fault = {
  name: 'dst-missing-pod-route',
  description:
    "Destination node: the pod's route is gone; the node looks for the pod on its network interface.",
  capture: { naming: 'plain' },
  apply: (lab) => lab.dst(`ip route del ${lab.plan.pods.B.ip}/32`),
  flows: (f) => [...f.failing(), ...f.bystanders()],
  truth: {
    expected: ['missing_route'],
    optional: ['icmp_unreachable', 'veth_missing'],
    dropPoint: 'dst_node',
  },
};
