/** Builds the namespaces of a plan: the VPC's router, the nodes, the pods. Wired as the VPC CNI wires them. */
import { joinBranch, wireBranch } from './branch.js';
import { applyRules } from './netfilter.js';
import { wireOverlay } from './overlay.js';
import { addressOf, nodeOf } from './plan.js';
import { addNamespace, attempt, inside, ip, run, runProgram } from './shell.js';
import type { NodePlan, Plan, PodPlan } from './types.js';

/** Largest frame inside a VPC, as the VPC CNI sets it on network interfaces and veths. */
const MTU = '9001';
/** What is left of it inside the widest of the tunnels. */
export const OVERLAY_MTU = '8941';

export async function wire(plan: Plan): Promise<void> {
  await wireRouter(plan);
  if (plan.cable) await addNamespace(plan.cable);
  for (const node of Object.values(plan.nodes)) await wireNode(plan, node);
  for (const pod of Object.values(plan.pods)) await wirePod(plan, pod);
  if (plan.overlay) await wireOverlay(plan, plan.overlay);
  for (const node of Object.values(plan.nodes)) await applyRules(plan, node);
}

async function sysctl(netns: string, settings: Record<string, string | number>): Promise<void> {
  const pairs = Object.entries(settings).map(([key, value]) => `${key}=${value}`);
  await run(inside(netns, ['sysctl', '-q', '-w', ...pairs]));
}

/**
 * The router stands for the VPC: it forwards between subnets and, like the VPC, leaves the TTL as it was
 * (one more on arrival, one less when forwarded). A range without a route is answered by nobody.
 */
async function wireRouter(plan: Plan): Promise<void> {
  const netns = plan.router;
  await addNamespace(netns);
  await ip(netns, 'link set lo up');
  await sysctl(netns, {
    'net.ipv4.ip_forward': 1,
    'net.ipv6.conf.all.forwarding': 1,
    'net.ipv4.conf.all.rp_filter': 0,
    'net.ipv4.conf.default.rp_filter': 0,
    'net.ipv4.conf.all.send_redirects': 0,
    'net.ipv4.conf.default.send_redirects': 0,
    'net.ipv6.conf.default.accept_dad': 0,
  });
  await run(inside(netns, ['iptables', '-t', 'mangle', '-A', 'PREROUTING', '-j', 'TTL', '--ttl-inc', '1']));
  if (plan.options.ipv6)
    await run(inside(netns, ['ip6tables', '-t', 'mangle', '-A', 'PREROUTING', '-j', 'HL', '--hl-inc', '1']));
}

async function wireNode(plan: Plan, node: NodePlan): Promise<void> {
  const netns = node.netns;
  await addNamespace(netns);
  await ip(netns, 'link set lo up');
  const quiet = plan.options.ipv6 ? {} : { 'net.ipv6.conf.default.disable_ipv6': 1 };
  await sysctl(netns, {
    'net.ipv4.ip_forward': 1,
    'net.ipv6.conf.all.forwarding': plan.options.ipv6 ? 1 : 0,
    'net.ipv6.conf.default.accept_ra': 0,
    'net.ipv6.conf.default.accept_dad': 0,
    'net.ipv4.conf.all.rp_filter': 0,
    'net.ipv4.conf.default.rp_filter': 0,
    ...quiet,
  });
  await attachEni(plan, node, 'eth0', `${node.role}0`, node);
  await ip(netns, `route add default via ${node.gateway} dev eth0`);
  if (node.ip6 && node.gateway6) {
    await ip(netns, `-6 addr add ${node.ip6}/64 dev eth0 nodad`);
    await ip(plan.router, `-6 addr add ${node.gateway6}/64 dev ${node.role}0 nodad`);
    await ip(netns, `-6 route add default via ${node.gateway6} dev eth0 metric 1024`);
    await ip(plan.router, `-6 route add ${node.prefix6!}::/80 via ${node.ip6} dev ${node.role}0`);
  }
  if (node.branch) await wireBranch(plan, node, node.branch);
  if (node.second) {
    await attachEni(plan, node, 'eth1', `${node.role}1`, node.second, 'noprefixroute');
    await ip(netns, `route add ${node.second.gateway} dev eth1 scope link table 2`);
    await ip(netns, `route add default via ${node.second.gateway} dev eth1 table 2`);
    await ip(netns, `rule add from ${node.second.ip} lookup 2 prio 32765`);
  }
  await sysctl(netns, { 'net.ipv4.conf.eth0.rp_filter': 2 });
  if (!plan.overlay) await ip(netns, 'rule add fwmark 0x80/0x80 lookup main prio 1024');
  if (plan.options.ipv6) await ip(netns, '-6 rule add fwmark 0x80/0x80 lookup main prio 1024');
}

/** One network interface: a veth into the router, whose end there is the subnet's gateway. */
async function attachEni(
  plan: Plan,
  node: NodePlan,
  device: string,
  port: string,
  eni: { readonly ip: string; readonly mac: string; readonly gateway: string },
  flag = '',
): Promise<void> {
  const { netns } = node;
  await ip(
    netns,
    `link add ${device} address ${eni.mac} mtu ${MTU} type veth peer name ${port} mtu ${MTU} netns ${onCable(plan, port) ? plan.cable! : plan.router}`,
  );
  if (onCable(plan, port)) await wireCable(plan, node, device, port);
  await ip(netns, `addr add ${eni.ip}/24 brd + dev ${device}${flag && ` ${flag}`}`);
  await ip(netns, `link set ${device} up`);
  await ip(plan.router, `addr add ${eni.gateway}/24 dev ${port}`);
  await ip(plan.router, `link set ${port} up`);
  // As on the wire: the sender's segments are cut to frames, and the receiver's card joins them again.
  await attempt(inside(plan.router, ['ethtool', '-K', port, 'tso', 'off', 'gso', 'off']));
  await attempt(inside(netns, ['ethtool', '-K', device, 'gro', 'on']));
}

/** A line of our own stands between the router and the destination node's first interface. */
const onCable = (plan: Plan, port: string): boolean => plan.cable !== null && port === 'dst0';

/** Sums and segments are made before the line: what it carries are real frames. */
async function wireCable(plan: Plan, node: NodePlan, device: string, port: string): Promise<void> {
  const cable = plan.cable!;
  await ip(plan.router, `link add ${port} mtu ${MTU} type veth peer name r mtu ${MTU} netns ${cable}`);
  await run(inside(cable, ['sysctl', '-q', '-w', 'net.ipv6.conf.all.disable_ipv6=1']));
  for (const end of ['r', port]) await ip(cable, `link set ${end} up`);
  for (const [netns, name] of [
    [node.netns, device],
    [plan.router, port],
  ] as const)
    await run(inside(netns, ['ethtool', '-K', name, 'tx', 'off', 'tso', 'off', 'gso', 'off']));
  await runProgram(cable, 'cable.py', [JSON.stringify({ ...plan.options.cable, ends: ['r', port] })]);
}

async function wirePod(plan: Plan, pod: PodPlan): Promise<void> {
  const node = nodeOf(plan, pod);
  const { netns, hostVeth } = pod;
  await addNamespace(netns);
  await ip(netns, 'link set lo up');
  await sysctl(netns, {
    'net.ipv6.conf.default.disable_ipv6': plan.options.ipv6 ? 0 : 1,
    'net.ipv6.conf.default.accept_dad': 0,
    'net.ipv6.conf.default.accept_ra': 0,
  });
  const mtu = plan.overlay ? OVERLAY_MTU : MTU;
  const peer = `peer name eth0 address ${pod.mac} mtu ${mtu} netns ${netns}`;
  await ip(node.netns, `link add ${hostVeth} address ${pod.hostMac} mtu ${mtu} type veth ${peer}`);
  await ip(node.netns, `link set ${hostVeth} up`);
  const gateway = pod.ip6 ? 'fe80::1' : '169.254.1.1';
  const family = pod.ip6 ? '-6' : '-4';
  const length = pod.ip6 ? 128 : 32;
  const address = addressOf(pod);
  await ip(netns, `${family} addr add ${address}/${length} dev eth0${pod.ip6 ? ' nodad' : ''}`);
  await ip(netns, 'link set eth0 up');
  await ip(netns, `${family} neigh replace ${gateway} lladdr ${pod.hostMac} dev eth0 nud permanent`);
  await ip(netns, `${family} route add ${gateway} dev eth0 scope link`);
  await ip(netns, `${family} route add default via ${gateway} dev eth0`);
  if (pod.device !== 'branch')
    await ip(
      node.netns,
      `${family} route add ${address}/${length} dev ${hostVeth} ${pod.ip6 ? 'metric 1024' : 'scope link'}`,
    );
  if (plan.overlay) return;
  if (pod.device === 'branch') return joinBranch(plan, node, pod);
  await ip(node.netns, `${family} rule add to ${address} lookup main prio 512`);
  if (pod.device === 1) await ip(node.netns, `rule add from ${address} lookup 2 prio 1536`);
  if (pod.ip6) return;
  const eni =
    pod.device === 1
      ? { ip: node.second!.ip, port: `${node.role}1` }
      : { ip: node.ip, port: `${node.role}0` };
  await ip(plan.router, `route add ${address}/32 via ${eni.ip} dev ${eni.port}`);
}
