import type { Fault } from '../fault.js';

/** As a stateful middlebox that forgot the connection: what was open is reset, in the name of the server. */
export const vpcResetMidstream: Fault = {
  name: 'vpc-reset-midstream',
  description: 'A router between the nodes lets connections begin and resets them after some kilobytes.',
  apply: (lab) =>
    lab.vpc(
      `iptables -A FORWARD -d ${lab.plan.pods.B.ip}/32 -p tcp -m tcp --dport 8080 -m connbytes --connbytes 2500: --connbytes-dir both --connbytes-mode bytes -j REJECT --reject-with tcp-reset`,
    ),
  flows: (f) => [...f.failing({ requests: 6, size: 900, gap: 0.1 }), ...f.bystanders()],
  truth: {
    expected: ['vpc_reset'],
    dropPoint: 'vpc',
  },
};
