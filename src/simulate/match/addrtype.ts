import { type Addr, isLimitedBroadcast, isMulticast, isZeroNet } from '../address.js';
import { RouteTable } from '../lpm.js';
import type { State } from '../state.js';
import { type CompileMatch, optionTest, undecidable } from './test.js';

/** Types that a look-up in table `local` can answer; the others never come out of it. */
const LOCAL_TYPES: ReadonlyMap<string, string> = new Map([
  ['local', 'LOCAL'],
  ['broadcast', 'BROADCAST'],
  ['anycast', 'ANYCAST'],
  ['multicast', 'MULTICAST'],
]);

/**
 * `-m addrtype`. For IPv4 the kernel asks table `local` only, so that every address that is not the node's own,
 * broadcast or multicast is UNICAST. For IPv6 UNICAST speaks of the address itself and includes local ones.
 */
export const addrtype: CompileMatch = ({ options, family }) => {
  const limitIn = options.some((m) => m.option === 'limit-iface-in');
  const limitOut = options.some((m) => m.option === 'limit-iface-out');
  return options.flatMap((match) => {
    if (match.option.startsWith('limit-iface-')) return [];
    if (match.option !== 'src-type' && match.option !== 'dst-type') return [undecidable(match)];
    const field = match.option === 'src-type' ? 'src' : 'dst';
    const types = (match.args[0] ?? '').split(',');
    return [
      optionTest(match, (s) => {
        if (field === 'src' && !s.srcKnown) return null;
        const limit = limitIn ? s.iif : limitOut ? s.oif : null;
        if (limit === undefined) return null;
        return family === 4 ? isType4(s, s[field], types, limit) : isType6(s, s[field], types, limit);
      }),
    ];
  });
};

function isType4(state: State, addr: Addr, types: readonly string[], limit: string | null): boolean | null {
  if (isZeroNet(addr) || isLimitedBroadcast(addr)) return types.includes('BROADCAST');
  if (isMulticast(addr)) return types.includes('MULTICAST');
  const table = localTable(state);
  if (table === null) return null;
  const route = table.lookup(addr, null, () => true)[0];
  const onDevice = limit === null || route?.dev === limit;
  const type = route !== undefined && onDevice ? LOCAL_TYPES.get(route.type) : undefined;
  return types.includes(type ?? 'UNICAST');
}

function isType6(state: State, addr: Addr, types: readonly string[], limit: string | null): boolean | null {
  if (types.some((t) => !['UNSPEC', 'UNICAST', 'LOCAL', 'MULTICAST', 'ANYCAST'].includes(t))) return null;
  const multicast = isMulticast(addr);
  if (types.includes('UNICAST') && (multicast || isZeroNet(addr))) return false;
  if (types.includes('MULTICAST') && !multicast) return false;
  if (types.includes('UNSPEC') && !isZeroNet(addr)) return false;
  if (!types.includes('LOCAL') && !types.includes('ANYCAST')) return true;
  const table = localTable(state);
  if (table === null) return null;
  const route = table.lookup(addr, null, (r) => limit === null || r.dev === limit)[0];
  return (
    (types.includes('LOCAL') && route?.type === 'local') ||
    (types.includes('ANYCAST') && route?.type === 'anycast')
  );
}

const EMPTY = new RouteTable('local', [], 4);

function localTable(state: State): RouteTable | null {
  const { routing } = state.node;
  return routing === null ? null : (routing.tables.get('local') ?? EMPTY);
}
