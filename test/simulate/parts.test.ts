import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseIpRoutes } from '../../src/artifacts/ip-route.js';
import { formatAddr, inNet, parseAddr, parseNet } from '../../src/simulate/address.js';
import { Decisions } from '../../src/simulate/decisions.js';
import { simulate } from '../../src/simulate/index.js';
import { buildTables } from '../../src/simulate/lpm.js';
import { assumeMark, copyMark, markEquals, setXmark } from '../../src/simulate/mark.js';
import { parseRange } from '../../src/simulate/nat.js';
import { nodeFacts } from './facts.js';

const word = fc.integer({ min: 0, max: 0xffffffff });

describe('addresses', () => {
  it('writes back what it read', () => {
    fc.assert(fc.property(word, (n) => parseAddr(formatAddr(n), 4) === n));
    fc.assert(fc.property(fc.bigInt(0n, (1n << 128n) - 1n), (n) => parseAddr(formatAddr(n), 6) === n));
  });

  it('reads prefixes, masks and gaps in masks', () => {
    const inside = (net: string, addr: string): boolean => inNet(parseAddr(addr, 4)!, parseNet(net, 4)!);
    expect(inside('10.0.0.0/8', '10.255.1.1')).toBe(true);
    expect(inside('10.0.0.0/255.0.0.0', '11.0.0.0')).toBe(false);
    expect(inside('10.0.0.1/255.0.0.255', '10.7.7.1')).toBe(true);
    expect(inside('10.0.0.1/255.0.0.255', '10.7.7.2')).toBe(false);
    expect(inside('0.0.0.0/0', '255.255.255.255')).toBe(true);
  });

  it('refuses what is no address of the family', () => {
    for (const bad of ['256.0.0.1', '1.2.3', '::1', '', '1.2.3.4/33']) expect(parseNet(bad, 4)).toBeNull();
    for (const bad of ['1.2.3.4', 'fd00::/129', 'g::', '']) expect(parseNet(bad, 6)).toBeNull();
  });
});

describe('marks', () => {
  /** Every full mark that partly known bits stand for, over eight bits. */
  const all = (value: number, unknown: number): number[] =>
    Array.from({ length: 256 }, (_, n) => n).filter((n) => (n & ~unknown) === value);
  const byte = fc.integer({ min: 0, max: 255 });
  const mark = fc.tuple(byte, byte).map(([value, unknown]) => ({ value: value & ~unknown, unknown }));

  it('changes unknown bits as it would change each possible mark', () => {
    fc.assert(
      fc.property(mark, byte, byte, (m, value, mask) => {
        const after = setXmark(m, value, mask);
        for (const n of all(m.value, m.unknown)) {
          expect((((n & ~mask) ^ value) & ~after.unknown) >>> 0).toBe(after.value);
        }
      }),
    );
  });

  it('compares as each possible mark would', () => {
    fc.assert(
      fc.property(mark, byte, byte, (m, value, mask) => {
        const answers = new Set(all(m.value, m.unknown).map((n) => (n & mask) === value));
        expect(markEquals(m, value, mask)).toBe(answers.size === 1 ? [...answers][0] : null);
      }),
    );
  });

  it('learns from an assumed answer', () => {
    const m = { value: 0x4000, unknown: 0x80 };
    expect(assumeMark(m, 0x80, 0x80, true)).toEqual({ value: 0x4080, unknown: 0 });
    expect(assumeMark(m, 0x80, 0x80, false)).toEqual({ value: 0x4000, unknown: 0 });
    const two = { value: 0, unknown: 0x3 };
    expect(assumeMark(two, 0x3, 0x3, false)).toEqual(two);
  });

  it('copies marks under masks', () => {
    const known = (value: number): { value: number; unknown: number } => ({ value, unknown: 0 });
    expect(copyMark(known(0x4001), 0x80, known(0xff), 0x80)).toEqual(known(0x4081));
    expect(copyMark(known(0), 0x80, { value: 0, unknown: 0xffffffff }, 0x80)).toEqual({
      value: 0,
      unknown: 0x80,
    });
  });
});

describe('Decisions', () => {
  it('walks every path once, depth first', () => {
    const decisions = new Decisions();
    const paths: string[] = [];
    do {
      const first = decisions.choose(2, 'a');
      paths.push(first === 0 ? `0${decisions.choose(3, 'b')}` : '1');
    } while (decisions.next());
    expect(paths).toEqual(['00', '01', '02', '1']);
  });
});

describe('longest prefix match', () => {
  it('finds what a scan over all routes finds', () => {
    const route = fc.record({
      base: word,
      length: fc.integer({ min: 0, max: 32 }),
      metric: fc.constantFrom(0, 10, 20),
    });
    fc.assert(
      fc.property(fc.array(route, { maxLength: 12 }), word, fc.nat(11), (list, other, at) => {
        const lines = list.map((r, n) => {
          const net = parseNet(`${formatAddr(r.base)}/${r.length}`, 4)!;
          return `${formatAddr(net.addr)}/${r.length} dev d${n} metric ${r.metric}`;
        });
        const routes = parseIpRoutes([...new Set(lines)].join('\n'), 'f', 4);
        const dst = list[at]?.base ?? other;
        const fits = routes
          .filter((r) => inNet(dst, parseNet(r.dst, 4)!))
          .sort((a, b) => b.prefixLength - a.prefixLength || a.metric! - b.metric!);
        const found = buildTables(routes, 4)
          .get('main')
          ?.lookup(dst, null, () => true)[0];
        expect(found).toBe(fits[0]);
      }),
    );
  });

  it('passes dead routes and the end of the IPv6 table', () => {
    const routes = parseIpRoutes(
      'default via fe80::1 dev eth0 metric 1024 dead linkdown\nunreachable default dev lo metric 4294967295 error -101\n',
      'f',
      6,
    );
    expect(
      buildTables(routes, 6)
        .get('main')!
        .lookup(1n, null, () => true),
    ).toEqual([]);
  });
});

describe('NAT ranges', () => {
  const v4 = (text: string): unknown => parseRange(text, 4, false);
  it('reads addresses and ports', () => {
    expect(v4('10.0.2.7')).toMatchObject({ from: 0x0a000207, to: 0x0a000207, ports: null });
    expect(v4('10.0.2.7:8080')).toMatchObject({ ports: { from: 8080, to: 8080 } });
    expect(v4('10.0.2.1-10.0.2.9:1000-2000')).toMatchObject({
      to: 0x0a000209,
      ports: { from: 1000, to: 2000 },
    });
    expect(v4(':15001')).toMatchObject({ from: null, ports: { from: 15001, to: 15001 } });
    expect(parseRange('[fd00::7]:8080', 6, false)).toMatchObject({ ports: { from: 8080, to: 8080 } });
    expect(parseRange('fd00::7', 6, false)).toMatchObject({ ports: null });
    expect(parseRange('fd00::1-fd00::9', 6, false)?.to).toBe(parseAddr('fd00::9', 6));
    expect([v4('nonsense'), v4(''), parseRange(null, 4, false)]).toEqual([null, null, null]);
  });
});

describe('long chains', () => {
  it('come to the same end as short ones with the same rules', () => {
    const addr = fc.constantFrom('10.0.9.1', '10.0.9.2', '10.0.9.3', '10.0.9.0/24');
    const target = fc.constantFrom('ACCEPT', 'DROP', 'RETURN', 'U');
    const rule = fc.tuple(addr, fc.constantFrom('-d', '! -d', '-s'), target);
    fc.assert(
      fc.property(fc.array(rule, { maxLength: 10 }), addr, (list, dst) => {
        const rules = list.map(([a, flag, t]) => `-A FORWARD ${flag} ${a} -j ${t}`);
        // Rules that match nothing in question make the chain long enough to be searched by destination.
        const filler = Array.from({ length: 40 }, (_, n) => `-A FORWARD -d 192.0.2.${n} -j DROP`);
        const verdict = (lines: readonly string[]): string =>
          simulate(
            nodeFacts({
              iptables: `*filter\n:FORWARD ACCEPT [0:0]\n:U - [0:0]\n${lines.join('\n')}\n-A U -d 10.0.9.2 -j DROP\nCOMMIT\n`,
              rules: '32766: from all lookup main\n',
              routes: 'default dev eth0\n',
              sysctl:
                'net.ipv4.ip_forward = 1\nnet.ipv4.conf.all.rp_filter = 0\nnet.ipv4.conf.eth0.rp_filter = 0\n',
            }),
            {
              family: 4,
              src: '10.0.9.3',
              dst: dst.replace('0/24', '4'),
              protocol: 'udp',
              sport: 1,
              dport: 2,
              iif: 'eth0',
              ctstate: 'NEW',
            },
          ).verdict;
        const mixed = filler.flatMap((line, at) => [line, ...(rules[at] === undefined ? [] : [rules[at]])]);
        expect(verdict(mixed)).toBe(verdict(rules));
      }),
    );
  });
});
