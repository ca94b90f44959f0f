/** Everything of a node's configuration that should be alike on nodes of one kind, as names and values. */
import { cniEnv, interfaceKind, primaryInterface } from '../../facts/support/nodes.js';
import type { Collected, Loc } from '../../model/location.js';
import type { NodeFacts } from '../../model/node.js';
import { CNI_DEFAULTS, cniSettings } from '../network/cni.js';
import { filterProperties } from './filter.js';
import { Normaliser } from './normalise.js';
import { routingProperties } from './routing.js';

export interface Property {
  readonly group:
    'version' | 'setting' | 'sysctl' | 'interface' | 'cni-file' | 'iptables' | 'routing' | 'dns' | 'agent';
  readonly name: string;
  /** What always differs between nodes is replaced by words in `<>`. */
  readonly value: string;
  readonly loc: Loc | null;
}

export interface NodeProperties {
  readonly properties: readonly Property[];
  /** Groups, or names within them, that the bundle does not tell: `group` or `group name`. */
  readonly unknown: ReadonlySet<string>;
  /** Groups of which the bundle shows everything: what is not listed there is not on the node. */
  readonly absent: ReadonlySet<Property['group']>;
}

const usable = ({ state }: Collected<unknown>): boolean => state === 'ok' || state === 'truncated';

/** Settings of the kernel that change what becomes of packets. */
const SYSCTLS = [
  'net.ipv4.ip_forward',
  'net.ipv6.conf.all.forwarding',
  'net.ipv4.conf.all.rp_filter',
  'net.ipv4.conf.default.rp_filter',
  'net.ipv4.conf.all.route_localnet',
  'net.ipv4.conf.all.send_redirects',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.tcp_early_demux',
  'net.ipv4.tcp_mtu_probing',
  'net.ipv4.tcp_tw_reuse',
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.ip_no_pmtu_disc',
  'net.ipv4.neigh.default.gc_thresh1',
  'net.ipv4.neigh.default.gc_thresh2',
  'net.ipv4.neigh.default.gc_thresh3',
  'net.core.somaxconn',
  'net.core.rmem_max',
  'net.core.wmem_max',
  'net.core.netdev_max_backlog',
  'net.bridge.bridge-nf-call-iptables',
  'net.netfilter.nf_conntrack_max',
  'net.netfilter.nf_conntrack_tcp_be_liberal',
  'net.netfilter.nf_conntrack_tcp_timeout_established',
  'net.netfilter.nf_conntrack_udp_timeout',
] as const;

export function propertiesOf(node: NodeFacts): NodeProperties {
  const unknown = new Set<string>();
  const normalise = new Normaliser(node);
  const properties = [
    ...versions(node, unknown),
    ...settings(node, unknown),
    ...sysctls(node, unknown),
    ...interfaces(node, unknown),
    ...cniFiles(node, unknown),
    ...filterProperties(node, normalise, unknown),
    ...routingProperties(node, normalise, unknown),
    ...nameservers(node, unknown),
    ...agents(node, normalise, unknown),
  ];
  return { properties, unknown, absent: new Set(['iptables', 'routing', 'cni-file', 'sysctl'] as const) };
}

function versions(node: NodeFacts, unknown: Set<string>): Property[] {
  const { identity } = node;
  const known: readonly (readonly [string, string | null])[] = [
    ['operating system', identity.os],
    ['kernel', identity.kernel],
    ['AMI', identity.ami],
    ['instance type', identity.instanceType],
    ['Kubernetes', identity.kubernetesVersion],
    ['VPC CNI', identity.cniVersion],
    ['network policy agent', identity.nodeAgentVersion],
    ['kube-proxy mode', node.kubeProxyMode === 'unknown' ? null : node.kubeProxyMode],
  ];
  return known.flatMap(([name, value]) => {
    if (value !== null) return [{ group: 'version' as const, name, value, loc: null }];
    unknown.add(`version ${name}`);
    return [];
  });
}

/** A setting that is given with its default's value is the same as one that is not given. */
function settings(node: NodeFacts, unknown: Set<string>): Property[] {
  if (!usable(node.cniContainers) && (node.settings === undefined || !usable(node.settings))) {
    unknown.add('setting');
    return [];
  }
  const given = new Map(cniSettings(node).map((s) => [s.name, s]));
  return Object.entries(CNI_DEFAULTS).flatMap(([name, fallback]): Property[] => {
    const found = given.get(name);
    const value = found === undefined || found.isDefault ? fallback : found.value;
    const loc = cniEnv(node, name)?.loc ?? node.settings?.value.get(name)?.loc ?? null;
    // Without the containers' settings, those ipamd does not report are not known.
    if (found === undefined && !usable(node.cniContainers)) {
      unknown.add(`setting ${name}`);
      return [];
    }
    return [{ group: 'setting', name, value: value === '' ? '(not set)' : value, loc }];
  });
}

function sysctls(node: NodeFacts, unknown: Set<string>): Property[] {
  if (!usable(node.sysctl)) {
    unknown.add('sysctl');
    return [];
  }
  const primary = primaryInterface(node);
  const one = (name: string, key: string): Property[] => {
    const found = node.sysctl.value.get(key);
    if (found === undefined) return [];
    return [{ group: 'sysctl', name, value: found.value.trim().replace(/\s+/g, ' '), loc: found.loc }];
  };
  const veths = node.interfaces.value.filter((i) => interfaceKind(node, i.name) === 'veth');
  const filters = veths.flatMap((i) => {
    const found = node.sysctl.value.get(`net.ipv4.conf.${i.name}.rp_filter`);
    return found === undefined ? [] : [found];
  });
  const ofVeths = [...new Set(filters.map((f) => f.value.trim()))].sort().join(' and ');
  return [
    ...SYSCTLS.flatMap((key) => one(key, key)),
    ...(primary === null
      ? []
      : one('net.ipv4.conf.<primary>.rp_filter', `net.ipv4.conf.${primary}.rp_filter`)),
    ...(ofVeths === ''
      ? []
      : [
          {
            group: 'sysctl' as const,
            name: 'net.ipv4.conf.<veths>.rp_filter',
            value: ofVeths,
            loc: filters[0]!.loc,
          },
        ]),
  ];
}

function interfaces(node: NodeFacts, unknown: Set<string>): Property[] {
  if (!usable(node.interfaces)) {
    unknown.add('interface');
    return [];
  }
  const out: Property[] = [];
  for (const kind of ['eni', 'veth', 'overlay'] as const) {
    const all = node.interfaces.value.filter((i) => i.mtu !== null && interfaceKind(node, i.name) === kind);
    const first = all[0];
    const name = `MTU of ${{ eni: 'ENIs', veth: 'veths', overlay: 'tunnels' }[kind]}`;
    if (first === undefined) continue;
    const value = [...new Set(all.map((i) => i.mtu!))].sort((a, b) => a - b).join(' and ');
    out.push({ group: 'interface', name, value, loc: first.loc });
  }
  return out;
}

function cniFiles(node: NodeFacts, unknown: Set<string>): Property[] {
  if (node.cniConfigs.length === 0) unknown.add('cni-file');
  return node.cniConfigs.map(({ name, types, mtu, vethPrefix, podSgEnforcingMode, loc }) => {
    const parts = [types.join(', '), `MTU ${String(mtu ?? 'not given')}`];
    if (typeof vethPrefix === 'string') parts.push(`veth prefix ${vethPrefix}`);
    if (typeof podSgEnforcingMode === 'string') parts.push(`security groups ${podSgEnforcingMode}`);
    return { group: 'cni-file', name, value: parts.join('; '), loc };
  });
}

function nameservers(node: NodeFacts, unknown: Set<string>): Property[] {
  if (!usable(node.nameservers)) {
    unknown.add('dns');
    return [];
  }
  const { value } = node.nameservers;
  return [
    {
      group: 'dns',
      name: 'nameservers',
      value: value.map((n) => n.address).join(' ') || '(none)',
      loc: value[0]?.loc ?? null,
    },
  ];
}

/** Programs whose flags decide over packets, by their command lines. */
const AGENTS: readonly (readonly [string, RegExp])[] = [
  ['network policy agent', /--enable-network-policy/],
  ['kube-proxy', /(?:^|[/\s])kube-proxy(?:\s|$)/],
  ['calico', /(?:^|[/\s])(?:calico-node|felix)(?:\s|$)/],
  ['cilium-agent', /(?:^|[/\s])cilium-agent(?:\s|$)/],
];

function agents(node: NodeFacts, normalise: Normaliser, unknown: Set<string>): Property[] {
  if (!usable(node.processes)) {
    unknown.add('agent');
    return [];
  }
  return AGENTS.map(([name, pattern]) => {
    const found = node.processes.value.find((p) => pattern.test(p.command));
    const value = found === undefined ? '(does not run)' : normalise.text(found.command);
    return { group: 'agent', name, value, loc: found?.loc ?? null };
  });
}
