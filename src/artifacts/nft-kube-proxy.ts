import { isIP } from 'node:net';
import type { Loc } from '../model/location.js';
import type { Service, ServiceEndpoint } from '../model/node.js';
import { addressPort } from './ipvsadm.js';
import { toPort, type Parsed } from './parsed.js';

const MAX_SERVICES = 100_000;
const ELEMENT =
  /([0-9a-fA-F:.]{2,45}) \. (tcp|udp|sctp) \. (\d{1,5})(?: comment "([^"]{0,200})")? : (?:goto |jump )?([^\s,}]{1,400})/g;
const TARGET = /(?:goto|jump) ((?:service|external|endpoint|firewall)-[^\s,}]{1,400})/g;
/** Endpoints in place, as newer releases write them: `map { 0 : 10.0.2.7 . 8080, … }`. */
const IN_PLACE = /\b\d{1,5} : ([0-9a-fA-F:.]{2,45}) \. (\d{1,5})/g;

/**
 * Services of kube-proxy's nftables mode (`nft list table ip kube-proxy`, collected by the node monitoring agent).
 *
 *     map no-endpoint-services {
 *         elements = { 172.20.9.9 . tcp . 80 comment "shop/cart:http" : goto reject-chain }
 *     }
 *     map service-ips {
 *         elements = { 172.20.0.10 . udp . 53 : goto service-FY5PMXPG-kube-system/kube-dns/udp/dns,
 *                      172.20.0.1 . tcp . 443 : goto service-2QRHZV4L-default/kubernetes/tcp/https }
 *     }
 *     chain service-FY5PMXPG-kube-system/kube-dns/udp/dns {
 *         ip daddr 172.20.0.10 udp dport 53 ip saddr != 10.0.0.0/8 jump mark-for-masquerade
 *         numgen random mod 1 vmap { 0 : goto endpoint-O6ON3DXL-kube-system/kube-dns/udp/dns__10.0.2.7/53 }
 *     }
 *     chain endpoint-O6ON3DXL-kube-system/kube-dns/udp/dns__10.0.2.7/53 {
 *         meta l4proto udp dnat to 10.0.2.7:53
 *     }
 */
export function parseNftKubeProxy(text: string, file: string): Parsed<readonly Service[]> {
  const elements: Element[] = [];
  const chains = new Map<string, Chain>();
  let block = '';
  text.split('\n').forEach((line, index) => {
    const loc = { file, line: index + 1 };
    const opening = /^\s*(?:map|set|chain) (\S{1,400}) \{/.exec(line)?.[1];
    if (opening !== undefined) block = opening;
    if (block === 'service-ips' || block === 'no-endpoint-services') {
      for (const match of line.matchAll(ELEMENT)) {
        if (elements.length < MAX_SERVICES) elements.push({ match, loc, rejected: block !== 'service-ips' });
      }
    } else if (/^(?:service|external|endpoint|firewall)-/.test(block)) {
      chainLine(chains, block, line, loc);
    }
  });
  const services = new Map<string, Service>();
  for (const element of elements) addService(services, element, chains);
  const understood = /^\s*table ip6? kube-proxy\b/m.test(text) ? 1 + services.size : services.size;
  return { value: [...services.values()], understood, notUnderstood: 0 };
}

interface Element {
  readonly match: RegExpMatchArray;
  readonly loc: Loc;
  readonly rejected: boolean;
}
interface Chain {
  readonly targets: string[];
  readonly endpoints: ServiceEndpoint[];
}

function chainLine(chains: Map<string, Chain>, name: string, line: string, loc: Loc): void {
  const chain = chains.get(name) ?? { targets: [], endpoints: [] };
  chains.set(name, chain);
  for (const match of line.matchAll(TARGET)) chain.targets.push(match[1]!);
  const single = addressPort(/dnat (?:ip6? )?to ([^\s,]{3,60})/.exec(line)?.[1] ?? '');
  if (single !== null) chain.endpoints.push({ ...single, loc });
  for (const match of line.matchAll(IN_PLACE)) {
    const port = toPort(match[2]);
    if (isIP(match[1]!) !== 0 && port !== null) chain.endpoints.push({ ip: match[1]!, port, loc });
  }
}

function addService(
  services: Map<string, Service>,
  element: Element,
  chains: ReadonlyMap<string, Chain>,
): void {
  const [, clusterIp, protocol, portText, comment, target] = element.match as unknown as string[];
  const port = toPort(portText);
  if (isIP(clusterIp!) === 0 || port === null) return;
  const key = `${protocol} ${clusterIp} ${port}`;
  const name = comment ?? nameOf(target!);
  const known = services.get(key);
  const fresh = {
    name,
    clusterIp: clusterIp!,
    port,
    protocol: protocol as Service['protocol'],
    loc: element.loc,
  };
  const endpoints = element.rejected ? (known?.endpoints ?? []) : endpointsBelow(target!, chains, new Set());
  const rejected = element.rejected ? element.loc : (known?.rejected ?? null);
  services.set(key, { ...fresh, ...known, endpoints, rejected });
}

/** Chains form no loops in the kernel; what a file claims is walked once. */
function endpointsBelow(
  name: string,
  chains: ReadonlyMap<string, Chain>,
  seen: Set<string>,
): readonly ServiceEndpoint[] {
  const chain = chains.get(name);
  if (chain === undefined || seen.has(name) || seen.size > 20_000) return [];
  seen.add(name);
  return [...chain.endpoints, ...chain.targets.flatMap((target) => endpointsBelow(target, chains, seen))];
}

/** `kube-system/kube-dns:dns` of `service-FY5PMXPG-kube-system/kube-dns/udp/dns`. */
function nameOf(chain: string): string | null {
  const match =
    /^(?:service|external|firewall)-[A-Z0-9]{8}-([a-z0-9.-]+\/[a-z0-9.-]+)\/(?:tcp|udp|sctp)\/([a-z0-9-]*)$/.exec(
      chain,
    );
  return match === null ? null : match[2] === '' ? match[1]! : `${match[1]}:${match[2]}`;
}
