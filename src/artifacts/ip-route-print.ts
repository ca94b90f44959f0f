import type { Family, NextHop, Route } from '../model/node.js';

/**
 * Writes routes as `ip route show table all` does, without what the model leaves out (`pref`, `error`, TCP
 * metrics): the inverse of `parseIpRoutes`.
 */
export function printIpRoutes(routes: readonly Route[]): string {
  return routes.map((route) => `${printIpRoute(route)}\n`).join('');
}

function printIpRoute(route: Route): string {
  const whole = route.family === 4 ? 32 : 128;
  const address = route.dst.slice(0, route.dst.lastIndexOf('/'));
  const words = route.type === 'unicast' ? [] : [route.type as string];
  if (route.prefixLength === 0) words.push('default');
  else words.push(route.prefixLength === whole ? address : route.dst);
  const selectors = route.flags.filter((f) => /^(?:from|tos) /.test(f));
  words.push(...selectors);
  if (route.via !== null) words.push(...gateway(route.via, route.family));
  if (route.dev !== null) words.push('dev', route.dev);
  if (route.table !== 'main') words.push('table', route.table);
  if (route.proto !== null) words.push('proto', route.proto);
  if (route.scope !== null) words.push('scope', route.scope);
  if (route.src !== null) words.push('src', route.src);
  if (route.metric !== null) words.push('metric', String(route.metric));
  words.push(...route.flags.filter((f) => !selectors.includes(f)));
  if (route.mtu !== null) words.push('mtu', String(route.mtu));
  const hops = route.nexthops.map((hop) => `\n\t${printNextHop(hop, route.family)}`);
  return words.join(' ') + hops.join('');
}

function printNextHop(hop: NextHop, family: Family): string {
  const words = ['nexthop'];
  if (hop.via !== null) words.push(...gateway(hop.via, family));
  if (hop.dev !== null) words.push('dev', hop.dev);
  if (hop.weight !== null) words.push('weight', String(hop.weight));
  return words.join(' ');
}

function gateway(via: string, family: Family): string[] {
  return family === 4 && via.includes(':') ? ['via', 'inet6', via] : ['via', via];
}
