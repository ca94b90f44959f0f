import { addressPort } from '../artifacts/ipvsadm.js';
import type { Iptables, IptablesChain, IptablesRule, Service, ServiceEndpoint } from '../model/node.js';

/** Chains on the way from a service's rule to its endpoints; kube-proxy's names over all its versions. */
const SERVICE_CHAIN = /^KUBE-(?:SVC|SVL|SEP|EXT|XLB|FW)-/;
const MAX_SERVICES = 100_000;

/**
 * Services from the rules of kube-proxy's iptables mode: each `-d <address> --dport <port> -j KUBE-SVC-…` with the
 * endpoints its chains lead to, and those that are only rejected because they have none. Node ports are left out.
 *
 *     -A KUBE-SERVICES -d 172.20.0.10/32 -p udp -m comment --comment "kube-system/kube-dns:dns cluster IP" -m udp --dport 53 -j KUBE-SVC-TCOU7JCQXEZGVUNU
 *     -A KUBE-SVC-TCOU7JCQXEZGVUNU -m comment --comment "kube-system/kube-dns:dns -> 10.0.2.7:53" -j KUBE-SEP-AAAAAAAAAAAAAAAA
 *     -A KUBE-SEP-AAAAAAAAAAAAAAAA -p udp -m comment --comment "kube-system/kube-dns:dns" -m udp -j DNAT --to-destination 10.0.2.7:53
 *     -A KUBE-SERVICES -d 172.20.9.9/32 -p tcp -m comment --comment "shop/cart:http has no endpoints" -m tcp --dport 80 -j REJECT --reject-with icmp-port-unreachable
 */
export function iptablesServices(iptables: Iptables): readonly Service[] {
  const services = new Map<string, Service>();
  const nat = iptables.tables.get('nat')?.chains ?? new Map<string, IptablesChain>();
  const endpoints = endpointFinder(nat);
  for (const rule of nat.get('KUBE-SERVICES')?.rules ?? []) {
    if (rule.target === null || !SERVICE_CHAIN.test(rule.target)) continue;
    const at = whereTo(rule);
    if (at === null || services.size >= MAX_SERVICES) continue;
    const key = `${at.protocol} ${at.clusterIp} ${at.port}`;
    if (!services.has(key)) {
      services.set(key, {
        ...at,
        name: nameOf(rule),
        endpoints: endpoints(rule.target),
        rejected: null,
        loc: rule.loc,
      });
    }
  }
  const filter = iptables.tables.get('filter')?.chains;
  for (const chain of ['KUBE-SERVICES', 'KUBE-EXTERNAL-SERVICES']) {
    for (const rule of filter?.get(chain)?.rules ?? []) {
      if (rule.target !== 'REJECT' && rule.target !== 'DROP') continue;
      const at = /has no (?:local )?endpoints/.test(rule.comment ?? '') ? whereTo(rule) : null;
      if (at === null || services.size >= MAX_SERVICES) continue;
      const key = `${at.protocol} ${at.clusterIp} ${at.port}`;
      const known = services.get(key);
      const fresh: Service = { ...at, name: nameOf(rule), endpoints: [], rejected: null, loc: rule.loc };
      services.set(key, { ...(known ?? fresh), rejected: rule.loc });
    }
  }
  return [...services.values()];
}

/** Endpoints below a chain, each chain walked once. */
function endpointFinder(
  chains: ReadonlyMap<string, IptablesChain>,
): (chain: string) => readonly ServiceEndpoint[] {
  const known = new Map<string, readonly ServiceEndpoint[]>();
  const find = (name: string, depth: number): readonly ServiceEndpoint[] => {
    const before = known.get(name);
    if (before !== undefined) return before;
    known.set(name, []);
    const found = new Map<string, ServiceEndpoint>();
    for (const rule of chains.get(name)?.rules ?? []) {
      const to =
        rule.target === 'DNAT' ? addressPort(rule.targetOptions.get('to-destination')?.[0] ?? '') : null;
      if (to !== null) found.set(`${to.ip} ${to.port}`, { ...to, loc: rule.loc });
      else if (rule.target !== null && SERVICE_CHAIN.test(rule.target) && depth < 5) {
        for (const endpoint of find(rule.target, depth + 1))
          found.set(`${endpoint.ip} ${endpoint.port}`, endpoint);
      }
    }
    known.set(name, [...found.values()]);
    return known.get(name)!;
  };
  return (chain) => find(chain, 0);
}

function whereTo(rule: IptablesRule): Pick<Service, 'clusterIp' | 'port' | 'protocol'> | null {
  const argument = (option: string) => rule.matches.find((m) => m.option === option && !m.negated)?.args[0];
  const clusterIp = /^([0-9a-fA-F:.]+)(?:\/(?:32|128))?$/.exec(argument('destination') ?? '')?.[1];
  const protocol = argument('protocol');
  const port = argument('dport') ?? argument('destination-port');
  if (clusterIp === undefined || port === undefined || !/^\d{1,5}$/.test(port)) return null;
  if (protocol !== 'tcp' && protocol !== 'udp' && protocol !== 'sctp') return null;
  return { clusterIp, port: Number(port), protocol };
}

/** `namespace/name:port` of a comment such as `shop/cart:http cluster IP`; null for other texts. */
function nameOf(rule: IptablesRule): string | null {
  return (
    /^([a-z0-9.-]{1,63}\/[a-z0-9.-]{1,63}(?::[a-z0-9-]{1,63})?)(?:\s|$)/.exec(rule.comment ?? '')?.[1] ?? null
  );
}
