import { isKnown, type Loc } from '../model/location.js';
import type { SimNode } from './node.js';

/** A kernel setting with where it stands; null when the bundle does not tell. */
export function sysctl(node: SimNode, key: string): { value: number; text: string; loc: Loc } | null {
  const { sysctl: collected } = node.facts;
  if (!isKnown(collected)) return null;
  const found = collected.value.get(key);
  if (found === undefined || !/^-?\d+$/.test(found.value.trim())) return null;
  return { value: Number(found.value), text: `${key} = ${found.value.trim()}`, loc: found.loc };
}

/** A setting of one interface. `sysctl` prints a dot in the interface's name as a slash. */
export function interfaceSysctl(
  node: SimNode,
  device: string,
  name: string,
): { value: number; text: string; loc: Loc } | null {
  const prefix = `net.ipv${node.family}.conf.`;
  return (
    sysctl(node, `${prefix}${device}.${name}`) ??
    sysctl(node, `${prefix}${device.replaceAll('.', '/')}.${name}`) ??
    null
  );
}
