import type { Fault } from '../fault.js';

/** Each round trip between node and router costs one hop, until the node says that the time is exceeded. */
export const routeLoop: Fault = {
  name: 'route-loop',
  description:
    "Destination node: the pod's route points back to the gateway; its packets circle until the TTL ends.",
  apply: async (lab) => {
    const { pods, nodes } = lab.plan;
    await lab.dst('sysctl -q -w net.ipv4.conf.eth0.send_redirects=0 net.ipv4.conf.all.send_redirects=0');
    await lab.dst(`ip route replace ${pods.B.ip}/32 via ${nodes.dst.gateway} dev eth0`);
  },
  flows: (f) => [...f.failing(), ...f.bystanders()],
  truth: {
    expected: [],
    optional: ['missing_route', 'icmp_unreachable', 'veth_missing'],
    dropPoint: 'dst_node',
    accept: ['vpc'],
    notes: ['dst_eth0 holds each SYN some sixty times, with falling TTL, then ICMP time exceeded'],
  },
};
