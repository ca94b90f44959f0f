import { createHash } from 'node:crypto';

/**
 * Name the VPC CNI gives the host side of a pod's veth pair: prefix and the first 11 hex digits of the SHA-1 of
 * `namespace.name`, for further interfaces of a multi-NIC pod of `namespace.name.index`. It can be checked, not
 * inverted, and other CNIs do not follow it.
 */
export function hostVethName(prefix: string, namespace: string, pod: string, index = 0): string {
  const text = index === 0 ? `${namespace}.${pod}` : `${namespace}.${pod}.${index}`;
  return prefix + createHash('sha1').update(text).digest('hex').slice(0, 11);
}
