import type { Sysctl } from '../model/node.js';
import type { Parsed } from './parsed.js';

const MAX_KEYS = 100_000;

/**
 * `sysctl --all`: `key = value`. Keys are returned with dots, except that a dot which belongs to an interface
 * name stays within that part: `net.ipv4.conf.vlan/eth/1.rp_filter` is printed with slashes for `vlan.eth.1` and
 * is kept under `net.ipv4.conf.vlan.eth.1.rp_filter`.
 *
 *     net.ipv4.ip_forward = 1
 *     net.ipv4.conf.eth0/1.rp_filter = 2
 *     net.ipv4.ip_local_port_range = 32768<TAB>60999
 *
 * CNI <= 1.5 bundles read the files instead: `/proc/sys/net/ipv4/conf/eth0/rp_filter = 1`.
 *
 * The collector appends: when the first key comes again a second run starts, and that one counts.
 */
export function parseSysctl(lines: Iterable<string>, file: string): Parsed<ReadonlyMap<string, Sysctl>> {
  const values = new Map<string, Sysctl>();
  let first: string | null = null;
  let understood = 0;
  let notUnderstood = 0;
  let number = 0;
  for (const line of lines) {
    number += 1;
    if (line === '') continue;
    const equals = line.indexOf(' =');
    const key = equals > 0 ? sysctlKey(line.slice(0, equals)) : null;
    if (key === null) {
      if (line.trim() !== '' && !/^(=+ sysctls|sysctl: )/.test(line)) notUnderstood += 1;
      continue;
    }
    if (key === first) values.clear();
    first ??= key;
    understood += 1;
    if (values.size < MAX_KEYS)
      values.set(key, { value: line.slice(equals + 2).trim(), loc: { file, line: number } });
  }
  return { value: values, understood, notUnderstood };
}

/** Both printed forms of a key as one with dots; null when it is no key. */
function sysctlKey(printed: string): string | null {
  const path = /^\/proc\/sys\/(.+)$/.exec(printed)?.[1];
  const key = (path ?? printed).replaceAll('/', '.');
  return /^[\w.:@+-]{1,256}$/.test(key) && key.includes('.') ? key : null;
}
