import type { Addresses } from './addresses.js';
import type { Random } from './random.js';

/**
 * `ip` commands that give the router rules and routes as the VPC CNI does, with random changes.
 *
 * `marked`: what comes in by eth1 is marked and the mark leads back there, so that source validation depends on
 * `src_valid_mark`.
 */
export function randomRouting(r: Random, a: Addresses, marked: boolean): string[] {
  const out: string[] = [];
  const route = (words: string): void => void out.push(`route add ${words}`);
  const rule = (words: string): void => void out.push(`rule add ${words}`);

  if (r.chance(0.9)) route(`default via ${a.gateway} dev eth0${r.chance(0.3) ? ' metric 512' : ''}`);
  if (r.chance(0.15)) route(`default via ${a.gateway2} dev eth1 metric 900`);
  route(`default via ${a.gateway2} dev eth1 table 2 onlink`);
  route(`${a.gateway2} dev eth1 table 2`);
  if (r.chance(0.5)) out.push(`route del ${a.subnet2} dev eth1`);
  for (const pod of a.pods) {
    const vlan = pod.dev.startsWith('vlan');
    if (r.chance(0.92)) route(`${pod.address} dev ${pod.dev}${vlan && r.chance(0.6) ? ' table 101' : ''}`);
    if (!vlan && r.chance(0.9)) rule(`to ${pod.address} lookup main pref 512`);
    if (vlan) {
      rule(`iif ${pod.dev} lookup 101 pref 10`);
      rule('iif eth1 lookup 101 pref 10');
      route(`default via ${a.gateway2} dev eth1 table 101 onlink`);
    }
    if (pod.dev === 'eni3cc' && r.chance(0.8)) rule(`from ${pod.address} lookup 2 pref 1536`);
  }
  if (r.chance(0.8)) rule('fwmark 0x80/0x80 lookup main pref 1024');
  if (r.chance(0.3)) {
    rule('lookup local pref 20');
    if (r.chance(0.7)) out.push(`rule del pref 0`);
  }
  for (const net of a.specialNets) {
    if (r.chance(0.5)) route(randomTarget(r, a, net));
    if (r.chance(0.2)) route(`${randomTarget(r, a, net)} table 2`);
  }
  if (r.chance(0.3)) {
    route(`${a.remote[3]} nexthop via ${a.gateway} dev eth0 nexthop via ${a.gateway2} dev eth1 onlink`);
  }
  if (marked) rule('fwmark 0x20/0x20 lookup 2 pref 700');
  if (r.chance(0.4)) rule('nop pref 1600');
  for (let n = r.int(6); n > 0; n -= 1) rule(randomRule(r, a));
  // ICMP errors of the router itself leave in any case, so that a refusal can be seen.
  rule('iif lo lookup 7777 pref 40000');
  route('default dev obs table 7777');
  return out;
}

function randomTarget(r: Random, a: Addresses, net: string): string {
  const type = r.weighted([
    [3, 'blackhole'],
    [2, 'unreachable'],
    [2, 'prohibit'],
    [1, 'throw'],
    [5, 'via'],
  ]);
  const metric = r.chance(0.3) ? ` metric ${r.pick([50, 100, 2000])}` : '';
  if (type !== 'via') return `${type} ${net}${metric}`;
  return `${net} ${r.pick([`via ${a.gateway} dev eth0`, `via ${a.gateway2} dev eth1 onlink`, 'dev eni1aa'])}${metric}`;
}

function randomRule(r: Random, a: Addresses): string {
  const selector = r.weighted([
    [2, `from ${r.pick(a.pods).address}`],
    [1, `not from ${a.vpc}`],
    [2, `to ${r.pick([...a.remote, a.vpc, ...a.specialNets])}`],
    [1, `from ${a.vpc} to ${r.pick(a.remote)}`],
    [4, `fwmark ${r.pick(['0x80/0x80', '0x4000/0x4000', '0x1', '0x10/0xf0'])}`],
    [1, `iif ${r.pick(['eth0', 'eth1', 'eni1aa', 'lo', 'gone0'])}`],
    [1, `oif ${r.pick(['eth0', 'eth1'])}`],
    [1, `ipproto ${r.pick(['tcp', 'udp'])}`],
    [1, `ipproto tcp dport ${r.pick(['80', '443', '8000-9000'])}`],
    [1, 'not fwmark 0x80/0x80'],
  ]);
  const action = r.weighted([
    [4, 'lookup main'],
    [4, 'lookup 2'],
    [1, 'lookup 999'],
    [1, 'unreachable'],
    [1, 'prohibit'],
    [1, 'blackhole'],
    [3, 'lookup main suppress_prefixlength 0'],
    [2, 'goto 1600'],
  ]);
  const extra =
    action === 'goto 1600' ? 1600 - r.int(500) : r.pick([5, 100, 515, 1000, 1030, 1100, 1540, 1600, 1700]);
  return `${selector} ${action} pref ${action === 'goto 1600' ? extra - 1 : extra}`;
}

/** Settings of the kernel that decide about forwarding and source validation. */
export function randomSysctls(r: Random, marked: boolean): string[] {
  const out = [
    'net.ipv4.ip_forward=1',
    'net.ipv6.conf.all.forwarding=1',
    'net.ipv4.icmp_ratelimit=0',
    'net.ipv4.icmp_ratemask=0',
    'net.ipv4.icmp_msgs_per_sec=1000000',
    'net.ipv4.icmp_msgs_burst=1000000',
    'net.ipv6.icmp.ratelimit=0',
    'net.ipv4.conf.all.send_redirects=0',
  ];
  for (const dev of ['eth0', 'eth1', 'eni1aa', 'eni2bb', 'eni3cc', 'vlan1dd']) {
    out.push(`net.ipv4.conf.${dev}.send_redirects=0`);
    out.push(
      `net.ipv4.conf.${dev}.rp_filter=${r.weighted([
        [5, 0],
        [3, 1],
        [3, 2],
      ])}`,
    );
    if (r.chance(0.06)) out.push(`net.ipv4.conf.${dev}.forwarding=0`);
    if (r.chance(0.3)) out.push(`net.ipv4.conf.${dev}.src_valid_mark=1`);
    if (r.chance(0.05)) out.push(`net.ipv4.conf.${dev}.accept_local=1`);
    if (r.chance(0.05)) out.push(`net.ipv4.conf.${dev}.route_localnet=1`);
  }
  if (marked) out.push('net.ipv4.conf.eth1.rp_filter=1', `net.ipv4.conf.eth1.src_valid_mark=${r.int(2)}`);
  out.push(
    `net.ipv4.conf.all.rp_filter=${r.weighted([
      [6, 0],
      [1, 1],
      [2, 2],
    ])}`,
  );
  if (r.chance(0.06)) out.push('net.ipv6.conf.all.forwarding=0');
  if (r.chance(0.04)) out.push('net.ipv4.ip_forward=0');
  return out;
}
