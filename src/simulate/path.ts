import { formatAddr, isLinkLocal6, isLimitedBroadcast, isMulticast, parseAddr } from './address.js';
import type { Outcome } from './chain.js';
import { interfaceSysctl, sysctl } from './sysctl.js';
import { decideRoute, newLookup, type RouteDecision } from './policy-routing.js';
import { hasPorts } from './protocol.js';
import { martian, validateSource } from './rp-filter.js';
import { addTrail, type State } from './state.js';
import type { Decision, Hook, SimVerdict } from './types.js';

/** How a packet's way ends. */
export interface End {
  readonly verdict: SimVerdict;
  readonly decision: Decision | null;
}

/** Tables of each hook, in the kernel's order. `nat` only sees the first packet of a connection. */
const TABLES: Readonly<Record<Hook, readonly string[]>> = {
  PREROUTING: ['raw', 'mangle', 'nat'],
  INPUT: ['mangle', 'filter', 'security', 'nat'],
  FORWARD: ['mangle', 'filter', 'security'],
  OUTPUT: ['raw', 'mangle', 'nat', 'filter', 'security'],
  POSTROUTING: ['mangle', 'nat'],
};

/** A packet that comes in by an interface. */
export function receive(state: State): End {
  return runHook(state, 'PREROUTING') ?? routeInput(state);
}

/** A packet that a process of the node sends. */
export function send(state: State): End {
  let found = routeOutput(state);
  if ('verdict' in found) return found;
  // The kernel routes again when mangle changed the mark or nat the destination; `-o` of OUTPUT stays the first.
  for (const { tables, changed } of OUTPUT_STEPS) {
    const before = { dst: state.dst, mark: state.mark };
    const end = runHook(state, 'OUTPUT', tables);
    if (end !== null) return end;
    if (!changed(before, state)) continue;
    const oif = state.oif;
    found = routeOutput(state);
    if ('verdict' in found) return found;
    state.oif = oif;
  }
  state.oif = found.dev;
  const post = runHook(state, 'POSTROUTING');
  if (post !== null) return post;
  if (!found.local) return { verdict: 'forwarded', decision: lastDecision(state) ?? found.decision };
  // To the node itself: in again by lo, with the connection already known to nat.
  state.iif = 'lo';
  state.oif = null;
  return runHook(state, 'PREROUTING', ['raw', 'mangle']) ?? deliver(state, found);
}

interface BeforeOutput {
  readonly dst: State['dst'];
  readonly mark: State['mark'];
}

const OUTPUT_STEPS: readonly {
  readonly tables: readonly string[];
  readonly changed: (before: BeforeOutput, state: State) => boolean;
}[] = [
  { tables: ['raw'], changed: () => false },
  { tables: ['mangle'], changed: (before, s) => before.mark.value !== s.mark.value },
  { tables: ['nat'], changed: (before, s) => before.dst !== s.dst },
  { tables: ['filter', 'security'], changed: () => false },
];

/** mangle and filter FORWARD alone. */
export function forwardOnly(state: State): End {
  return runHook(state, 'FORWARD') ?? { verdict: 'forwarded', decision: lastDecision(state) };
}

/** The rule or policy of filter that let a packet pass last. */
const passed = new WeakMap<State, Decision>();

function lastDecision(state: State): Decision | null {
  return passed.get(state) ?? null;
}

function runHook(state: State, hook: Hook, tables: readonly string[] = TABLES[hook]): End | null {
  state.hook = hook;
  const compiled = state.node.tables;
  if (compiled === null) {
    state.uncertain.add(`rules not known: ${state.node.tablesMissing}`);
    return null;
  }
  for (const table of tables) {
    if (table === 'nat' && !meetsNat(state)) continue;
    if (compiled.iptables.uncollectedTables?.includes(table) === true) {
      state.uncertain.add(`table ${table} not collected`);
      continue;
    }
    const outcome = compiled.traverse(state, table, hook);
    const end = outcome === null ? null : ended(state, table, outcome);
    if (end !== null) return end;
  }
  return null;
}

function ended(state: State, table: string, outcome: Outcome): End | null {
  switch (outcome.kind) {
    case 'accept':
      if (table === 'filter' && outcome.decision !== null) passed.set(state, outcome.decision);
      return null;
    case 'drop':
      return { verdict: 'dropped', decision: outcome.decision };
    case 'reject':
      return { verdict: 'rejected', decision: outcome.decision };
    case 'unknown':
      state.uncertain.add(outcome.reason);
      return UNDETERMINED;
  }
}

const UNDETERMINED: End = { verdict: 'undetermined', decision: null };

/** First packets walk the nat table; later ones keep their connection's translation; packets of none have none. */
function meetsNat(state: State): boolean {
  return state.ctstate === 'NEW' || (state.ctstate === 'RELATED' && hasPorts(state.protocol));
}

function notFollowed(state: State): End {
  state.uncertain.add('multicast, link-local and sent broadcast packets are not followed');
  return UNDETERMINED;
}

function routeInput(state: State): End {
  const bad = martian(state);
  if (bad !== null) return drop(state, { kind: 'rp_filter', text: bad, loc: null });
  if (isMulticast(state.dst)) return notFollowed(state);
  const found = isLimitedBroadcast(state.dst) ? BROADCAST : route(state, state.iif ?? 'lo');
  if ('verdict' in found) return found;
  if (!found.local && (isLinkLocal6(state.dst) || isLinkLocal6(state.src))) return notFollowed(state);
  if (found.local) {
    state.broadcast = isLimitedBroadcast(state.dst) || found.decision?.routeType === 'broadcast';
    const invalid = validateSource(state, null, state.broadcast);
    return invalid === null ? deliver(state, found) : drop(state, invalid);
  }
  // IPv4 asks whether forwarding is on before it answers for a route that refuses; IPv6 after.
  const off = forwardingOff(state);
  if (off !== null && (state.family === 4 || found.refusal === null)) return drop(state, off);
  if (found.refusal !== null) return found.refusal;
  const invalid = validateSource(state, found.dev);
  if (invalid !== null) return drop(state, invalid);
  if (state.ttl !== null && state.ttl <= 1) {
    return { verdict: 'rejected', decision: { kind: 'ttl', text: 'time to live exceeded', loc: null } };
  }
  if (state.ttl !== null) state.ttl -= 1;
  state.oif = found.dev;
  return (
    runHook(state, 'FORWARD') ??
    runHook(state, 'POSTROUTING') ?? {
      verdict: 'forwarded',
      decision: lastDecision(state) ?? found.decision,
    }
  );
}

/** Where routing sends a packet. */
interface Found {
  readonly local: boolean;
  readonly dev: string | null;
  /** The answer of a route or rule that refuses. */
  readonly refusal: End | null;
  readonly decision: Decision | null;
}

const BROADCAST: Found = { local: true, dev: null, refusal: null, decision: null };

function route(state: State, iif: string): Found | End {
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

function routeOutput(state: State): Found | End {
  const found = route(state, 'lo');
  if ('verdict' in found) return found;
  if (found.refusal !== null) return found.refusal;
  if (found.decision?.routeType === 'broadcast' || isMulticast(state.dst)) return notFollowed(state);
  state.oif = found.local ? 'lo' : found.dev;
  return found.local ? { ...found, dev: 'lo' } : found;
}

function deliver(state: State, found: Found): End {
  if (found.dev === 'kube-ipvs0') state.uncertain.add('a service address that IPVS handles');
  state.oif = null;
  // A packet of the node to itself had its source settled in POSTROUTING.
  const tables = state.local ? TABLES.INPUT.filter((table) => table !== 'nat') : TABLES.INPUT;
  const input = runHook(state, 'INPUT', tables);
  return input ?? { verdict: 'delivered', decision: lastDecision(state) ?? found.decision };
}

function drop(state: State, decision: Decision): End {
  addTrail(
    state,
    { hook: 'ROUTING', table: null, chain: null, text: decision.text },
    decision.loc,
    `drop (${decision.kind})`,
  );
  return { verdict: 'dropped', decision };
}

/** The setting that forbids forwarding; null when it is allowed. */
function forwardingOff(state: State): Decision | null {
  const { node } = state;
  const iif = state.iif ?? 'lo';
  const key = state.family === 4 ? 'net.ipv4.ip_forward' : 'net.ipv6.conf.all.forwarding';
  const own = interfaceSysctl(node, iif, state.family === 4 ? 'forwarding' : 'force_forwarding');
  const setting = state.family === 4 ? (own ?? sysctl(node, key)) : sysctl(node, key);
  if (setting === null) {
    const off = state.decisions.choose(2, `${key} is not known`) === 1;
    return off ? { kind: 'sysctl', text: `${key} is not known`, loc: null } : null;
  }
  if (setting.value !== 0 || (state.family === 6 && (own?.value ?? 0) !== 0)) return null;
  return { kind: 'sysctl', text: setting.text, loc: setting.loc };
}
