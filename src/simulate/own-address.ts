import { isKnown } from '../model/location.js';
import { type Addr, inNet, isLinkLocal6, isLoopback, maskOf, parseAddr } from './address.js';
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
 * The address MASQUERADE takes: the one of the outgoing interface in the next hop's subnet, else its first one.
 * An interface without address (the host side of a pod's veth pair) borrows another's; the primary interface's
 * then is what the kernel finds first. Null when the bundle does not tell.
 */
export function masqueradeAddress(state: State): Addr | null {
  const { node } = state;
  if (typeof state.oif !== 'string') return null;
  const own = addressesOf(node, state.oif);
  const nextHop = state.gateway ?? state.dst;
  const near = own.find(
    (o) => o.prefixLength !== null && inNet(nextHop, net(o.addr, maskOf(o.prefixLength, node.family))),
  );
  if (near !== undefined) return near.addr;
  if (own.length === 1 || own.some((o) => o.prefixLength !== null)) return own[0]!.addr;
  if (own.length > 1) return null;
  return borrowed(node);
}

function net(addr: Addr, mask: Addr): { addr: Addr; mask: Addr; length: number } {
  const network = typeof addr === 'number' ? (addr & Number(mask)) >>> 0 : addr & (mask as bigint);
  return { addr: network, mask, length: -1 };
}

function borrowed(node: SimNode): Addr | null {
  const others = (node.routing?.local ?? []).filter((l) => !isLoopback(l.addr) && !isLinkLocal6(l.addr));
  if (others.length === 1) return others[0]!.addr;
  const primary = node.facts.identity.primaryIp;
  const addr = primary === null ? null : parseAddr(primary, node.family);
  return others.some((l) => l.addr === addr) ? addr : null;
}

/** The address REDIRECT takes; null when the interface has none (the kernel drops the packet). */
export function inputAddress(state: State): Addr | null | 'unknown' {
  const { node } = state;
  if (state.local) return node.family === 4 ? 0x7f000001 : 1n;
  if (typeof state.iif !== 'string' || node.routing === null) return 'unknown';
  const own = addressesOf(node, state.iif);
  if (own.length === 0) return null;
  return own.length === 1 || own[0]!.prefixLength !== null ? own[0]!.addr : 'unknown';
}

/** True when the interface has an IPv4 address; the reverse path filter asks that. */
export function hasAddress(node: SimNode, device: string): boolean {
  return (node.routing?.local ?? []).some((l) => l.dev === device);
}
