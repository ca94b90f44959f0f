import type { Fault } from '../fault.js';

/** A route somebody added: questions leave by eth1, answers come to eth0, where strict filtering wants them by eth1. */
export const rpFilterStrict: Fault = {
  name: 'rp-filter-strict',
  description:
    'A static route sends questions out of the second interface; answers come in by the first, which filters strictly.',
  options: { idleSecondEni: true },
  capture: { also: ['src_eth1'] },
  apply: async (lab) => {
    const { nodes } = lab.plan;
    await lab.src(`ip route add ${nodes.dst.subnet} via ${nodes.src.second!.gateway} dev eth1 onlink`);
    await lab.src('sysctl -q -w net.ipv4.conf.eth0.rp_filter=1');
  },
  flows: (f) => f.failing(),
  truth: {
    expected: ['rp_filter_drop'],
    optional: ['wrong_interface_captured'],
    dropPoint: 'return_src_node',
    notes: ['src_eth1 holds the SYNs, src_eth0 the SYN-ACKs, src_veth only SYNs'],
  },
};
