/** Address arithmetic over text, forgiving: what is no address matches nothing. */
import ipaddr from 'ipaddr.js';
import type { Family } from '../../model/node.js';
import { contains, parsePrefix } from '../../node/prefix.js';

export function familyOf(value: string): Family | null {
  const parsed = parsePrefix(value);
  return parsed === null ? null : parsed[0].kind() === 'ipv4' ? 4 : 6;
}

export const overlaps = (a: string, b: string): boolean => contains(a, b) || contains(b, a);

/** Same address, whatever the spelling (`2600:0::9` and `2600::9`). */
export function sameAddress(a: string, b: string): boolean {
  return a === b || (familyOf(a) === 6 && contains(a, b) && contains(b, a));
}

/** Network of an interface address: `10.0.1.5`, 19 → `10.0.0.0/19`; null when it is none. */
export function networkOf(address: string, prefixLength: number): string | null {
  try {
    const cidr = `${address}/${String(prefixLength)}`;
    const network = ipaddr.IPv4.isValid(address)
      ? ipaddr.IPv4.networkAddressFromCIDR(cidr)
      : ipaddr.IPv6.networkAddressFromCIDR(cidr);
    return `${network.toString()}/${String(prefixLength)}`;
  } catch {
    return null;
  }
}

/** Loopback, link-local, multicast, unspecified, broadcast: never a pod or a service. */
export function isSpecial(value: string): boolean {
  const parsed = parsePrefix(value);
  return (
    parsed !== null &&
    ['loopback', 'linkLocal', 'multicast', 'unspecified', 'broadcast'].includes(parsed[0].range())
  );
}

/** Not private, not carrier-grade NAT (used for pods), not special: somewhere on the Internet. */
export function isPublic(value: string): boolean {
  const parsed = parsePrefix(value);
  return parsed !== null && parsed[0].range() === 'unicast';
}
