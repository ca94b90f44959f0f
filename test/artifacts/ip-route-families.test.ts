import { describe, expect, it } from 'vitest';
import { notUnderstoodRoutes, parseIpRoutes } from '../../src/artifacts/ip-route.js';

/** What `ip route show table all` prints on a node with IPv6 addresses: both families. */
const MIXED = `default via 10.0.1.1 dev eth0
10.0.1.9 dev eni18582a65b10 scope link
unreachable default dev lo metric 4294967295 error -101 pref medium
default via fe80::1 dev eth0 proto ra metric 1024
	nexthop via fe80::2 dev eth1 weight 1
local ::1 dev lo table local proto kernel metric 0 pref medium
multicast ff00::/8 dev eth0 table local proto kernel metric 256 pref medium
blackhole 10.9.0.0/16
`;

describe('routes of the other family in one file', () => {
  it('leaves IPv6 routes out of the IPv4 ones, and does not call them unreadable', () => {
    const routes = parseIpRoutes(MIXED, 'networking/iproute.txt', 4);
    expect(routes.map((r) => [r.type, r.dst, r.loc.line])).toEqual([
      ['unicast', '0.0.0.0/0', 1],
      ['unicast', '10.0.1.9/32', 2],
      ['blackhole', '10.9.0.0/16', 8],
    ]);
    expect(routes.flatMap((r) => r.nexthops)).toEqual([]);
    expect(notUnderstoodRoutes(MIXED, 4)).toEqual([]);
  });
});
