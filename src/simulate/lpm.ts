import type { Family, Route } from '../model/node.js';
import { type Addr, inNet, maskAddr, maskOf, type Net, parseNet } from './address.js';

/** Numbers that the kernel's own tables have besides their names. */
const TABLE_NAMES: ReadonlyMap<string, string> = new Map([
  ['255', 'local'],
  ['254', 'main'],
  ['253', 'default'],
]);

export function tableName(name: string): string {
  return TABLE_NAMES.get(name) ?? name;
}

interface Entry {
  readonly route: Route;
  /** IPv6 source-specific routes: `from 2600::/64`. */
  readonly from: Net | null;
}

interface PrefixLevel {
  readonly length: number;
  readonly mask: Addr;
  readonly byAddr: Map<Addr, Entry[]>;
}

/** One routing table, searched by longest prefix, then by metric, then by order of the listing. */
export class RouteTable {
  private readonly levels: PrefixLevel[] = [];

  constructor(
    readonly name: string,
    routes: readonly Route[],
    private readonly family: Family,
  ) {
    const levels = new Map<number, PrefixLevel>();
    for (const route of routes) this.add(levels, route);
    this.levels = [...levels.values()].sort((a, b) => b.length - a.length);
    for (const level of this.levels) for (const entries of level.byAddr.values()) entries.sort(byPreference);
  }

  private add(levels: Map<number, PrefixLevel>, route: Route): void {
    const net = parseNet(route.dst, this.family);
    if (net === null || net.length < 0 || !usable(route)) return;
    let level = levels.get(net.length);
    if (level === undefined) {
      level = { length: net.length, mask: maskOf(net.length, this.family), byAddr: new Map() };
      levels.set(net.length, level);
    }
    const word = route.flags.find((flag) => flag.startsWith('from '))?.slice(5);
    const from = word === undefined ? null : parseNet(word, this.family);
    const entries = level.byAddr.get(net.addr);
    if (entries === undefined) level.byAddr.set(net.addr, [{ route, from }]);
    else entries.push({ route, from });
  }

  /**
   * Routes that fit `dst` and that the filter accepts, of the longest prefix that has one, and of these all of
   * the smallest metric (IPv4 uses the first only; IPv6 may balance over them). Empty when there is none.
   */
  lookup(dst: Addr, src: Addr | null, accept: (route: Route) => boolean): readonly Route[] {
    for (const level of this.levels) {
      const entries = level.byAddr.get(maskAddr(dst, level.mask));
      if (entries === undefined) continue;
      const fits = entries.filter(
        (e) => (e.from === null || (src !== null && inNet(src, e.from))) && accept(e.route),
      );
      const best = fits[0];
      if (best === undefined) continue;
      return fits
        .filter((e) => sameFrom(e, best) && metricOf(e.route) === metricOf(best.route))
        .map((e) => e.route);
    }
    return [];
  }
}

/** Dead routes do not count; `tos` routes only fit packets with that field set, which is not asked here. */
function usable(route: Route): boolean {
  if (route.flags.includes('dead') || route.flags.some((flag) => flag.startsWith('tos '))) return false;
  // The kernel's own end of the IPv6 table is printed as a route, and is none.
  return !(route.family === 6 && route.type === 'unreachable' && route.metric === 0xffffffff);
}

function sameFrom(a: Entry, b: Entry): boolean {
  return (a.from?.length ?? 0) === (b.from?.length ?? 0);
}

function byPreference(a: Entry, b: Entry): number {
  return (b.from?.length ?? 0) - (a.from?.length ?? 0) || metricOf(a.route) - metricOf(b.route);
}

function metricOf(route: Route): number {
  return route.metric ?? 0;
}

/** All tables of one family, by name. */
export function buildTables(routes: readonly Route[], family: Family): ReadonlyMap<string, RouteTable> {
  const byName = new Map<string, Route[]>();
  for (const route of routes) {
    const name = tableName(route.table);
    const list = byName.get(name);
    if (list === undefined) byName.set(name, [route]);
    else list.push(route);
  }
  return new Map([...byName].map(([name, list]) => [name, new RouteTable(name, list, family)]));
}
