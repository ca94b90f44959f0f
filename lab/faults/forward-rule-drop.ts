import type { Fault } from '../fault.js';

export const forwardRuleDrop: Fault = {
  name: 'forward-rule-drop',
  description: 'Source node: a DROP rule at the top of FORWARD matches the destination port.',
  capture: { naming: 'plain' },
  apply: (lab) =>
    lab.src(`iptables -I FORWARD 1 -s ${lab.plan.pods.A.ip}/32 -p tcp -m tcp --dport 8080 -j DROP`),
  flows: (f) => [...f.failing(), ...f.bystanders()],
  truth: { expected: ['forward_rule_drop'], dropPoint: 'src_node' },
};
