import type { Fault } from '../fault.js';

export const forwardRuleReject: Fault = {
  name: 'forward-rule-reject',
  description: 'Source node: a REJECT rule in FORWARD answers the pod with ICMP port unreachable.',
  apply: (lab) =>
    lab.src(`iptables -I FORWARD 1 -d ${lab.plan.pods.B.ip}/32 -p tcp -m tcp --dport 8080 -j REJECT`),
  flows: (f) => [...f.failing(), ...f.bystanders()],
  truth: {
    expected: ['reject_rule'],
    optional: ['icmp_unreachable', 'connection_refused'],
    dropPoint: 'src_node',
  },
};
