import { isIPv4, isIPv6 } from 'node:net';
import type { NetInterface } from '../model/node.js';
import { toCount, type Parsed } from './parsed.js';

/**
 * `ifconfig` of net-tools, the only file of a bundle with addresses, MTU and link state. Interfaces that are
 * down are not listed.
 *
 * New format (net-tools 2):
 *
 *     eni18582a65b10: flags=4163<UP,BROADCAST,RUNNING,MULTICAST>  mtu 9001
 *             inet6 fe80::a8bb:ccff:fedd:ee01  prefixlen 64  scopeid 0x20<link>
 *             ether aa:bb:cc:dd:ee:01  txqueuelen 0  (Ethernet)
 *             RX packets 11  bytes 971 (971.0 B)
 *             RX errors 0  dropped 0  overruns 0  frame 0
 *
 * Old format (net-tools 1.60):
 *
 *     eth0      Link encap:Ethernet  HWaddr 0A:1B:2C:3D:4E:5F
 *               inet addr:10.0.1.5  Bcast:10.0.1.255  Mask:255.255.255.0
 *               inet6 addr: fe80::81b:2cff:fe3d:4e5f/64 Scope:Link
 *               UP BROADCAST RUNNING MULTICAST  MTU:9001  Metric:1
 *               RX packets:68 errors:0 dropped:2 overruns:0 frame:0
 */
export function parseIfconfig(text: string, file: string): Parsed<readonly NetInterface[]> {
  const interfaces: Draft[] = [];
  let notUnderstood = 0;
  let current: Draft | null = null;
  text.split('\n').forEach((line, index) => {
    if (line.trim() === '') return;
    if (!/^\s/.test(line)) {
      current = header(line, { file, line: index + 1 });
      if (current === null) notUnderstood += 1;
      else interfaces.push(current);
    } else if (current !== null) {
      detail(current, line, { file, line: index + 1 });
    }
  });
  return { value: interfaces, understood: interfaces.length, notUnderstood };
}

type Draft = { -readonly [K in keyof NetInterface]: NetInterface[K] } & {
  addresses: NetInterface['addresses'][number][];
};

function header(line: string, loc: NetInterface['loc']): Draft | null {
  const modern = /^(\S{1,64}): flags=\d+<([^>]*)>\s+mtu (\d+)/.exec(line);
  const old = modern === null ? /^(\S{1,64})\s+Link encap:/.exec(line) : null;
  const name = modern?.[1] ?? old?.[1];
  if (name === undefined) return null;
  return {
    name,
    mac: macOf(line),
    mtu: toCount(modern?.[3]),
    flags: modern === null ? [] : modern[2]!.split(',').filter((flag) => flag !== ''),
    addresses: [],
    rxPackets: null,
    txPackets: null,
    rxErrors: null,
    rxDropped: null,
    txErrors: null,
    txDropped: null,
    loc,
  };
}

function detail(it: Draft, line: string, loc: NetInterface['loc']): void {
  it.mac ??= macOf(line);
  const flags = /^\s+((?:[A-Z]+ )+)\s*MTU:(\d+)/.exec(line);
  if (flags !== null) {
    it.flags = flags[1]!.trim().split(' ');
    it.mtu = toCount(flags[2]);
  }
  address(it, line);
  const direction = /^\s+(RX|TX) (?:packets|errors)/.exec(line)?.[1];
  if (direction === 'RX') {
    it.rxPackets ??= counter(line, 'packets');
    it.rxErrors ??= counter(line, 'errors');
    it.rxDropped ??= counter(line, 'dropped');
  } else if (direction === 'TX') {
    it.txPackets ??= counter(line, 'packets');
    it.txErrors ??= counter(line, 'errors');
    const dropped = it.txDropped === null ? counter(line, 'dropped') : null;
    if (dropped !== null) {
      it.txDropped = dropped;
      it.txLoc = loc;
    }
  }
}

function counter(line: string, name: string): number | null {
  return toCount(new RegExp(`\\b${name}[ :](\\d{1,20})`).exec(line)?.[1]);
}

function macOf(line: string): string | null {
  const match = /\b(?:ether|HWaddr) ((?:[0-9a-fA-F]{2}:){5}[0-9a-fA-F]{2})\b/.exec(line);
  return match === null ? null : match[1]!.toLowerCase();
}

function address(it: Draft, line: string): void {
  const v4 = /^\s+inet (?:addr:)?(\S+)\s.*?(?:netmask |Mask:)(\S+)/.exec(line);
  if (v4 !== null && isIPv4(v4[1]!)) {
    it.addresses.push({ address: v4[1]!, prefixLength: prefixOf(v4[2]!), family: 4 });
    return;
  }
  const v6 = /^\s+inet6 (?:addr: )?([0-9a-fA-F:.]+)(?:%\S+)?(?:\s+prefixlen |\/)(\d{1,3})/.exec(line);
  if (v6 !== null && isIPv6(v6[1]!)) {
    it.addresses.push({ address: v6[1]!, prefixLength: Math.min(Number(v6[2]), 128), family: 6 });
  }
}

/** Prefix length of a dotted (or `0xffffff00`) mask; 32 when it is no mask. */
function prefixOf(mask: string): number {
  const bytes = isIPv4(mask) ? mask.split('.').map(Number) : [];
  if (bytes.length !== 4) return 32;
  const bits = bytes.map((byte) => byte.toString(2).padStart(8, '0')).join('');
  return /^1*0*$/.test(bits) ? bits.lastIndexOf('1') + 1 : 32;
}
