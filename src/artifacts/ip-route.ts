import type { Family, NextHop, Route, RouteType } from '../model/node.js';
import { eachLine } from './each-line.js';

const TYPES: ReadonlySet<string> = new Set<RouteType>([
  'unicast',
  'local',
  'broadcast',
  'multicast',
  'anycast',
  'blackhole',
  'unreachable',
  'prohibit',
  'throw',
]);

/** Words that stand alone. */
const FLAGS = new Set(['onlink', 'linkdown', 'dead', 'pervasive', 'offload', 'trap', 'notify', 'rt_trap']);
/** Words with one argument that does not change where a packet goes. */
const WITH_ARGUMENT = new Set([
  'error',
  'expires',
  'pref',
  'realm',
  'realms',
  'window',
  'rtt',
  'rttvar',
  'rto_min',
  'ssthresh',
  'cwnd',
  'initcwnd',
  'initrwnd',
  'advmss',
  'hoplimit',
  'quickack',
  'congctl',
  'features',
  'reordering',
  'fastopen_no_cookie',
  'nhid',
  'tos',
  'dsfield',
  'ttl-propagate',
  'age',
  'users',
]);

type Draft = { -readonly [K in keyof Route]: Route[K] } & { nexthops: NextHop[]; flags: string[] };

/**
 * Reads `ip route show table all` (networking/iproute.txt, ip6route.txt).
 *
 *     default via 10.0.0.1 dev ens5 proto dhcp src 10.0.1.5 metric 512
 *     10.0.1.9 dev eni18582a65b10 scope link
 *     default via 10.0.0.1 dev ens6 table 2
 *     blackhole 10.33.92.0/26 proto bird
 *     local 10.0.1.5 dev ens5 table local proto kernel scope host src 10.0.1.5
 *     10.9.0.0/16 proto static
 *     	nexthop via 10.0.0.1 dev ens5 weight 1
 *
 * No `table` word means `main`. A file that two runs wrote into repeats its first line: the last run counts.
 * Words it does not know are kept in `flags`; lines that are no route are left out (`notUnderstoodRoutes`).
 */
export function parseIpRoutes(text: string, file: string, family: Family): Route[] {
  const routes: Draft[] = [];
  let current: Draft | null = null;
  eachLine(text, (raw, line) => {
    const trimmed = raw.trim();
    if (trimmed === '') return;
    if (trimmed.startsWith('nexthop ')) {
      current?.nexthops.push(readNextHop(trimmed.split(/\s+/)));
      return;
    }
    current = isOfOtherFamily(trimmed, family) ? null : readRoute(trimmed, file, line, family);
    if (current !== null) routes.push(current);
  });
  return routes.slice(startOfLastRun(routes));
}

/**
 * Index of the first route of the last run. A run starts where the first line of the file stands again, or
 * where other tables follow `table local` (which the kernel lists last) and repeat lines from before.
 * `table unspec` lines of old kernels stand several times in one run and tell nothing.
 */
function startOfLastRun(routes: readonly Route[]): number {
  let start = 0;
  let candidate = 0;
  let seen = new Set<string>();
  routes.forEach((route, at) => {
    if (route.table === 'unspec') return;
    const afterLocal = at > 0 && routes[at - 1]!.table === 'local' && route.table !== 'local';
    if (afterLocal && candidate === start) candidate = at;
    const again = candidate > start ? seen.has(route.text) : at > start && route.text === routes[start]!.text;
    if (again) {
      start = candidate > start ? candidate : at;
      candidate = start;
      seen = new Set(routes.slice(start, at).map((r) => r.text));
    }
    seen.add(route.text);
  });
  return start;
}

/** Lines of an `ip route show` output that are no route: error texts, junk, a cut last line. */
export function notUnderstoodRoutes(text: string, family: Family): { line: number; text: string }[] {
  const bad: { line: number; text: string }[] = [];
  eachLine(text, (raw, line) => {
    const trimmed = raw.trim();
    if (trimmed === '' || trimmed.startsWith('nexthop ') || bad.length >= 1000) return;
    if (isOfOtherFamily(trimmed, family)) return;
    if (readRoute(trimmed, '', line, family) === null) bad.push({ line, text: raw });
  });
  return bad;
}

/**
 * `ip route show table all` without `-4` prints IPv6 routes as well once the node has any, and their
 * `unreachable default dev lo … error -101 pref medium` must not be taken for an IPv4 default route.
 */
function isOfOtherFamily(text: string, family: Family): boolean {
  const words = text.split(/\s+/);
  const dst = TYPES.has(words[0]!) ? words[1] : words[0];
  if (dst === undefined) return false;
  if (dst !== 'default') return (family === 4 ? V6 : V4).test(dst);
  if (family === 6) return false;
  const via = words.includes('via') ? (words[words.indexOf('via') + 1] ?? '') : '';
  return words.includes('pref') || via.includes(':');
}

function readRoute(text: string, file: string, line: number, family: Family): Draft | null {
  const words = text.split(/\s+/);
  let at = 0;
  let type: RouteType = 'unicast';
  if (TYPES.has(words[0]!)) {
    type = words[0] as RouteType;
    at = 1;
  }
  const dst = readPrefix(words[at], family);
  if (dst === null) return null;
  const route: Draft = {
    family,
    type,
    ...dst,
    via: null,
    dev: null,
    nexthops: [],
    table: 'main',
    proto: null,
    scope: null,
    src: null,
    metric: null,
    mtu: null,
    flags: [],
    text,
    loc: { file, line },
  };
  for (at += 1; at < words.length; at += 1) {
    const word = words[at]!;
    const next = (): string => {
      at += 1;
      return words[at] ?? '';
    };
    if (word === 'via') {
      const gateway = next();
      // `via inet6 fe80::1`: an IPv6 gateway of an IPv4 route.
      route.via = gateway === 'inet6' || gateway === 'inet' ? next() : gateway;
    } else if (word === 'dev') route.dev = next();
    else if (word === 'table') route.table = next();
    else if (word === 'proto' || word === 'protocol') route.proto = next();
    else if (word === 'scope') route.scope = next();
    else if (word === 'src') route.src = next();
    else if (word === 'from') route.flags.push(`from ${next()}`);
    else if (word === 'metric') route.metric = number(next());
    else if (word === 'mtu') {
      const value = next();
      route.mtu = number(value === 'lock' ? next() : value);
    } else if (WITH_ARGUMENT.has(word)) {
      const value = next();
      if (value === 'lock') next();
      if (word === 'tos' || word === 'dsfield') route.flags.push(`tos ${value}`);
    } else if (word === 'nexthop') {
      const end = words.indexOf('nexthop', at + 1);
      const to = end < 0 ? words.length : end;
      route.nexthops.push(readNextHop(words.slice(at, to)));
      at = to - 1;
    } else if (word === 'encap') {
      route.flags.push(words.slice(at).join(' '));
      break;
    } else route.flags.push(FLAGS.has(word) ? word : word.slice(0, 64));
  }
  return route;
}

function readNextHop(words: readonly string[]): NextHop {
  const after = (name: string): string | null => {
    const at = words.indexOf(name);
    const value = at < 0 ? undefined : words[at + 1];
    return value === 'inet6' || value === 'inet' ? (words[at + 2] ?? null) : (value ?? null);
  };
  const weight = after('weight');
  return { via: after('via'), dev: after('dev'), weight: weight === null ? null : number(weight) };
}

function number(word: string): number | null {
  return /^\d{1,10}$/.test(word) ? Number(word) : null;
}

const V4 = /^\d{1,3}(?:\.\d{1,3}){0,3}(?:\/(\d{1,2}))?$/;
const V6 = /^[0-9a-f:]*:[0-9a-f:.]*(?:\/(\d{1,3}))?$/i;

function readPrefix(word: string | undefined, family: Family): { dst: string; prefixLength: number } | null {
  if (word === undefined) return null;
  if (word === 'default') return { dst: family === 4 ? '0.0.0.0/0' : '::/0', prefixLength: 0 };
  const whole = family === 4 ? 32 : 128;
  const parts = (family === 4 ? V4 : V6).exec(word);
  if (parts === null) return null;
  const prefixLength = parts[1] === undefined ? whole : Number(parts[1]);
  if (prefixLength > whole) return null;
  return { dst: `${fillOctets(word.split('/')[0]!, family)}/${prefixLength}`, prefixLength };
}

/** Old iproute2 leaves trailing zero octets out: `10.1/16`. */
function fillOctets(address: string, family: Family): string {
  if (family === 6) return address;
  const octets = address.split('.');
  while (octets.length < 4) octets.push('0');
  return octets.join('.');
}
