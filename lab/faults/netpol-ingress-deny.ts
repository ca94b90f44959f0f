import { policyDrop } from '../policy.js';
import type { Fault } from '../fault.js';

/** The agent's ingress program sits before the transmitting tap of the pod's host veth: not even a capture there sees it. */
export const netpolIngressDeny: Fault = {
  name: 'netpol-ingress-deny',
  description: "Destination node: a network policy's ingress program drops the client at the server's veth.",
  needs: ['nft-netdev'],
  apply: (lab) => policyDrop(lab.plan, 'B', 'ingress', lab.plan.pods.A.ip, 8080),
  flows: (f) => [
    ...f.failing(),
    f.make({ id: 'h0', role: 'healthy', from: 'C', to: 'B', proto: 'tcp', kind: 'http', dport: 8080 }),
    ...f.bystanders(),
  ],
  policies: ({ pods }) => [
    {
      pod: pods.B,
      direction: 'ingress',
      allows: [{ range: `${pods.C.ip}/32`, protocol: 'TCP', port: 8080 }],
    },
  ],
  truth: { expected: ['netpol_deny'], optional: ['default_deny_policy'], dropPoint: 'dst_node' },
};
