import type { Family, RuleMatch } from '../model/node.js';
import { addrtype } from './match/addrtype.js';
import { address, device, fragment, protocol } from './match/builtin.js';
import { conntrack, state } from './match/conntrack.js';
import { connmark, mark } from './match/mark.js';
import { always, iprange, length, owner, physdev, pkttype, recent, statistic, ttl } from './match/misc.js';
import { rpfilter } from './match/rpfilter.js';
import { set } from './match/set.js';
import { type CompileMatch, type MatchGroup, type Test, undecidable } from './match/test.js';
import { icmp, icmp6, multiport, sctp, tcp, udp } from './match/transport.js';

/** Every match that can be decided from a bundle. The others are 'maybe'. */
const MODULES: ReadonlyMap<string, CompileMatch> = new Map([
  ['source', address],
  ['destination', address],
  ['in-interface', device],
  ['out-interface', device],
  ['protocol', protocol],
  ['fragment', fragment],
  ['comment', always],
  ['nfacct', always],
  ['conntrack', conntrack],
  ['state', state],
  ['mark', mark],
  ['connmark', connmark],
  ['multiport', multiport],
  ['tcp', tcp],
  ['udp', udp],
  ['sctp', sctp],
  ['icmp', icmp],
  ['icmp6', icmp6],
  ['icmpv6', icmp6],
  ['ipv6-icmp', icmp6],
  ['addrtype', addrtype],
  ['statistic', statistic],
  ['set', set],
  ['physdev', physdev],
  ['recent', recent],
  ['rpfilter', rpfilter],
  ['owner', owner],
  ['length', length],
  ['ttl', ttl],
  ['hl', ttl],
  ['iprange', iprange],
  ['pkttype', pkttype],
]);

/** Conditions that cost the least and fail the most often come first. */
const CHEAP = new Set(['source', 'destination', 'in-interface', 'out-interface', 'protocol']);

/** Compiles the conditions of a rule. All must hold; their order does not matter. */
export function compileMatches(matches: readonly RuleMatch[], family: Family): readonly Test[] {
  const tests = groups(matches, family).map((group) => {
    const compile = MODULES.get(group.module);
    return { group, tests: compile === undefined ? [undecidable(group.options[0]!)] : compile(group) };
  });
  const cheap = tests.filter(({ group }) => CHEAP.has(group.module));
  const others = tests.filter(({ group }) => !CHEAP.has(group.module));
  return [...cheap, ...others].flatMap(({ tests: list }) => list);
}

function groups(matches: readonly RuleMatch[], family: Family): MatchGroup[] {
  const result: { module: string; options: RuleMatch[]; family: Family }[] = [];
  let last: RuleMatch | null = null;
  for (const match of matches) {
    const same = last !== null && last.module === match.module && last.instance === match.instance;
    if (same && match.instance !== undefined) result.at(-1)!.options.push(match);
    else result.push({ module: match.module, options: [match], family });
    last = match;
  }
  return result;
}
