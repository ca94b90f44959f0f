import { formatAddr, parseAddr } from './address.js';
import { type End, UNDETERMINED } from './hooks.js';
import { decideRoute, newLookup, type RouteDecision } from './policy-routing.js';
import { hasPorts } from './protocol.js';
import { addTrail, type State } from './state.js';
import type { Decision } from './types.js';

/** Where routing sends a packet. */
export interface Found {
  readonly local: boolean;
  readonly dev: string | null;
  /** The answer of a route or rule that refuses. */
  readonly refusal: End | null;
  readonly decision: Decision | null;
}

/** To 255.255.255.255, which no table is asked about. */
export const BROADCAST: Found = { local: true, dev: null, refusal: null, decision: null };

/** Routes the packet, marks it as the rules' answers imply, and tells where it goes. */
export function route(state: State, iif: string): Found | End {
  const { routing } = state.node;
  if (routing === null) {
    state.uncertain.add(`routes not known: ${state.node.routingMissing}`);
    return UNDETERMINED;
  }
  for (const doubt of routing.doubts) state.uncertain.add(doubt);
  const ports = hasPorts(state.protocol);
  const lookup = newLookup(state.dst, {
    src: state.src,
    iif,
    mark: state.mark,
    protocol: state.protocol,
    sport: ports ? state.sport : 0,
    dport: ports ? state.dport : 0,
  });
  const decision = decideRoute(state.node, routing, lookup, state.decisions);
  state.mark = lookup.mark;
  return describe(state, decision);
}

function describe(state: State, found: RouteDecision): Found {
  if (found.kind === 'none') {
    const text = `no route to ${formatAddr(state.dst)}`;
    addTrail(state, { hook: 'ROUTING', table: null, chain: null, text }, null, 'no route');
    return refuse({ kind: 'route', text, loc: null }, 'unreachable', REFUSED_BY_RULE[state.family]);
  }
  const { rule } = found.rule;
  const onRule = { hook: 'ROUTING' as const, table: found.rule.table, chain: null, text: rule.text };
  if (found.kind === 'rule') {
    addTrail(state, onRule, rule.loc, found.type);
    const decision: Decision = { kind: 'route', text: rule.text, loc: rule.loc, routeType: found.type };
    return refuse(decision, found.type, REFUSED_BY_RULE[state.family]);
  }
  addTrail(state, onRule, rule.loc, `lookup ${found.rule.table}`);
  const { type, text, loc, table } = found.route;
  const decision: Decision = { kind: 'route', text, loc, table, routeType: type };
  const where = found.hop.dev === null ? type : `${type} by ${found.hop.dev}`;
  addTrail(state, { hook: 'ROUTING', table, chain: null, text }, loc, where);
  if (type === 'blackhole' || type === 'unreachable' || type === 'prohibit') {
    return refuse(decision, type, REFUSED_BY_ROUTE[state.family]);
  }
  state.gateway = found.hop.via === null ? null : parseAddr(found.hop.via, state.family);
  const local = type === 'local' || type === 'broadcast' || (type === 'anycast' && state.family === 6);
  if (!local && type !== 'unicast') return refuse(decision, 'blackhole', REFUSED_BY_ROUTE[state.family]);
  return { local, dev: found.hop.dev, refusal: null, decision };
}

type Refusing = 'blackhole' | 'unreachable' | 'prohibit';
type Answers = Readonly<Record<Exclude<Refusing, 'blackhole'>, string>>;

/** ICMP answers, by who refuses. IPv4 says `host` for a route and `net` for a rule or no route at all. */
const REFUSED_BY_ROUTE: Readonly<Record<4 | 6, Answers>> = {
  4: { unreachable: 'icmp-host-unreachable', prohibit: 'icmp-admin-prohibited' },
  6: { unreachable: 'icmp6-no-route', prohibit: 'icmp6-adm-prohibited' },
};
const REFUSED_BY_RULE: Readonly<Record<4 | 6, Answers>> = {
  4: { unreachable: 'icmp-net-unreachable', prohibit: 'icmp-admin-prohibited' },
  6: { unreachable: 'icmp6-no-route', prohibit: 'icmp6-adm-prohibited' },
};

function refuse(decision: Decision, type: Refusing, answers: Answers): Found {
  const refusal: End =
    type === 'blackhole'
      ? { verdict: 'dropped', decision }
      : { verdict: 'rejected', decision: { ...decision, rejectWith: answers[type] } };
  return { local: false, dev: null, refusal, decision };
}
