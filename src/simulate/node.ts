import { type Collected, isKnown } from '../model/location.js';
import type { Family, Iptables, IpRule, IpSet, NodeFacts, Route } from '../model/node.js';
import { type Addr, parseAddr } from './address.js';
import { CompiledTables } from './chain.js';
import { buildTables, type RouteTable } from './lpm.js';
import { compileSets, type CompiledSet } from './match/set.js';
import { compileRules, type CompiledRule } from './policy-rule.js';

/** Routing of one family, ready for look-ups; null where the bundle has no such file. */
export interface Routing {
  readonly tables: ReadonlyMap<string, RouteTable>;
  readonly rules: readonly CompiledRule[];
  /** Addresses of this node, with the interface that has each. */
  readonly local: readonly { readonly addr: Addr; readonly dev: string; readonly route: Route }[];
  /** Why answers are not to be relied on: a file is cut or has lines that were not understood. */
  readonly doubts: readonly string[];
}

/** A node compiled for simulation; one per `NodeFacts` and family, made on first use. */
export interface SimNode {
  readonly facts: NodeFacts;
  readonly family: Family;
  /** Null with `routingMissing` saying why. */
  readonly routing: Routing | null;
  readonly routingMissing: string | null;
  readonly tables: CompiledTables | null;
  readonly tablesMissing: string | null;
  readonly sets: ReadonlyMap<string, CompiledSet> | null;
}

const cache = new WeakMap<NodeFacts, Partial<Record<Family, SimNode>>>();

export function compileNode(facts: NodeFacts, family: Family): SimNode {
  let byFamily = cache.get(facts);
  if (byFamily === undefined) {
    byFamily = {};
    cache.set(facts, byFamily);
  }
  byFamily[family] ??= build(facts, family);
  return byFamily[family];
}

function build(facts: NodeFacts, family: Family): SimNode {
  const iptables = family === 4 ? facts.iptables : facts.ip6tables;
  const routes = family === 4 ? facts.routes : facts.routes6;
  const rules = family === 4 ? facts.rules : facts.rules6;
  const tablesMissing = whyMissing(iptables);
  const routingMissing = whyMissing(rules) ?? whyMissing(routes);
  return {
    facts,
    family,
    tablesMissing,
    tables: tablesMissing === null ? compiledTables(iptables.value) : null,
    routingMissing,
    routing: routingMissing === null ? buildRouting(routes, rules, family) : null,
    sets: facts.ipsets !== undefined && isKnown(facts.ipsets) ? compiledSets(facts.ipsets.value) : null,
  };
}

const tablesCache = new WeakMap<Iptables, CompiledTables>();

export function compiledTables(iptables: Iptables): CompiledTables {
  let compiled = tablesCache.get(iptables);
  if (compiled === undefined) {
    compiled = new CompiledTables(iptables);
    tablesCache.set(iptables, compiled);
  }
  return compiled;
}

const setsCache = new WeakMap<ReadonlyMap<string, IpSet>, ReadonlyMap<string, CompiledSet>>();

function compiledSets(sets: ReadonlyMap<string, IpSet>): ReadonlyMap<string, CompiledSet> {
  let compiled = setsCache.get(sets);
  if (compiled === undefined) {
    compiled = compileSets(sets);
    setsCache.set(sets, compiled);
  }
  return compiled;
}

function whyMissing<T>(collected: Collected<T>): string | null {
  const { state, file, note } = collected;
  return state === 'ok' || state === 'truncated' ? null : `${file}: ${note ?? state}`;
}

function buildRouting(
  routes: Collected<readonly Route[]>,
  rules: Collected<readonly IpRule[]>,
  family: Family,
): Routing {
  const doubts = [routes, rules]
    .filter((c) => c.state === 'truncated')
    .map((c) => `${c.file}: the end is missing`);
  const local: { addr: Addr; dev: string; route: Route }[] = [];
  for (const route of routes.value) {
    const whole = route.prefixLength === (family === 4 ? 32 : 128);
    if (route.type !== 'local' || !whole || route.dev === null) continue;
    const addr = parseAddr(route.dst.slice(0, route.dst.indexOf('/')), family);
    if (addr !== null) local.push({ addr, dev: route.dev, route });
  }
  return {
    tables: buildTables(routes.value, family),
    rules: compileRules(rules.value, family),
    local,
    doubts,
  };
}
