import { isIP } from 'node:net';
import type { IpRule, Route } from '../model/node.js';
import type { Loc } from '../model/location.js';
import type { NetworkFacts } from './network.js';

/** What the kernel's routes and rules show of one pod address. */
export interface PodPlumbing {
  /** Device of its host route, and the table that route stands in. */
  route: { readonly dev: string; readonly table: string; readonly loc: Loc } | null;
  /** `512: from all to <ip> lookup main`. */
  toRule: Loc | null;
  /** Table of `1536: from <ip> lookup <n>`, or of the rule that its veth's packets meet first. */
  fromTable: string | null;
}

const TO_POD = 512;
const FROM_POD = 1536;

/**
 * Pods as routes and rules show them, by address: a host route through a veth, or a rule that leads to it.
 * Gateways, link-local and the node's own addresses have host routes too, but never through a veth.
 */
export function podPlumbing(
  network: NetworkFacts,
  isVeth: (device: string) => boolean,
): Map<string, PodPlumbing> {
  const found = new Map<string, PodPlumbing>();
  const of = (ip: string): PodPlumbing => {
    const known = found.get(ip) ?? { route: null, toRule: null, fromTable: null };
    found.set(ip, known);
    return known;
  };
  const rules = [...network.rules.value, ...network.rules6.value];
  for (const rule of rules) {
    const ip = hostAddress(rule.to);
    const toPod = rule.priority === TO_POD && lookup(rule) === 'main' && rule.from === null && !rule.not;
    if (toPod && ip !== null) of(ip).toRule = rule.loc;
  }
  for (const route of [...network.routes.value, ...network.routes6.value]) {
    const ip = podRoute(route, isVeth);
    if (ip !== null) of(ip).route ??= { dev: route.dev!, table: route.table, loc: route.loc };
  }
  const byDevice = new Map(
    rules.filter((r) => r.iif !== null && lookup(r) !== null).map((r) => [r.iif!, lookup(r)!]),
  );
  for (const rule of rules) {
    const ip = hostAddress(rule.from);
    const plumbing = ip === null || rule.not || rule.priority > FROM_POD ? undefined : found.get(ip);
    if (plumbing !== undefined && lookup(rule) !== 'main') plumbing.fromTable ??= lookup(rule);
  }
  for (const plumbing of found.values()) {
    if (plumbing.route !== null) plumbing.fromTable ??= byDevice.get(plumbing.route.dev) ?? null;
  }
  return found;
}

function lookup(rule: IpRule): string | null {
  return rule.action.kind === 'lookup' ? rule.action.table : null;
}

function hostAddress(text: string | null): string | null {
  const ip = /^([0-9a-fA-F:.]+)(?:\/(?:32|128))?$/.exec(text ?? '')?.[1];
  return ip === undefined || isIP(ip) === 0 || (text!.endsWith('/32') && isIP(ip) === 6) ? null : ip;
}

function podRoute(route: Route, isVeth: (device: string) => boolean): string | null {
  const single = route.prefixLength === (route.family === 4 ? 32 : 128);
  if (!single || route.type !== 'unicast' || route.via !== null || route.dev === null || !isVeth(route.dev))
    return null;
  const ip = route.dst.split('/')[0]!;
  return ip.startsWith('169.254.') || ip.toLowerCase().startsWith('fe80:') ? null : ip;
}
