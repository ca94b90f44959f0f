/** Finds out what this machine can do, before anything is made. */
import { spawnSync } from 'node:child_process';
import { attempt, inside, addNamespace, removeNamespaces } from './shell.js';
import type { Ability } from './fault.js';

/** Tool → Debian package. */
const TOOLS: Readonly<Record<string, string>> = {
  ip: 'iproute2',
  tc: 'iproute2',
  bridge: 'iproute2',
  iptables: 'iptables',
  'iptables-restore': 'iptables',
  ip6tables: 'iptables',
  nft: 'nftables',
  tcpdump: 'tcpdump',
  dumpcap: 'wireshark-common',
  tshark: 'tshark',
  conntrack: 'conntrack',
  ipset: 'ipset',
  ethtool: 'ethtool',
  ifconfig: 'net-tools',
  sysctl: 'procps',
  python3: 'python3',
  openssl: 'openssl',
};

/** Why the lab cannot run here, or null. */
export function whyNot(): string | null {
  if (process.platform !== 'linux') return 'needs Linux';
  const missing = Object.keys(TOOLS).filter((tool) => !onPath(tool));
  const root = process.getuid?.() === 0;
  if (root && missing.length === 0) return null;
  const packages = [...new Set(missing.map((tool) => TOOLS[tool]!))];
  return [
    'needs root, iproute2, iptables, nftables, tcpdump, tshark, conntrack, ipset, ethtool, net-tools, procps, openssl and python3',
    root ? '' : '; not root',
    packages.length ? `; missing: ${missing.join(', ')} (packages ${packages.join(' ')})` : '',
  ].join('');
}

function onPath(tool: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${tool}`]).status === 0;
}

const VETH = 'link add v0 type veth peer name v1';
const PROBES: Readonly<Record<Ability, readonly (readonly string[])[]>> = {
  'nft-netdev': [
    ['ip', ...VETH.split(' ')],
    ['nft', 'add table netdev probe'],
    ['nft', 'add chain netdev probe c { type filter hook egress device "v0" priority 0; }'],
  ],
  vxlan: [
    ['ip', ...VETH.split(' ')],
    ['ip', ...'link add x0 type vxlan id 1 dev v0 dstport 4789'.split(' ')],
  ],
  tbf: [
    ['ip', ...VETH.split(' ')],
    ['tc', ...'qdisc add dev v0 root tbf rate 8mbit burst 20kb limit 20kb'.split(' ')],
  ],
  tun: [['ip', ...'tuntap add dev t0 mode tun'.split(' ')]],
  statistic: [['iptables', ...'-A FORWARD -m statistic --mode random --probability 0.05 -j DROP'.split(' ')]],
  'ipv6-nat': [
    ['ip6tables', ...'-t nat -A POSTROUTING -j MASQUERADE'.split(' ')],
    ['ip6tables', ...'-t mangle -A PREROUTING -j HL --hl-inc 1'.split(' ')],
  ],
};

/** The abilities that this kernel lacks, each with what it said. */
export async function missingAbilities(id: string): Promise<Map<Ability, string>> {
  const missing = new Map<Ability, string>();
  for (const [ability, commands] of Object.entries(PROBES) as [Ability, string[][]][]) {
    const netns = `${id}-probe`;
    await addNamespace(netns);
    for (const command of commands) {
      const out = await attempt(inside(netns, command));
      if (out.status !== 0) missing.set(ability, out.stderr.trim().split('\n')[0] ?? 'refused');
    }
    removeNamespaces([netns]);
  }
  return missing;
}
