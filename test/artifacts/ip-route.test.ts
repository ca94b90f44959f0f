import { describe, expect, it } from 'vitest';
import { notUnderstoodRoutes, parseIpRoutes } from '../../src/artifacts/ip-route.js';
import { printIpRoutes } from '../../src/artifacts/ip-route-print.js';

const V4 = `default via 10.0.0.1 dev ens5 proto dhcp src 10.0.1.5 metric 512 
10.0.0.0/19 dev ens5 proto kernel scope link src 10.0.1.5 metric 512 
10.0.1.9 dev eni18582a65b10 scope link 
169.254.169.254 dev eth0 
172.17.0.0/16 dev docker0 proto kernel scope link src 172.17.0.1 linkdown 
blackhole 10.33.92.0/26 proto 80 
unreachable 192.168.0.0/16 metric 20
10.9.0.0/16 proto static 
	nexthop via 10.0.0.1 dev ens5 weight 1 
	nexthop via 10.0.64.1 dev ens6 weight 2 
192.168.16.0/26 via 10.0.2.7 dev vxlan.calico proto 80 onlink 
default via 10.0.0.1 dev ens6 table 2 
10.0.0.1 dev ens6 table 2 scope link 
local 10.0.1.5 dev ens5 table local proto kernel scope host src 10.0.1.5 
broadcast 10.0.31.255 dev ens5 table local proto kernel scope link src 10.0.1.5 
`;

const V6 = `2600:1f18::9 dev enib5faff8a083 metric 1024 pref medium
fe80::/64 dev eth0 proto kernel metric 256 pref medium
default via fe80::1 dev eth0 proto ra metric 1024 expires 1797sec mtu 9001 pref medium
unreachable default dev lo metric 4294967295 error -101 pref medium
local ::1 dev lo table local proto kernel metric 0 pref medium
anycast fe80:: dev eth0 table local proto kernel metric 0 pref medium
`;

function tidy(text: string): string {
  return text.replace(/ +$/gm, '').replace(/ (?:expires \S+|error \S+|pref medium)/g, '');
}

describe('parseIpRoutes', () => {
  it('reads every kind of IPv4 route', () => {
    const routes = parseIpRoutes(V4, 'networking/iproute.txt', 4);
    expect(routes.map((r) => [r.type, r.dst, r.dev, r.table])).toEqual([
      ['unicast', '0.0.0.0/0', 'ens5', 'main'],
      ['unicast', '10.0.0.0/19', 'ens5', 'main'],
      ['unicast', '10.0.1.9/32', 'eni18582a65b10', 'main'],
      ['unicast', '169.254.169.254/32', 'eth0', 'main'],
      ['unicast', '172.17.0.0/16', 'docker0', 'main'],
      ['blackhole', '10.33.92.0/26', null, 'main'],
      ['unreachable', '192.168.0.0/16', null, 'main'],
      ['unicast', '10.9.0.0/16', null, 'main'],
      ['unicast', '192.168.16.0/26', 'vxlan.calico', 'main'],
      ['unicast', '0.0.0.0/0', 'ens6', '2'],
      ['unicast', '10.0.0.1/32', 'ens6', '2'],
      ['local', '10.0.1.5/32', 'ens5', 'local'],
      ['broadcast', '10.0.31.255/32', 'ens5', 'local'],
    ]);
    expect(routes[0]).toMatchObject({ via: '10.0.0.1', proto: 'dhcp', src: '10.0.1.5', metric: 512 });
    expect(routes[0]!.loc).toEqual({ file: 'networking/iproute.txt', line: 1 });
    expect(routes[4]!.flags).toEqual(['linkdown']);
    expect(routes[5]).toMatchObject({ proto: '80', prefixLength: 26 });
    expect(routes[6]!.metric).toBe(20);
    expect(routes[7]!.nexthops).toEqual([
      { via: '10.0.0.1', dev: 'ens5', weight: 1 },
      { via: '10.0.64.1', dev: 'ens6', weight: 2 },
    ]);
    expect(routes[8]).toMatchObject({ via: '10.0.2.7', flags: ['onlink'] });
  });

  it('reads IPv6 routes', () => {
    const routes = parseIpRoutes(V6, 'f', 6);
    expect(routes.map((r) => [r.type, r.dst, r.metric, r.mtu])).toEqual([
      ['unicast', '2600:1f18::9/128', 1024, null],
      ['unicast', 'fe80::/64', 256, null],
      ['unicast', '::/0', 1024, 9001],
      ['unreachable', '::/0', 4294967295, null],
      ['local', '::1/128', 0, null],
      ['anycast', 'fe80::/128', 0, null],
    ]);
  });

  it('prints what it read', () => {
    expect(printIpRoutes(parseIpRoutes(V4, 'f', 4))).toBe(tidy(V4));
    expect(printIpRoutes(parseIpRoutes(V6, 'f', 6))).toBe(tidy(V6));
  });

  it('reads next hops on the same line, locked MTUs and short prefixes', () => {
    const line =
      '10.1/16 mtu lock 1400 nexthop via 10.0.0.1 dev a weight 1 nexthop via inet6 fe80::1 dev b weight 1';
    expect(parseIpRoutes(line, 'f', 4)[0]).toMatchObject({
      dst: '10.1.0.0/16',
      mtu: 1400,
      nexthops: [
        { via: '10.0.0.1', dev: 'a', weight: 1 },
        { via: 'fe80::1', dev: 'b', weight: 1 },
      ],
    });
  });

  it('takes the last of two runs', () => {
    const second = V4.replace('10.0.1.9 dev eni18582a65b10', '10.0.1.10 dev eni00000000000');
    const routes = parseIpRoutes(V4 + second, 'f', 4);
    expect(routes).toHaveLength(13);
    expect(routes[2]!.dst).toBe('10.0.1.10/32');
  });

  it('takes the last of two runs also when its first lines are new', () => {
    const second = `100.64.0.0/10 dev eth9 scope link\n${V4}`;
    const routes = parseIpRoutes(V4 + second, 'f', 4);
    expect(routes).toHaveLength(14);
    expect(routes[0]!.dst).toBe('100.64.0.0/10');
  });

  it('keeps one run whose tables follow table local', () => {
    const text = `${V4}10.5.0.0/16 dev ens5 table 511 scope link \n`;
    expect(parseIpRoutes(text, 'f', 4)).toHaveLength(14);
  });

  it('lists lines that are no route', () => {
    const text = 'Dump terminated\n10.0.0.0/99 dev eth0\ndefault via 10.0.0.1 dev eth0\n';
    expect(parseIpRoutes(text, 'f', 4)).toHaveLength(1);
    expect(notUnderstoodRoutes(text, 4).map((l) => l.line)).toEqual([1, 2]);
    expect(parseIpRoutes('', 'f', 4)).toEqual([]);
  });
});
