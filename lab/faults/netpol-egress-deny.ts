import { policyDrop } from '../policy.js';
import type { Fault } from '../fault.js';

/** The agent's egress program sits behind the receiving tap of the pod's host veth: a capture there sees the packet. */
export const netpolEgressDeny: Fault = {
  name: 'netpol-egress-deny',
  description:
    "Source node: a network policy's egress program drops what the client sends to the server's port.",
  needs: ['nft-netdev'],
  apply: (lab) => policyDrop(lab.plan, 'A', 'egress', lab.plan.pods.B.ip, 8080),
  flows: (f) => [...f.failing(), ...f.bystanders()],
  policies: ({ pods }) => [
    {
      pod: pods.A,
      direction: 'egress',
      allows: [
        { range: `${pods.D.ip}/32`, protocol: 'ANY PROTOCOL', port: 0 },
        { range: `${pods.E.ip}/32`, protocol: 'UDP', port: 53 },
      ],
    },
  ],
  truth: { expected: ['netpol_deny'], optional: ['default_deny_policy'], dropPoint: 'src_node' },
};
