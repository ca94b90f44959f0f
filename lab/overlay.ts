/** An overlay as Calico makes it: one tunnel device per node, the other node's range behind it. */
import { OVERLAY_MTU } from './wire.js';
import { ip, run, runProgram } from './shell.js';
import type { NodePlan, Plan } from './types.js';

type Overlay = NonNullable<Plan['overlay']>;

/** The device's own address on each node. */
const OWN = { src: '192.168.71.0', dst: '192.168.203.64' };
const DEVICES = { vxlan: 'vxlan.calico', ipip: 'tunl0', geneve: 'geneve0' };

export async function wireOverlay(plan: Plan, overlay: Overlay): Promise<void> {
  const kind = plan.options.overlay!;
  for (const node of Object.values(plan.nodes)) {
    const other = plan.nodes[node.role === 'src' ? 'dst' : 'src'];
    const { netns } = node;
    const device = DEVICES[kind];
    if (kind === 'vxlan') await makeVxlan(node, other, device);
    else await runProgram(netns, 'tunnel.py', [kind, device, node.ip, other.ip]);
    await ip(netns, `addr add ${OWN[node.role]}/32 dev ${device}`);
    await ip(netns, `link set ${device} mtu ${OVERLAY_MTU} up`);
    if (kind === 'vxlan') await learnVxlan(node, other, device);
    const via = kind === 'vxlan' ? `via ${OWN[other.role]} ` : '';
    await ip(netns, `route add ${overlay[other.role]} ${via}dev ${device}${via && ' onlink'}`);
    await ip(netns, `route add blackhole ${overlay[node.role]} proto 80`);
  }
}

const MACS = { src: '66:11:22:33:44:01', dst: '66:11:22:33:44:02' };

async function makeVxlan(node: NodePlan, other: NodePlan, device: string): Promise<void> {
  await ip(
    node.netns,
    `link add ${device} address ${MACS[node.role]} mtu ${OVERLAY_MTU} type vxlan id 4096 dev eth0 local ${node.ip} dstport 4789 nolearning`,
  );
  const forward = `fdb replace ${MACS[other.role]} dev ${device} dst ${other.ip}`;
  await run(['bridge', '-n', node.netns, ...forward.split(' ')]);
}

async function learnVxlan(node: NodePlan, other: NodePlan, device: string): Promise<void> {
  await ip(
    node.netns,
    `neigh replace ${OWN[other.role]} lladdr ${MACS[other.role]} dev ${device} nud permanent`,
  );
}
