import type { Fault } from '../fault.js';

/** The rule for what comes in from the VLAN is gone: answers are looked up in main, which has no way to the pod. */
export const branchEniRuleMissing: Fault = {
  name: 'branch-eni-rule-missing',
  description:
    'The client has a branch interface, but its node lost the rule for packets that come in by it.',
  options: { branchEni: true },
  apply: async (lab) => {
    const { vlan } = lab.plan.nodes.src.branch!;
    await lab.src(`ip rule del iif vlan.eth.${vlan} lookup ${100 + vlan}`);
  },
  flows: (f) => [...f.failing(), ...f.bystanders().filter((flow) => flow.from !== 'A')],
  truth: {
    expected: ['missing_route'],
    optional: ['sgp_isolation', 'icmp_unreachable'],
    dropPoint: 'return_src_node',
  },
};
