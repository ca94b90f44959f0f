import type { Iptables, IptablesRule, IpRule, Family, NodeFacts, Route } from '../model/node.js';
import { parseAddr } from './address.js';
import { Decisions } from './decisions.js';
import { knownMark } from './mark.js';
import { compileNode } from './node.js';
import { decideRoute, newLookup, type RouteDecision } from './policy-routing.js';
import { packetProtocol } from './protocol.js';
import type { SimPacket } from './types.js';

/** What a routing question asks. `iif` null: sent by the node itself. */
export interface RouteQuery {
  readonly family: Family;
  readonly src: string | null;
  readonly dst: string;
  readonly iif: string | null;
  readonly mark?: number;
  readonly protocol?: SimPacket['protocol'];
  readonly sport?: number;
  readonly dport?: number;
}

export interface RouteAnswer {
  /** The route found, also one that refuses (`blackhole` …); null when there is none, or a rule refuses. */
  readonly route: Route | null;
  /** The rule that led there. */
  readonly rule: IpRule | null;
  readonly table: string | null;
  /** Interface of the route or of the next hop taken; null for multipath over several interfaces. */
  readonly dev: string | null;
  /** Why there is no certain answer; null when there is one. */
  readonly undetermined: string | null;
}

const MAX_RUNS = 64;

/** Looks an address up as the kernel does: rules by priority, tables by longest prefix and metric. */
export function routeLookup(node: NodeFacts, query: RouteQuery): RouteAnswer {
  const sim = compileNode(node, query.family);
  const unknown = (undetermined: string): RouteAnswer => ({
    route: null,
    rule: null,
    table: null,
    dev: null,
    undetermined,
  });
  if (sim.routing === null) return unknown(`routes not known: ${sim.routingMissing}`);
  const dst = parseAddr(query.dst, query.family);
  const src = query.src === null ? null : parseAddr(query.src, query.family);
  if (dst === null || (query.src !== null && src === null)) {
    return unknown(`not an IPv${query.family} address: ${dst === null ? query.dst : query.src}`);
  }
  const decisions = new Decisions();
  const answers: RouteAnswer[] = [];
  const reasons = new Set<string>(sim.routing.doubts);
  let more = true;
  while (more && answers.length < MAX_RUNS) {
    const lookup = newLookup(dst, {
      src,
      iif: query.iif ?? 'lo',
      mark: knownMark(query.mark ?? 0),
      protocol: query.protocol === undefined ? null : packetProtocol(query.protocol),
      sport: query.sport ?? null,
      dport: query.dport ?? null,
    });
    answers.push(answerOf(decideRoute(sim, sim.routing, lookup, decisions)));
    for (const reason of decisions.reasonsOfRun) reasons.add(reason);
    more = decisions.next();
  }
  const first = answers[0]!;
  const why = [...reasons].join('; ');
  if (sim.routing.doubts.length > 0 || more) return { ...first, undetermined: why };
  if (answers.every((a) => a.route === first.route && a.rule === first.rule)) {
    return answers.every((a) => a.dev === first.dev) ? first : { ...first, dev: null };
  }
  return unknown(why);
}

function answerOf(found: RouteDecision): RouteAnswer {
  if (found.kind === 'none') {
    return { route: null, rule: null, table: null, dev: null, undetermined: null };
  }
  const { rule, table } = found.rule;
  if (found.kind === 'rule') return { route: null, rule, table: null, dev: null, undetermined: null };
  return { route: found.route, rule, table, dev: found.hop.dev, undetermined: null };
}

/**
 * The interface by which the first packet of a pod's connection leaves the node towards `dst`; null when there
 * is none or when that cannot be told. Marks that rules may set are not followed: `simulate` does.
 */
export function expectedEgressInterface(node: NodeFacts, podIp: string, dst: string): string | null {
  const family: Family = podIp.includes(':') ? 6 : 4;
  const veth = node.pods.find((pod) => pod.ip === podIp)?.veth ?? vethByRoute(node, podIp, family);
  if (veth === null) return null;
  const answer = routeLookup(node, { family, src: podIp, dst, iif: veth });
  return answer.undetermined === null && answer.route?.type === 'unicast' ? answer.dev : null;
}

/** The interface behind which an address of this node is: that of its host route. */
function vethByRoute(node: NodeFacts, ip: string, family: Family): string | null {
  const { route, undetermined } = routeLookup(node, { family, src: null, dst: ip, iif: null });
  const host = route !== null && route.type === 'unicast' && route.prefixLength === (family === 4 ? 32 : 128);
  return host && undetermined === null ? route.dev : null;
}

/**
 * Rules that a packet of a built-in chain can come to in principle: those of the chain and of every chain that is
 * jumped to from there. A DROP in a chain that is missing here does not matter for that hook.
 */
export function reachableRules(iptables: Iptables, table: string, builtinChain: string): IptablesRule[] {
  const chains = iptables.tables.get(table)?.chains;
  const rules: IptablesRule[] = [];
  const seen = new Set<string>();
  const open = [builtinChain];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (seen.has(name)) continue;
    seen.add(name);
    for (const rule of chains?.get(name)?.rules ?? []) {
      rules.push(rule);
      if (rule.target !== null && chains?.has(rule.target) === true) open.push(rule.target);
    }
  }
  return rules;
}
