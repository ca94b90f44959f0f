import type { Fault } from '../fault.js';

/** A custom image, or a tool such as Docker, left the policy of FORWARD at DROP on the source node. */
export const forwardPolicyDrop: Fault = {
  name: 'forward-policy-drop',
  description: 'Source node: the policy of the FORWARD chain is DROP, so nothing new leaves its pods.',
  apply: (lab) => lab.src('iptables -P FORWARD DROP'),
  flows: (f) => [...f.failing(), f.node()],
  truth: { expected: ['forward_policy_drop'], dropPoint: 'src_node' },
};
