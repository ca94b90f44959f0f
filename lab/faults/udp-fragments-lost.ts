import { run, inside } from '../shell.js';
import type { Fault } from '../fault.js';

/** As a firewall that wants ports in every packet: later fragments have none. Before the router joins them again. */
const rules = `table ip fragments {
  chain c {
    type filter hook prerouting priority -450; policy accept;
    ip frag-off & 0x1fff != 0 drop
  }
}
`;

export const udpFragmentsLost: Fault = {
  name: 'udp-fragments-lost',
  description: 'The VPC drops all fragments but the first: small datagrams arrive, large ones never.',
  apply: async ({ plan }) => {
    await run(inside(plan.router, ['nft', '-f', '-']), rules);
  },
  flows: (f) => [
    ...f.failing({ proto: 'udp', kind: 'udp', dport: 5353, requests: 6, size: 14_000, timeout: 0.5 }),
    f.make({
      ...{ id: 'h0', role: 'healthy', from: 'A', to: 'B', proto: 'udp', kind: 'udp', dport: 5353 },
      ...{ requests: 6, size: 300, timeout: 1, start: 0.2 },
    }),
    ...f.bystanders(),
  ],
  truth: {
    expected: [],
    optional: ['vpc_drop', 'partial_loss', 'mtu_blackhole'],
    dropPoint: 'vpc',
    accept: ['dst_node'],
    notes: ["the destination node's conntrack holds first fragments back until the rest arrives"],
  },
};
