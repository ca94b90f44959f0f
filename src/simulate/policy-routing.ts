import type { NextHop, Route, RouteType } from '../model/node.js';
import type { Addr } from './address.js';
import type { Decisions } from './decisions.js';
import { MAYBE, NO } from './match/test.js';
import type { Routing, SimNode } from './node.js';
import { interfaceSysctl } from './sysctl.js';
import type { CompiledRule, Lookup } from './policy-rule.js';

/** Where a packet goes, as rules and tables say. */
export type RouteDecision =
  | {
      readonly kind: 'route';
      readonly route: Route;
      readonly hop: NextHop;
      readonly rule: CompiledRule;
    }
  /** The rule itself ends the search. */
  | {
      readonly kind: 'rule';
      readonly type: 'blackhole' | 'unreachable' | 'prohibit';
      readonly rule: CompiledRule;
    }
  | { readonly kind: 'none' };

/** Types that say no. `throw` goes on with the next rule. */
const REFUSING: ReadonlySet<RouteType> = new Set(['blackhole', 'unreachable', 'prohibit']);

/**
 * Walks the rules in order of priority and looks tables up by longest prefix, as the kernel does. Conditions
 * that cannot be decided are put to `decisions`.
 */
export function decideRoute(
  node: SimNode,
  routing: Routing,
  lookup: Lookup,
  decisions: Decisions,
): RouteDecision {
  const { rules } = routing;
  let floor = -1;
  for (const rule of rules) {
    if (rule.rule.priority < floor) continue;
    const answer = rule.matches(lookup);
    if (answer === NO) continue;
    if (answer === MAYBE) {
      const matches = decisions.choose(2, `ip rule ${rule.rule.text.slice(0, 120)}`) === 0;
      rule.assume(lookup, matches);
      if (!matches) continue;
    }
    const { action } = rule.rule;
    if (action.kind === 'goto') {
      // The kernel only jumps ahead, and passes a goto whose target is missing.
      const exists = rules.some((r) => r.rule.priority === action.priority);
      if (exists && action.priority > rule.rule.priority) floor = action.priority;
      continue;
    }
    if (action.kind === 'nop') continue;
    if (action.kind !== 'lookup') return { kind: 'rule', type: action.kind, rule };
    const found = lookupTable(node, routing, rule, lookup, decisions);
    if (found !== null) return found;
  }
  return { kind: 'none' };
}

function lookupTable(
  node: SimNode,
  routing: Routing,
  rule: CompiledRule,
  lookup: Lookup,
  decisions: Decisions,
): RouteDecision | null {
  const table = routing.tables.get(rule.table!);
  const fits = table?.lookup(lookup.dst, lookup.src, (route) => usable(node, route, lookup)) ?? [];
  const route = fits.length < 2 || node.family === 4 ? fits[0] : chooseRoute(fits, decisions);
  if (route === undefined || route.type === 'throw') return null;
  const suppress = rule.rule.suppressPrefixLength;
  if (suppress !== null && route.prefixLength <= suppress && !REFUSING.has(route.type)) return null;
  return { kind: 'route', route, hop: chooseHop(route, lookup.oif, decisions), rule };
}

/** A route through the wanted interface, whose link is up or whose link does not matter. */
function usable(node: SimNode, route: Route, lookup: Lookup): boolean {
  if (REFUSING.has(route.type) || route.type === 'throw') return true;
  if (route.flags.includes('linkdown') && route.dev !== null) {
    const ignore = Math.max(
      interfaceSysctl(node, 'all', 'ignore_routes_with_linkdown')?.value ?? 0,
      interfaceSysctl(node, route.dev, 'ignore_routes_with_linkdown')?.value ?? 0,
    );
    if (ignore !== 0) return false;
  }
  return lookup.oif === null || devices(route).includes(lookup.oif);
}

/** IPv6 routes of the same prefix and metric share the load; their interfaces matter. */
function chooseRoute(routes: readonly Route[], decisions: Decisions): Route {
  const distinct = routes.filter(
    (r, at) => routes.findIndex((o) => o.dev === r.dev && o.type === r.type) === at,
  );
  if (distinct.length === 1) return distinct[0]!;
  return distinct[decisions.choose(distinct.length, 'several routes of the same metric')]!;
}

function chooseHop(route: Route, oif: string | null, decisions: Decisions): NextHop {
  if (route.nexthops.length === 0) return { via: route.via, dev: route.dev, weight: null };
  const hops = route.nexthops.filter((hop) => oif === null || hop.dev === oif);
  const distinct = hops.filter((hop, at) => hops.findIndex((o) => o.dev === hop.dev) === at);
  const at = distinct.length < 2 ? 0 : decisions.choose(distinct.length, 'multipath route');
  return distinct[at] ?? route.nexthops[0]!;
}

/** Every interface a route leads to. */
export function devices(route: Route): readonly (string | null)[] {
  return route.nexthops.length === 0 ? [route.dev] : route.nexthops.map((hop) => hop.dev);
}

/** Address and port fields of a look-up with nothing bound. */
export function newLookup(dst: Addr, fields: Partial<Lookup> & Pick<Lookup, 'iif' | 'mark'>): Lookup {
  return { dst, src: null, oif: null, protocol: null, sport: null, dport: null, ...fields };
}
