import type { Fault } from '../fault.js';

export const blackholeRoute: Fault = {
  name: 'blackhole-route',
  description: 'Source node: a blackhole route covers the destination pod.',
  capture: { naming: 'worker' },
  apply: (lab) => lab.src(`ip route add blackhole ${lab.plan.pods.B.ip}/32`),
  flows: (f) => [...f.failing(), ...f.bystanders()],
  truth: { expected: ['blackhole_route'], dropPoint: 'src_node' },
};
