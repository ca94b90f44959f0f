import { describe, expect, it } from 'vitest';
import {
  expectedEgressInterface,
  forwardVerdict,
  reachableRules,
  routeLookup,
  simulate,
  type SimPacket,
} from '../../src/simulate/index.js';
import { nodeFacts, type NodeTexts } from './facts.js';

const RULES = `0:\tfrom all lookup local
512:\tfrom all to 10.0.1.11 lookup main
512:\tfrom all to 10.0.1.12 lookup main
1024:\tfrom all fwmark 0x80/0x80 lookup main
1536:\tfrom 10.0.1.12 lookup 2
32766:\tfrom all lookup main
32767:\tfrom all lookup default
`;
const ROUTES = `default via 10.0.1.1 dev eth0
10.0.1.0/24 dev eth0 proto kernel scope link src 10.0.1.5
10.0.1.11 dev eni11 scope link
10.0.1.12 dev eni12 scope link
blackhole 10.33.0.0/16
10.33.92.0/26 via 10.0.1.9 dev eth0
unreachable 10.44.0.0/16
prohibit 10.45.0.0/16
default via 10.0.1.1 dev eth1 table 2
local 10.0.1.5 dev eth0 table local proto kernel scope host src 10.0.1.5
broadcast 10.0.1.255 dev eth0 table local proto kernel scope link src 10.0.1.5
local 127.0.0.0/8 dev lo table local proto kernel scope host src 127.0.0.1
`;
const SYSCTL = ['all', 'eth0', 'eth1', 'eni11', 'eni12']
  .map((dev) => `net.ipv4.conf.${dev}.rp_filter = 0\nnet.ipv4.conf.${dev}.forwarding = 1\n`)
  .join('');
const OPEN = '*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\nCOMMIT\n';
const HEALTHY: NodeTexts = {
  iptables: OPEN,
  rules: RULES,
  routes: ROUTES,
  sysctl: `net.ipv4.ip_forward = 1\n${SYSCTL}`,
  primaryIp: '10.0.1.5',
};

const SYN: SimPacket = {
  family: 4,
  src: '10.0.1.11',
  dst: '10.0.9.9',
  protocol: 'tcp',
  sport: 40000,
  dport: 80,
  iif: 'eni11',
  ctstate: 'NEW',
};

function filter(...forward: string[]): string {
  return `*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:A - [0:0]\n:B - [0:0]\n${forward.join('\n')}\nCOMMIT\n`;
}

function run(texts: Partial<NodeTexts>, packet: Partial<SimPacket> = {}): ReturnType<typeof simulate> {
  return simulate(nodeFacts({ ...HEALTHY, ...texts }), { ...SYN, ...packet });
}

describe('simulate: routing', () => {
  it('forwards by the default route', () => {
    const result = run({});
    expect([result.verdict, result.outInterface, result.translated]).toEqual(['forwarded', 'eth0', null]);
    expect(result.undetermined).toEqual([]);
  });

  it('follows the rule of a secondary interface, and a mark before it', () => {
    const from12 = { src: '10.0.1.12', iif: 'eni12' };
    expect(run({}, from12).outInterface).toBe('eth1');
    expect(run({}, { ...from12, mark: 0x80 }).outInterface).toBe('eth0');
  });

  it.each([
    ['10.33.7.7', 'dropped', 'blackhole 10.33.0.0/16', undefined],
    ['10.33.92.5', 'forwarded', ':FORWARD ACCEPT', undefined],
    ['10.44.1.1', 'rejected', 'unreachable 10.44.0.0/16', 'icmp-host-unreachable'],
    ['10.45.1.1', 'rejected', 'prohibit 10.45.0.0/16', 'icmp-admin-prohibited'],
    ['10.0.1.5', 'delivered', ':INPUT ACCEPT', undefined],
  ])('to %s: %s', (dst, verdict, text, rejectWith) => {
    const result = run({}, { dst });
    expect([result.verdict, result.decidedBy?.text, result.decidedBy?.rejectWith]).toEqual([
      verdict,
      text,
      rejectWith,
    ]);
  });

  it('names the line that decided', () => {
    expect(run({}, { dst: '10.33.7.7' }).decidedBy).toEqual({
      kind: 'route',
      text: 'blackhole 10.33.0.0/16',
      loc: { file: 'iproute.txt', line: 5 },
      table: 'main',
      routeType: 'blackhole',
    });
  });

  it('rejects where no route is left', () => {
    const result = run({ routes: '10.0.1.11 dev eni11 scope link\n' });
    expect([result.verdict, result.decidedBy?.rejectWith, result.decidedBy?.loc]).toEqual([
      'rejected',
      'icmp-net-unreachable',
      null,
    ]);
  });

  it('leaves a multipath route open, but not its verdict', () => {
    const routes = `10.0.9.0/24\n\tnexthop via 10.0.1.1 dev eth0 weight 1\n\tnexthop via 10.0.1.2 dev eth1 weight 1\n`;
    const result = run({ routes: ROUTES + routes });
    expect([result.verdict, result.outInterface]).toEqual(['forwarded', null]);
    expect(result.branches?.map((b) => b.outInterface)).toEqual(['eth0', 'eth1']);
  });
});

describe('simulate: settings', () => {
  it('drops where forwarding is off', () => {
    const sysctl = HEALTHY.sysctl!.replace('eni11.forwarding = 1', 'eni11.forwarding = 0');
    expect(run({ sysctl })).toMatchObject({
      verdict: 'dropped',
      decidedBy: { kind: 'sysctl', text: 'net.ipv4.conf.eni11.forwarding = 0' },
    });
    const global =
      'net.ipv4.ip_forward = 0\nnet.ipv4.conf.all.rp_filter = 0\nnet.ipv4.conf.eni11.rp_filter = 0\n';
    expect(run({ sysctl: global }).decidedBy?.text).toBe('net.ipv4.ip_forward = 0');
  });

  it('drops what comes in by another way than its source is reached, when rp_filter is strict', () => {
    const sysctl = HEALTHY.sysctl!.replace('eth1.rp_filter = 0', 'eth1.rp_filter = 1');
    const viaEth1 = { src: '8.8.8.8', dst: '10.0.1.11', iif: 'eth1' };
    expect(run({ sysctl }, viaEth1)).toMatchObject({
      verdict: 'dropped',
      decidedBy: { kind: 'rp_filter', loc: { file: 'sysctl_all.txt' } },
    });
    expect(run({}, viaEth1).verdict).toBe('forwarded');
    expect(run({ sysctl }, { ...viaEth1, iif: 'eth0' }).verdict).toBe('forwarded');
  });

  it('takes the larger of all and the interface; loose asks for any way back', () => {
    const loose = HEALTHY.sysctl!.replace('all.rp_filter = 0', 'all.rp_filter = 2').replace(
      'eth1.rp_filter = 0',
      'eth1.rp_filter = 1',
    );
    const packet = { src: '8.8.8.8', dst: '10.0.1.11', iif: 'eth1' };
    const routes = `${ROUTES}local 10.0.1.6 dev eth1 table local scope host\n`;
    expect(run({ sysctl: loose, routes }, packet).verdict).toBe('forwarded');
    // An interface without an address cannot pass loose validation by another way.
    expect(run({ sysctl: loose }, packet).verdict).toBe('dropped');
  });

  it('refuses its own address as a source, whatever the setting', () => {
    expect(run({}, { src: '10.0.1.5' })).toMatchObject({
      verdict: 'dropped',
      decidedBy: { kind: 'rp_filter' },
    });
  });

  it('does not guess a setting that was not collected', () => {
    const result = simulate(nodeFacts({ iptables: OPEN, rules: RULES, routes: ROUTES }), SYN);
    expect(result.verdict).toBe('undetermined');
    expect(result.undetermined).toEqual(['net.ipv4.ip_forward is not known']);
    expect(result.branches?.map((b) => b.verdict)).toEqual(['forwarded', 'dropped']);
  });
});

describe('simulate: missing files', () => {
  it.each([
    ['iptables', 'rules not known: iptables-save.txt: missing'],
    ['rules', 'routes not known: iprule.txt: missing'],
    ['routes', 'routes not known: iproute.txt: missing'],
  ])('without %s nothing is forwarded', (name, reason) => {
    const texts = Object.fromEntries(Object.entries(HEALTHY).filter(([key]) => key !== name));
    const result = simulate(nodeFacts(texts), SYN);
    expect([result.verdict, result.outInterface]).toEqual(['undetermined', null]);
    expect(result.undetermined).toContain(reason);
  });

  it('doubts rules that are cut, not understood or of another backend', () => {
    expect(run({ iptables: OPEN.replace('COMMIT\n', '') }).undetermined[0]).toMatch(
      /end of the iptables rules/,
    );
    expect(run({ iptables: filter('-A FORWARD -j') }).undetermined[0]).toMatch(/not understood/);
    const other = `# Warning: iptables-legacy tables present, use iptables-legacy-save to see them\n`;
    expect(run({ iptables: other + OPEN }).verdict).toBe('undetermined');
    expect(run({ iptables: other + filter('-A FORWARD -j DROP') }).verdict).toBe('dropped');
  });

  it('refuses an address that is none', () => {
    expect(run({}, { dst: 'cart.shop' }).undetermined).toEqual(['cart.shop is no IPv4 address']);
  });
});

describe('simulate: chains', () => {
  const verdictOf = (...forward: string[]): string => run({ iptables: filter(...forward) }).verdict;

  it('applies the policy to what no rule took', () => {
    const iptables = OPEN.replace('FORWARD ACCEPT', 'FORWARD DROP');
    expect(run({ iptables })).toMatchObject({
      verdict: 'dropped',
      decidedBy: { kind: 'policy', text: ':FORWARD DROP', loc: { file: 'iptables-save.txt', line: 3 } },
    });
    const accepts = iptables.replace('COMMIT', '-A FORWARD -i eni+ -j ACCEPT\nCOMMIT');
    expect(run({ iptables: accepts }).verdict).toBe('forwarded');
  });

  it('follows jumps, returns and gotos', () => {
    expect(verdictOf('-A FORWARD -j A', '-A FORWARD -j DROP', '-A A -j RETURN', '-A A -j ACCEPT')).toBe(
      'dropped',
    );
    expect(verdictOf('-A FORWARD -g A', '-A FORWARD -j DROP', '-A A -j RETURN')).toBe('forwarded');
    expect(
      verdictOf('-A FORWARD -j A', '-A FORWARD -j DROP', '-A A -g B', '-A B -j RETURN', '-A A -j ACCEPT'),
    ).toBe('dropped');
    expect(verdictOf('-A A -j DROP')).toBe('forwarded');
  });

  it('answers a REJECT with what it says', () => {
    const rule = '-A FORWARD -p tcp -m tcp --dport 80 -j REJECT --reject-with icmp-admin-prohibited';
    expect(run({ iptables: filter(rule) })).toMatchObject({
      verdict: 'rejected',
      decidedBy: { kind: 'rule', chain: 'FORWARD', text: rule, rejectWith: 'icmp-admin-prohibited' },
    });
    expect(run({ iptables: filter(rule) }, { dport: 81 }).verdict).toBe('forwarded');
  });

  it('ends loops and depth that the kernel would not load', () => {
    const loop = run({ iptables: filter('-A FORWARD -j A', '-A A -j B', '-A B -j A') });
    expect([loop.verdict, loop.undetermined[0]]).toEqual(['undetermined', 'chain B cannot be followed']);
    const gotos = run({ iptables: filter('-A FORWARD -g A', '-A A -g B', '-A B -g A') });
    expect(gotos.verdict).toBe('undetermined');
  });

  it('bounds the number of outcomes', () => {
    const rules = Array.from({ length: 12 }, () => '-A FORWARD -m limit --limit 1/sec -j A');
    const result = run({ iptables: filter(...rules, '-A A -m mark --mark 0x1 -j DROP') });
    expect(result.verdict).toBe('undetermined');
    expect(result.undetermined).toContain('more outcomes than were followed');
    expect(result.branches!.length).toBeLessThanOrEqual(64);
  });

  it.each([
    '-m set --match-set blocked src',
    '-m limit --limit 5/min',
    '-m recent --rcheck --name x',
    '-m string --string x --algo bm',
    '-m cluster --cluster-total-nodes 2',
    '-m statistic --mode random --probability 0.5',
    '-m mac --mac-source 02:00:00:00:00:01',
  ])('cannot decide %s', (words) => {
    const result = run({ iptables: filter(`-A FORWARD ${words} -j DROP`) });
    expect(result.verdict).toBe('undetermined');
    expect(result.branches?.map((b) => b.verdict)).toEqual(['dropped', 'forwarded']);
    expect(result.undetermined).toHaveLength(1);
    // Where the answer does not matter there is no question.
    expect(run({ iptables: filter(`-A FORWARD ${words} -j LOG`) }).verdict).toBe('forwarded');
    expect(run({ iptables: filter(`-A FORWARD ${words} -j ACCEPT`) }).verdict).toBe('forwarded');
  });

  it('decides a set whose members are in the bundle', () => {
    const iptables = filter('-A FORWARD -m set --match-set blocked src -j DROP');
    const ipset = 'create blocked hash:ip family inet\nadd blocked 10.0.1.11\n';
    expect(run({ iptables, ipset }).verdict).toBe('dropped');
    expect(run({ iptables, ipset }, { src: '10.0.1.12', iif: 'eni12' }).verdict).toBe('forwarded');
    expect(run({ iptables, ipset: ipset.replace('create blocked', 'create other') }).verdict).toBe(
      'undetermined',
    );
  });

  it('leaves to user space what goes there', () => {
    expect(run({ iptables: filter('-A FORWARD -j NFQUEUE --queue-num 0') }).verdict).toBe('undetermined');
  });
});

const SERVICE = `*nat
:PREROUTING ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
:KUBE-SERVICES - [0:0]
:KUBE-SVC-A - [0:0]
:KUBE-SEP-1 - [0:0]
:KUBE-SEP-2 - [0:0]
:KUBE-MARK-MASQ - [0:0]
-A PREROUTING -j KUBE-SERVICES
-A POSTROUTING -m mark --mark 0x4000/0x4000 -j MASQUERADE --random-fully
-A POSTROUTING ! -d 10.0.0.0/16 -j SNAT --to-source 10.0.1.5
-A KUBE-SERVICES -d 172.20.0.10/32 -p tcp -m tcp --dport 80 -j KUBE-SVC-A
-A KUBE-SVC-A -m statistic --mode random --probability 0.50000000000 -j KUBE-SEP-1
-A KUBE-SVC-A -j KUBE-SEP-2
-A KUBE-SEP-1 -s 10.0.1.12/32 -j KUBE-MARK-MASQ
-A KUBE-SEP-1 -p tcp -m tcp -j DNAT --to-destination 10.0.1.12:8080
-A KUBE-SEP-2 -s 10.0.7.7/32 -j KUBE-MARK-MASQ
-A KUBE-SEP-2 -p tcp -m tcp -j DNAT --to-destination 10.0.7.7:8080
-A KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000
COMMIT
${OPEN}`;

describe('simulate: NAT', () => {
  it('follows every endpoint of a service', () => {
    const result = run({ iptables: SERVICE }, { dst: '172.20.0.10' });
    expect([result.verdict, result.outInterface]).toEqual(['forwarded', null]);
    expect(result.branches?.map((b) => [b.outInterface, b.translated?.dst])).toEqual([
      ['eni12', { ip: '10.0.1.12', port: 8080 }],
      ['eth0', { ip: '10.0.7.7', port: 8080 }],
    ]);
  });

  it('does not agree where one endpoint is cut off', () => {
    const routes = ROUTES.replace('10.0.1.12 dev eni12 scope link', 'blackhole 10.0.1.12');
    const result = run({ iptables: SERVICE, routes }, { dst: '172.20.0.10' });
    expect([result.verdict, result.decidedBy]).toEqual(['undetermined', null]);
    expect(result.branches?.map((b) => b.verdict)).toEqual(['dropped', 'forwarded']);
  });

  it('masquerades a pod that calls itself, with a port of the kernel', () => {
    const result = run({ iptables: SERVICE }, { dst: '172.20.0.10', src: '10.0.1.12', iif: 'eni12' });
    expect(result.branches?.[0]?.translated).toEqual({
      src: { ip: '10.0.1.5', port: null },
      dst: { ip: '10.0.1.12', port: 8080 },
    });
  });

  it('translates the source of what leaves the VPC', () => {
    const result = run({ iptables: SERVICE }, { dst: '8.8.8.8' });
    expect(result.translated).toEqual({
      src: { ip: '10.0.1.5', port: 40000 },
      dst: { ip: '8.8.8.8', port: 80 },
    });
  });

  it('does not walk the nat table for later packets', () => {
    const result = run({ iptables: SERVICE }, { dst: '8.8.8.8', ctstate: 'ESTABLISHED' });
    expect(result.translated).toBeNull();
  });

  it('restores the mark of a connection before it routes', () => {
    const iptables = `*mangle\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -i eni+ -j CONNMARK --restore-mark --nfmask 0x80 --ctmask 0x80\nCOMMIT\n${OPEN}`;
    const reply: Partial<SimPacket> = { src: '10.0.1.12', iif: 'eni12', ctstate: 'ESTABLISHED' };
    expect(run({ iptables }, { ...reply, ctmark: 0x80 }).outInterface).toBe('eth0');
    expect(run({ iptables }, { ...reply, ctmark: 0 }).outInterface).toBe('eth1');
    expect(run({ iptables }, reply).branches?.map((b) => b.outInterface)).toEqual(['eth0', 'eth1']);
  });
});

describe('queries', () => {
  it('looks routes up with the rule that led there', () => {
    const node = nodeFacts(HEALTHY);
    const answer = routeLookup(node, { family: 4, src: '10.0.1.12', dst: '8.8.8.8', iif: 'eni12' });
    expect([answer.route?.text, answer.rule?.priority, answer.table, answer.dev]).toEqual([
      'default via 10.0.1.1 dev eth1 table 2',
      1536,
      '2',
      'eth1',
    ]);
    const none = routeLookup(nodeFacts({ ...HEALTHY, routes: '' }), {
      family: 4,
      src: null,
      dst: '8.8.8.8',
      iif: null,
    });
    expect([none.route, none.undetermined]).toEqual([null, null]);
    const missing = routeLookup(nodeFacts({}), { family: 4, src: null, dst: '8.8.8.8', iif: null });
    expect(missing.undetermined).toBe('routes not known: iprule.txt: missing');
  });

  it('leaves open what a rule that is not understood would decide', () => {
    const rules = RULES.replace('1536:', '1530:\tfrom all uidrange 0-5 lookup 2\n1536:');
    const answer = routeLookup(nodeFacts({ ...HEALTHY, rules }), {
      family: 4,
      src: '10.0.1.11',
      dst: '8.8.8.8',
      iif: 'eni11',
    });
    expect([answer.route, answer.undetermined]).toEqual([
      null,
      'ip rule 1530:\tfrom all uidrange 0-5 lookup 2',
    ]);
  });

  it('tells by which interface a pod leaves', () => {
    const node = nodeFacts(HEALTHY);
    expect(expectedEgressInterface(node, '10.0.1.11', '8.8.8.8')).toBe('eth0');
    expect(expectedEgressInterface(node, '10.0.1.12', '8.8.8.8')).toBe('eth1');
    expect(expectedEgressInterface(node, '10.0.1.11', '10.0.1.12')).toBe('eni12');
    expect(expectedEgressInterface(node, '10.0.1.11', '10.33.7.7')).toBeNull();
    expect(expectedEgressInterface(node, '10.0.1.99', '8.8.8.8')).toBeNull();
  });

  it('judges FORWARD alone', () => {
    const node = nodeFacts({ iptables: filter('-A FORWARD -o eth0 -j DROP') });
    expect(forwardVerdict(node, SYN, 'eth0').verdict).toBe('dropped');
    expect(forwardVerdict(node, SYN, 'eth1').verdict).toBe('forwarded');
    expect(forwardVerdict(node, SYN).verdict).toBe('undetermined');
    expect(
      forwardVerdict(nodeFacts({ ...HEALTHY, iptables: filter('-A FORWARD -o eth0 -j DROP') }), SYN).verdict,
    ).toBe('dropped');
  });

  it('finds the rules that a hook can come to', () => {
    const { iptables } = nodeFacts({
      iptables: filter('-A FORWARD -j A', '-A A -j A', '-A A -j ACCEPT', '-A B -j DROP'),
    });
    const texts = reachableRules(iptables.value, 'filter', 'FORWARD').map((r) => r.text);
    expect(texts).toEqual(['-A FORWARD -j A', '-A A -j A', '-A A -j ACCEPT']);
    expect(reachableRules(iptables.value, 'nat', 'PREROUTING')).toEqual([]);
  });
});
