/**
 * Security groups for pods, strict mode: the pod's address belongs to a branch interface, a VLAN of the trunk `eth0`
 * with a route table of its own. Programs stand in for the VLAN devices, which not every kernel has.
 */
import { ip, run, runProgram, inside } from './shell.js';
import type { BranchEni, NodePlan, Plan, PodPlan } from './types.js';

const MTU = '9001';
/** The kernel's VLAN devices leave no room to a program that adds the tag after segmentation. */
const OFFLOADS = ['tx', 'off', 'tso', 'off', 'gso', 'off'];

const tableOf = (branch: BranchEni): number => 100 + branch.vlan;

/** `vlan.eth.N` at the node and its counterpart at the router, the subnet's gateway. */
export async function wireBranch(plan: Plan, node: NodePlan, branch: BranchEni): Promise<void> {
  const { netns } = node;
  const device = `vlan.eth.${branch.vlan}`;
  const table = tableOf(branch);
  const port = `${node.role}0`;
  await vlanDevice(netns, device, 'eth0', branch.vlan, `address ${branch.mac} `);
  await vlanDevice(plan.router, 'branch', port, branch.vlan, '');
  await ip(plan.router, `addr add ${branch.gateway}/24 dev branch`);
  await ip(netns, `route add ${branch.gateway} dev ${device} table ${table} scope link`);
  await ip(netns, `route add default via ${branch.gateway} dev ${device} table ${table}`);
  await ip(netns, `rule add iif ${device} lookup ${table} prio 10`);
}

async function vlanDevice(
  netns: string,
  device: string,
  trunk: string,
  vlan: number,
  mac: string,
): Promise<void> {
  const end = `p.${device}`;
  await ip(netns, `link add ${device} ${mac}mtu ${MTU} type veth peer name ${end} mtu ${MTU}`);
  for (const name of [device, end]) await ip(netns, `link set ${name} up`);
  await run(inside(netns, ['ethtool', '-K', device, ...OFFLOADS]));
  await runProgram(netns, 'trunk.py', [trunk, end, String(vlan)]);
}

/** What the plugin adds for the pod, and what the VPC knows: the branch interface holds the pod's address. */
export async function joinBranch(plan: Plan, node: NodePlan, pod: PodPlan): Promise<void> {
  const branch = node.branch!;
  const table = tableOf(branch);
  await ip(node.netns, `route add ${pod.ip} dev ${pod.hostVeth} table ${table} scope link`);
  await ip(node.netns, `rule add iif ${pod.hostVeth} lookup ${table} prio 10`);
  await ip(plan.router, `neigh replace ${pod.ip} lladdr ${branch.mac} dev branch nud permanent`);
}
