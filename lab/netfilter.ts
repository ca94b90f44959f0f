/** The iptables rules of a healthy node: what kube-proxy, the kubelet and the VPC CNI put there. */
import { createHash } from 'node:crypto';
import { endpoint } from './plan.js';
import { inside, run } from './shell.js';
import type { NodePlan, Plan, ServicePlan } from './types.js';

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** kube-proxy's chain names: sixteen base32 digits of a SHA-256. */
export function chainHash(text: string): string {
  const digest = createHash('sha256').update(text).digest();
  let bits = 0n;
  for (const byte of digest.subarray(0, 10)) bits = (bits << 8n) | BigInt(byte);
  let name = '';
  for (let shift = 75n; shift >= 0n; shift -= 5n) name += BASE32[Number((bits >> shift) & 31n)]!;
  return name;
}

const comment = (text: string): string => `-m comment --comment "${text}"`;

/** Loads the rules into the node's namespace, for IPv4 and, in an IPv6 cluster, for IPv6. */
export async function applyRules(plan: Plan, node: NodePlan): Promise<void> {
  const inV6 = plan.options.ipv6 ?? false;
  const services = plan.services;
  const v4 = [
    ...mangle(!plan.overlay),
    ...filter(inV6 ? [] : services),
    ...nat(plan, node, inV6 ? [] : services, true),
  ];
  const v6 = inV6
    ? [...mangle(false), ...filter(services), ...nat(plan, node, services, false)]
    : [
        '*mangle',
        ':KUBE-IPTABLES-HINT - [0:0]',
        ':KUBE-KUBELET-CANARY - [0:0]',
        'COMMIT',
        ...['*filter', ':KUBE-FIREWALL - [0:0]', ':KUBE-KUBELET-CANARY - [0:0]', 'COMMIT'],
      ];
  await run(inside(node.netns, ['iptables-restore']), v4.join('\n') + '\n');
  await run(inside(node.netns, ['ip6tables-restore']), v6.join('\n') + '\n');
}

function mangle(nodePort: boolean): string[] {
  const restore = '-j CONNMARK --restore-mark --nfmask 0x80 --ctmask 0x80';
  const marks = [
    `-A PREROUTING -i eth0 ${comment('AWS, primary ENI')} -m addrtype --dst-type LOCAL --limit-iface-in -j CONNMARK --set-xmark 0x80/0x80`,
    `-A PREROUTING -i eni+ ${comment('AWS, primary ENI')} ${restore}`,
    `-A PREROUTING -i vlan+ ${comment('AWS, primary ENI')} ${restore}`,
  ];
  return [
    '*mangle',
    ...['KUBE-IPTABLES-HINT', 'KUBE-KUBELET-CANARY', 'KUBE-PROXY-CANARY'].map((c) => `:${c} - [0:0]`),
    ...(nodePort ? marks : []),
    'COMMIT',
  ];
}

const FILTER_CHAINS = [
  'KUBE-EXTERNAL-SERVICES',
  'KUBE-FIREWALL',
  'KUBE-FORWARD',
  'KUBE-KUBELET-CANARY',
  'KUBE-NODEPORTS',
  'KUBE-PROXY-CANARY',
  'KUBE-PROXY-FIREWALL',
  'KUBE-SERVICES',
];

function filter(services: readonly ServicePlan[]): string[] {
  const fresh = '-m conntrack --ctstate NEW';
  const firewall = `${fresh} ${comment('kubernetes load balancer firewall')} -j KUBE-PROXY-FIREWALL`;
  const portals = `${fresh} ${comment('kubernetes service portals')} -j KUBE-SERVICES`;
  const external = `${fresh} ${comment('kubernetes externally-visible service portals')} -j KUBE-EXTERNAL-SERVICES`;
  const forwarding = comment('kubernetes forwarding rules');
  const v6 = services[0]?.clusterIp.includes(':') ?? false;
  const localnet = v6
    ? []
    : [
        `-A KUBE-FIREWALL ! -s 127.0.0.0/8 -d 127.0.0.0/8 ${comment('block incoming localnet connections')} -m conntrack ! --ctstate RELATED,ESTABLISHED,DNAT -j DROP`,
      ];
  return [
    '*filter',
    ':INPUT ACCEPT [0:0]',
    ':FORWARD ACCEPT [0:0]',
    ':OUTPUT ACCEPT [0:0]',
    ...FILTER_CHAINS.map((c) => `:${c} - [0:0]`),
    `-A INPUT ${firewall}`,
    `-A INPUT ${comment('kubernetes health check service ports')} -j KUBE-NODEPORTS`,
    `-A INPUT ${external}`,
    '-A INPUT -j KUBE-FIREWALL',
    `-A FORWARD ${firewall}`,
    `-A FORWARD ${forwarding} -j KUBE-FORWARD`,
    `-A FORWARD ${portals}`,
    `-A FORWARD ${external}`,
    `-A OUTPUT ${firewall}`,
    `-A OUTPUT ${portals}`,
    '-A OUTPUT -j KUBE-FIREWALL',
    ...localnet,
    '-A KUBE-FORWARD -m conntrack --ctstate INVALID -j DROP',
    `-A KUBE-FORWARD ${forwarding} -m mark --mark 0x4000/0x4000 -j ACCEPT`,
    `-A KUBE-FORWARD ${comment('kubernetes forwarding conntrack rule')} -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT`,
    'COMMIT',
  ];
}

function nat(plan: Plan, node: NodePlan, services: readonly ServicePlan[], v4: boolean): string[] {
  const snat = v4 && !plan.options.ipv6 && !plan.overlay;
  const plans = services.map((service) => ({
    ...service,
    chain: `KUBE-SVC-${chainHash(service.name + service.protocol)}`,
    target: `KUBE-SEP-${chainHash(service.name + service.protocol + service.endpoint)}`,
  }));
  const vpc = node.ip.startsWith(plan.vpcCidr.split('.', 2).join('.') + '.') ? plan.vpcCidr : cidr16(node.ip);
  const chains = [
    ...[
      'KUBE-KUBELET-CANARY',
      'KUBE-MARK-MASQ',
      'KUBE-NODEPORTS',
      'KUBE-POSTROUTING',
      'KUBE-PROXY-CANARY',
      'KUBE-SERVICES',
    ],
    ...(snat ? ['AWS-CONNMARK-CHAIN-0', 'AWS-SNAT-CHAIN-0'] : []),
    ...plans.flatMap((s) => [s.chain, s.target]),
  ];
  const portals = `${comment('kubernetes service portals')} -j KUBE-SERVICES`;
  return [
    '*nat',
    ...chains.map((c) => `:${c} - [0:0]`),
    `-A PREROUTING ${portals}`,
    ...(snat
      ? [
          `-A PREROUTING -i eni+ ${comment('AWS, outbound connections')} -j AWS-CONNMARK-CHAIN-0`,
          `-A PREROUTING ${comment('AWS, CONNMARK')} -j CONNMARK --restore-mark --nfmask 0x80 --ctmask 0x80`,
        ]
      : []),
    `-A OUTPUT ${portals}`,
    `-A POSTROUTING ${comment('kubernetes postrouting rules')} -j KUBE-POSTROUTING`,
    ...(snat ? awsChains(node, vpc) : []),
    '-A KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000',
    '-A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN',
    '-A KUBE-POSTROUTING -j MARK --set-xmark 0x4000/0x0',
    `-A KUBE-POSTROUTING ${comment('kubernetes service traffic requiring SNAT')} -j MASQUERADE --random-fully`,
    ...plans.flatMap((s) => serviceRules(s)),
    `-A KUBE-SERVICES ${comment('kubernetes service nodeports; NOTE: this must be the last rule in this chain')} -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS`,
    'COMMIT',
  ];
}

function cidr16(ip: string): string {
  return `${ip.split('.').slice(0, 2).join('.')}.0.0/16`;
}

function awsChains(node: NodePlan, vpc: string): string[] {
  return [
    `-A POSTROUTING ${comment('AWS SNAT CHAIN')} -j AWS-SNAT-CHAIN-0`,
    `-A AWS-CONNMARK-CHAIN-0 -d ${vpc} ${comment('AWS CONNMARK CHAIN, VPC CIDR')} -j RETURN`,
    `-A AWS-CONNMARK-CHAIN-0 ${comment('AWS, CONNMARK')} -j CONNMARK --set-xmark 0x80/0x80`,
    `-A AWS-SNAT-CHAIN-0 -d ${vpc} ${comment('AWS SNAT CHAIN')} -j RETURN`,
    `-A AWS-SNAT-CHAIN-0 ! -o vlan+ ${comment('AWS, SNAT')} -m addrtype ! --dst-type LOCAL -j SNAT --to-source ${node.ip} --random-fully`,
  ];
}

function serviceRules(s: ServicePlan & { readonly chain: string; readonly target: string }): string[] {
  const length = s.clusterIp.includes(':') ? 128 : 32;
  const backend = s.endpoint.slice(0, s.endpoint.lastIndexOf(':')).replace(/^\[|\]$/g, '');
  const port = Number(s.endpoint.slice(s.endpoint.lastIndexOf(':') + 1));
  return [
    `-A KUBE-SERVICES -d ${s.clusterIp}/${length} -p ${s.protocol} ${comment(`${s.name} cluster IP`)} -m ${s.protocol} --dport ${s.port} -j ${s.chain}`,
    `-A ${s.chain} ${comment(`${s.name} -> ${endpoint(backend, port)}`)} -j ${s.target}`,
    `-A ${s.target} -s ${backend}/${length} ${comment(s.name)} -j KUBE-MARK-MASQ`,
    `-A ${s.target} -p ${s.protocol} ${comment(s.name)} -m ${s.protocol} -j DNAT --to-destination ${endpoint(backend, port)}`,
  ];
}
