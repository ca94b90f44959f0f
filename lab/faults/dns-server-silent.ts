import type { Fault } from '../fault.js';

/** A resolver that asks two servers waits for the silent one; the other's answers must not hide that. */
export const dnsServerSilent: Fault = {
  name: 'dns-server-silent',
  description: 'Two DNS servers: one answers, the other one gets every question and never answers.',
  apply: (lab) => lab.pod('B', 'iptables -A INPUT -p udp -m udp --dport 53 -j DROP'),
  flows: (f) => [
    ...f.failing({ proto: 'udp', kind: 'dns', dport: 53, requests: 4, timeout: 0.5 }),
    f.make({
      ...{ id: 'h0', role: 'healthy', from: 'A', to: 'E', proto: 'udp', kind: 'dns', dport: 53 },
      ...{ requests: 12, timeout: 1, gap: 0.2 },
    }),
    f.make({ id: 'h7', role: 'healthy', from: 'A', to: 'B', proto: 'tcp', kind: 'http', dport: 8080 }),
    ...f.bystanders(),
  ],
  truth: { expected: ['dst_pod_silent'], dropPoint: 'dst_pod' },
};
