import type { Loc } from '../model/location.js';
import { type Addr, isLimitedBroadcast, isLoopback, isMulticast, isZeroNet } from './address.js';
import { ZERO_MARK } from './mark.js';
import { interfaceSysctl } from './sysctl.js';
import { hasAddress } from './own-address.js';
import { decideRoute, devices, newLookup } from './policy-routing.js';
import { hasPorts } from './protocol.js';
import type { State } from './state.js';
import type { Decision } from './types.js';

export interface ReversePath {
  /** Type of the route back to the source; `none` when there is none or it refuses. */
  readonly type: 'unicast' | 'local' | 'other' | 'none';
  /** True when the route back leaves by the interface the packet came in by. */
  readonly viaInput: boolean;
  /** The route back, in its own words. */
  readonly text: string;
  readonly loc: Loc | null;
}

/** Looks up the way back to the packet's source; null when the bundle has no routes. */
export function reversePath(
  state: State,
  options: {
    readonly useMark: boolean;
    readonly outDevice: string | null;
    /** The packet is a broadcast: the kernel then asks without the destination. */
    readonly broadcast?: boolean;
  },
): ReversePath | null {
  const { node } = state;
  if (node.routing === null || typeof state.iif !== 'string') return null;
  const ports = hasPorts(state.protocol);
  const lookup = newLookup(state.src, {
    src: options.broadcast === true ? 0 : state.dst,
    iif: options.outDevice ?? 'lo',
    mark: options.useMark ? state.mark : ZERO_MARK,
    protocol: state.protocol,
    sport: ports ? state.dport : 0,
    dport: ports ? state.sport : 0,
  });
  const found = decideRoute(node, node.routing, lookup, state.decisions);
  if (found.kind !== 'route') {
    const text = found.kind === 'none' ? 'no route back to the source' : found.rule.rule.text;
    return { type: 'none', viaInput: false, text, loc: found.kind === 'none' ? null : found.rule.rule.loc };
  }
  const { route } = found;
  const refused = route.type === 'blackhole' || route.type === 'unreachable' || route.type === 'prohibit';
  const type = route.type === 'unicast' || route.type === 'local' ? route.type : refused ? 'none' : 'other';
  const viaInput = !refused && devices(route).includes(state.iif);
  return { type, viaInput, text: route.text, loc: route.loc };
}

/**
 * Source validation of IPv4 (`fib_validate_source`). Null when the packet passes. The setting in force is the
 * larger of `all` and the interface: 1 asks that the way back leaves by the same interface, 2 that there is one.
 * A source that is the node's own address is refused whatever the setting, unless `accept_local` is set.
 */
export function validateSource(state: State, outDevice: string | null, broadcast = false): Decision | null {
  const { node } = state;
  const device = state.iif;
  if (node.family === 6 || typeof device !== 'string' || device === 'lo') return null;
  const useMark = orSetting(state, device, 'src_valid_mark');
  const path = reversePath(state, { useMark, outDevice, broadcast });
  if (path === null) return null;
  if (path.type === 'other' || (path.type === 'local' && !orSetting(state, device, 'accept_local'))) {
    const why = path.type === 'local' ? "is the node's own address" : 'is no unicast address';
    return {
      kind: 'rp_filter',
      text: `source ${why}: ${path.text}`,
      loc: path.loc,
    };
  }
  const strictOk = path.type !== 'none' && path.viaInput;
  if (strictOk) return null;
  const looseOk = path.type !== 'none' && hasAddress(node, device);
  const setting = effective(state, device, looseOk);
  if (setting.value === 0 || (setting.value === 2 && looseOk)) return null;
  return {
    kind: 'rp_filter',
    text: `${setting.text}; way back to the source: ${path.text}`,
    loc: setting.loc ?? path.loc,
  };
}

function effective(
  state: State,
  device: string,
  looseOk: boolean,
): { value: number; text: string; loc: Loc | null } {
  const all = interfaceSysctl(state.node, 'all', 'rp_filter');
  const own = interfaceSysctl(state.node, device, 'rp_filter');
  if (all?.value === 1 && own === null && !looseOk) return all;
  if (all !== null && own !== null) return own.value > all.value ? own : all;
  const drops = state.decisions.choose(2, `net.ipv4.conf.${device}.rp_filter is not known`) === 1;
  return { value: drops ? 1 : 0, text: 'rp_filter is not known', loc: null };
}

/** Settings that hold when either `all` or the interface sets them; the kernel's default is 0. */
function orSetting(state: State, device: string, name: string): boolean {
  return (
    (interfaceSysctl(state.node, 'all', name)?.value ?? 0) !== 0 ||
    (interfaceSysctl(state.node, device, name)?.value ?? 0) !== 0
  );
}

/** Sources and destinations that IPv4 input refuses before any rule or route (`martians`). */
export function martian(state: State): string | null {
  if (state.family === 6) return martian6(state.src, state.iif);
  if (isMulticast(state.src) || isLimitedBroadcast(state.src)) return 'source is multicast or broadcast';
  if (isZeroNet(state.src)) return 'source is 0.0.0.0/8';
  if (isZeroNet(state.dst)) return 'destination is 0.0.0.0/8';
  const device = state.iif ?? '';
  const loopback = isLoopback(state.src) || isLoopback(state.dst);
  return loopback && !orSetting(state, device, 'route_localnet') ? 'loopback address from outside' : null;
}

function martian6(src: Addr, iif: string | null | undefined): string | null {
  if (isMulticast(src)) return 'source is multicast';
  return isLoopback(src) && iif !== 'lo' ? 'loopback address from outside' : null;
}
