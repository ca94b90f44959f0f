import type { Fault } from '../fault.js';

export const sameNodeDrop: Fault = {
  name: 'same-node-drop',
  description: 'Both pods live on one node; a DROP rule in its FORWARD chain stands between them.',
  options: { sameNode: true },
  apply: (lab) =>
    lab.src(`iptables -I FORWARD 1 -d ${lab.plan.pods.B.ip}/32 -p tcp -m tcp --dport 8080 -j DROP`),
  flows: (f) => [...f.failing(), ...f.bystanders().filter((flow) => flow.id !== 'h6')],
  truth: { expected: ['forward_rule_drop'], dropPoint: 'src_node', accept: ['dst_node'] },
};
