import { isKnown } from '../model/location.js';
import type { Family } from '../model/node.js';
import {
  type Addr,
  inNet,
  isLinkLocal6,
  isLoopback,
  maskAddr,
  maskOf,
  type Net,
  parseAddr,
} from './address.js';
import type { SimNode } from './node.js';
import type { State } from './state.js';

interface OwnAddress {
  readonly addr: Addr;
  /** Null when only the address is known (from table `local`). */
  readonly prefixLength: number | null;
}

/** Addresses of an interface: from ifconfig with their prefixes, else from routes of table `local`. */
function addressesOf(node: SimNode, device: string): readonly OwnAddress[] {
  const { interfaces } = node.facts;
  if (isKnown(interfaces)) {
    const found = interfaces.value.find((i) => i.name === device);
    const own = (found?.addresses ?? []).flatMap((a) => {
      const addr = a.family === node.family ? parseAddr(a.address, node.family) : null;
      return addr === null || isLinkLocal6(addr) ? [] : [{ addr, prefixLength: a.prefixLength }];
    });
    if (own.length > 0) return own;
  }
  return (node.routing?.local ?? [])
    .filter((l) => l.dev === device && !isLinkLocal6(l.addr))
    .map(({ addr }) => ({ addr, prefixLength: null }));
}

/**
 * The address MASQUERADE takes, or null when the bundle does not tell.
 *
 * IPv4: that of the outgoing interface in the next hop's subnet, else its first one. IPv6: a local destination
 * itself, else one of the outgoing interface. An interface without an address (the host side of a pod's veth
 * pair, `lo` for this purpose) borrows another's.
 */
export function masqueradeAddress(state: State): Addr | null {
  const { node } = state;
  if (typeof state.oif !== 'string') return null;
  if (node.family === 6 && node.routing?.local.some((l) => l.addr === state.dst) === true) return state.dst;
  if (state.oif === 'lo') return borrowed(state);
  const own = addressesOf(node, state.oif);
  const nextHop = state.gateway ?? state.dst;
  const near = own.find(
    (o) => o.prefixLength !== null && inNet(nextHop, netOf(o.addr, o.prefixLength, node.family)),
  );
  if (node.family === 4 && near !== undefined) return near.addr;
  if (own.length === 1) return own[0]!.addr;
  if (own.length > 1) return node.family === 4 && own[0]!.prefixLength !== null ? own[0]!.addr : null;
  return borrowed(state);
}

function netOf(addr: Addr, length: number, family: Family): Net {
  const mask = maskOf(length, family);
  return { addr: maskAddr(addr, mask), mask, length };
}

/** An address of another interface: IPv4 takes the first interface's, IPv6 the one most alike the destination. */
function borrowed(state: State): Addr | null {
  const { node } = state;
  const others = (node.routing?.local ?? [])
    .map((l) => l.addr)
    .filter((addr) => !isLoopback(addr) && !isLinkLocal6(addr));
  if (others.length <= 1) return others[0] ?? null;
  if (node.family === 6) return mostAlike(others, state.dst);
  const primary = node.facts.identity.primaryIp;
  const addr = primary === null ? null : parseAddr(primary, node.family);
  return addr !== null && others.includes(addr) ? addr : null;
}

function mostAlike(candidates: readonly Addr[], dst: Addr): Addr | null {
  const common = (addr: Addr): number => 128 - (BigInt(addr) ^ BigInt(dst)).toString(2).length;
  const best = Math.max(...candidates.map(common));
  const top = candidates.filter((addr) => common(addr) === best);
  return top.length === 1 ? top[0]! : null;
}

/**
 * The address REDIRECT takes: the interface's first; for IPv6 a global one before the link-local one. Null when
 * it has none (the kernel drops the packet).
 */
export function inputAddress(state: State): Addr | null | 'unknown' {
  const { node } = state;
  if (state.local) return node.family === 4 ? 0x7f000001 : 1n;
  if (typeof state.iif !== 'string' || node.routing === null) return 'unknown';
  const own = addressesOf(node, state.iif);
  if (own.length === 1) return own[0]!.addr;
  if (own.length > 1) return node.family === 4 && own[0]!.prefixLength !== null ? own[0]!.addr : 'unknown';
  const linkLocal = node.routing.local.filter((l) => l.dev === state.iif && isLinkLocal6(l.addr));
  return linkLocal.length > 1 ? 'unknown' : (linkLocal[0]?.addr ?? null);
}

/** True when the interface has an IPv4 address; the reverse path filter asks that. */
export function hasAddress(node: SimNode, device: string): boolean {
  return (node.routing?.local ?? []).some((l) => l.dev === device);
}
