import { allAddresses, type Addresses } from './addresses.js';
import type { Random } from './random.js';

const CHAIN_HOOKS: Readonly<Record<string, readonly string[]>> = {
  raw: ['PREROUTING', 'OUTPUT'],
  mangle: ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'],
  nat: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],
  filter: ['INPUT', 'FORWARD', 'OUTPUT'],
};

export interface RandomRules {
  readonly text: string;
  readonly usesNoTrack: boolean;
}

/** Rules in the vocabulary of EKS nodes: those of kube-proxy and the CNI in most runs, and random ones. */
export function randomRules(r: Random, a: Addresses, sets: boolean, marked: boolean): RandomRules {
  const lines: string[] = [];
  const kube = r.chance(0.7);
  const raw = r.chance(0.2);
  for (const table of ['raw', 'mangle', 'nat', 'filter']) {
    if (table === 'raw' && !raw) continue;
    const chains = new Map<string, string[]>();
    for (const hook of CHAIN_HOOKS[table]!) chains.set(hook, []);
    if (kube) addKube(table, chains, a, r);
    for (const hook of CHAIN_HOOKS[table]!) addRandom({ r, a, table, hook, sets }, chains);
    if (table === 'mangle' && marked)
      chains.get('PREROUTING')!.unshift('-i eth1 -j MARK --set-xmark 0x20/0x20');
    if (table === 'mangle') chains.get('POSTROUTING')!.push(...observers(a));
    if (r.chance(0.4)) lengthen(chains, a);
    lines.push(`*${table}`);
    for (const name of chains.keys()) {
      const builtin = CHAIN_HOOKS[table]!.includes(name);
      const drop = table === 'filter' && name === 'FORWARD' && r.chance(0.25);
      lines.push(`:${name} ${builtin ? (drop ? 'DROP' : 'ACCEPT') : '-'} [0:0]`);
    }
    for (const [name, rules] of chains) lines.push(...rules.map((rule) => `-A ${name} ${rule}`));
    lines.push('COMMIT');
  }
  const text = `${lines.join('\n')}\n`;
  return { text, usesNoTrack: /NOTRACK|notrack/.test(text) };
}

/** Makes marks and states visible from outside: each adds a bit to the time to live. */
function observers(a: Addresses): string[] {
  const tests = [
    '-m mark --mark 0x80/0x80',
    '-m mark --mark 0x4000/0x4000',
    '-m mark --mark 0x1/0x1',
    '-m mark --mark 0x10/0x10',
    '-m connmark --mark 0x80/0x80',
    '-m connmark --mark 0x1/0x1',
    '-m conntrack --ctstate DNAT',
  ];
  const target = a.family === 4 ? 'TTL --ttl-inc' : 'HL --hl-inc';
  return tests.map((test, bit) => `${test} -j ${target} ${1 << bit}`);
}

/** Puts rules for other destinations between those of a chain: long chains are searched in another way. */
function lengthen(chains: Map<string, string[]>, a: Addresses): void {
  for (const [name, rules] of chains) {
    if (rules.length < 3 || name === 'POSTROUTING') continue;
    const other = (n: number): string => (a.family === 4 ? `192.0.2.${n}` : `2001:db8:dead::${n}`);
    const long = Array.from({ length: 36 }, (_, n) => [`-d ${other(n)}`, rules[n] ?? '']).flat();
    chains.set(name, [...long.filter((rule) => rule !== ''), ...rules.slice(36)]);
  }
}

/** What kube-proxy and the VPC CNI write. */
function addKube(table: string, chains: Map<string, string[]>, a: Addresses, r: Random): void {
  const add = (chain: string, ...rules: string[]): void => {
    chains.set(chain, [...(chains.get(chain) ?? []), ...rules]);
  };
  const own = a.own[0]!.address;
  const [dns, api, none] = a.services;
  const [pod1, pod2] = a.pods;
  const at = (ip: string, port: number): string => (a.family === 6 ? `[${ip}]:${port}` : `${ip}:${port}`);
  if (table === 'mangle') {
    add(
      'PREROUTING',
      '-i eth0 -m comment --comment "AWS, primary ENI" -m addrtype --dst-type LOCAL --limit-iface-in -j CONNMARK --set-xmark 0x80/0x80',
      '-i eni+ -m comment --comment "AWS, primary ENI" -j CONNMARK --restore-mark --nfmask 0x80 --ctmask 0x80',
      '-i vlan+ -m comment --comment "AWS, primary ENI" -j CONNMARK --restore-mark --nfmask 0x80 --ctmask 0x80',
    );
  }
  if (table === 'filter') {
    add('FORWARD', '-m comment --comment "kubernetes forwarding rules" -j KUBE-FORWARD');
    add(
      'FORWARD',
      '-m conntrack --ctstate NEW -m comment --comment "kubernetes service portals" -j KUBE-SERVICES',
    );
    add('INPUT', '-j KUBE-FIREWALL');
    add('KUBE-FIREWALL', '-m comment --comment "marked \\"drop\\"" -m mark --mark 0x8000/0x8000 -j DROP');
    if (a.family === 4) {
      add(
        'KUBE-FIREWALL',
        '! -s 127.0.0.0/8 -d 127.0.0.0/8 -m conntrack ! --ctstate RELATED,ESTABLISHED,DNAT -j DROP',
      );
    }
    add(
      'KUBE-FORWARD',
      '-m conntrack --ctstate INVALID -j DROP',
      '-m comment --comment "kubernetes forwarding rules" -m mark --mark 0x4000/0x4000 -j ACCEPT',
      '-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
    );
    add(
      'KUBE-SERVICES',
      `-d ${none}/${a.whole} -p tcp -m comment --comment "shop/gone has no endpoints" -m tcp --dport 80 -j REJECT`,
    );
  }
  if (table === 'nat') {
    add('PREROUTING', '-m comment --comment "kubernetes service portals" -j KUBE-SERVICES');
    add('OUTPUT', '-m comment --comment "kubernetes service portals" -j KUBE-SERVICES');
    add('POSTROUTING', '-m comment --comment "kubernetes postrouting rules" -j KUBE-POSTROUTING');
    add(
      'KUBE-POSTROUTING',
      '-m mark ! --mark 0x4000/0x4000 -j RETURN',
      '-j MARK --set-xmark 0x4000/0x0',
      '-j MASQUERADE --random-fully',
    );
    add('KUBE-MARK-MASQ', '-j MARK --set-xmark 0x4000/0x4000');
    for (const p of ['udp', 'tcp']) {
      add('KUBE-SERVICES', `-d ${dns}/${a.whole} -p ${p} -m ${p} --dport 53 -j KUBE-SVC-DNS-${p}`);
      add(
        `KUBE-SVC-DNS-${p}`,
        '-m statistic --mode random --probability 0.50000000000 -j KUBE-SEP-1' + p,
        `-j KUBE-SEP-2${p}`,
      );
      add(
        `KUBE-SEP-1${p}`,
        `-s ${pod1!.address} -j KUBE-MARK-MASQ`,
        `-p ${p} -m ${p} -j DNAT --to-destination ${at(pod1!.address, 5353)}`,
      );
      add(
        `KUBE-SEP-2${p}`,
        `-s ${pod2!.address} -j KUBE-MARK-MASQ`,
        `-p ${p} -m ${p} -j DNAT --to-destination ${at(pod2!.address, 5353)}`,
      );
    }
    add(
      'KUBE-SERVICES',
      `-d ${api}/${a.whole} -p tcp -m tcp --dport 443 -j KUBE-SVC-API`,
      '-m addrtype --dst-type LOCAL -j KUBE-NODEPORTS',
    );
    add(
      'KUBE-SVC-API',
      `! -s ${a.vpc} -d ${api}/${a.whole} -p tcp -m tcp --dport 443 -j KUBE-MARK-MASQ`,
      '-j KUBE-SEP-API',
    );
    add('KUBE-SEP-API', `-p tcp -m tcp -j DNAT --to-destination ${at(a.remote[0]!, 6443)}`);
    add('KUBE-NODEPORTS', '-p tcp -m tcp --dport 30080 -j KUBE-EXT-WEB');
    add(
      'KUBE-EXT-WEB',
      '-j KUBE-MARK-MASQ',
      `-p tcp -m tcp -j DNAT --to-destination ${at(pod2!.address, 8080)}`,
    );
    if (r.chance(0.8)) {
      add('POSTROUTING', '-m comment --comment "AWS SNAT CHAIN" -j AWS-SNAT-CHAIN-0');
      add(
        'AWS-SNAT-CHAIN-0',
        `-d ${a.vpc} -m comment --comment "AWS SNAT CHAIN" -j RETURN`,
        `! -o vlan+ -m comment --comment "AWS, SNAT" -m addrtype ! --dst-type LOCAL -j SNAT --to-source ${own} --random-fully`,
      );
      add('PREROUTING', '-i eni+ -m comment --comment "AWS, outbound connections" -j AWS-CONNMARK-CHAIN-0');
      add(
        'PREROUTING',
        '-m comment --comment "AWS, CONNMARK" -j CONNMARK --restore-mark --nfmask 0x80 --ctmask 0x80',
      );
      add(
        'AWS-CONNMARK-CHAIN-0',
        `-d ${a.vpc} -j RETURN`,
        '-m comment --comment "AWS, CONNMARK" -j CONNMARK --set-xmark 0x80/0x80',
      );
    }
  }
}

interface Place {
  readonly r: Random;
  readonly a: Addresses;
  readonly table: string;
  readonly hook: string;
  readonly sets: boolean;
}

/** Random rules for one hook, some of them in user chains that only this hook reaches. */
function addRandom(place: Place, chains: Map<string, string[]>): void {
  const { r, table, hook } = place;
  const base = chains.get(hook)!;
  const important = (table === 'filter' && hook === 'FORWARD') || (table === 'nat' && hook !== 'INPUT');
  const count = r.int(important ? 9 : table === 'filter' ? 5 : 4);
  if (count === 0) return;
  const users = Array.from({ length: r.int(4) }, (_, n) => `U-${hook}-${n}`);
  const levels = [hook, ...users];
  for (const user of users) chains.set(user, []);
  for (let n = 0; n < count + users.length * 2; n += 1) {
    const level = n < count ? 0 : 1 + r.int(users.length);
    const below = levels.slice(level + 1);
    const rule = randomRule(place, below, level);
    const chain = chains.get(levels[level]!)!;
    if (chain === base && r.chance(0.5)) chain.unshift(rule);
    else chain.push(rule);
  }
}

function randomRule(place: Place, below: readonly string[], level: number): string {
  const { r } = place;
  const target = randomTarget(place, below, level);
  const needsTcp = target.includes('tcp-reset');
  const needsProtocol = /--to-(?:destination|source|ports) \S*(?:\]:|\d:|^\d+$)\d|--to-ports|:\d+$/.test(
    target,
  );
  const protocol = needsTcp ? 'tcp' : needsProtocol || r.chance(0.4) ? r.pick(['tcp', 'udp']) : null;
  const matches: string[] = [];
  if (protocol !== null) matches.push(protocolMatch(r, protocol));
  else if (r.chance(0.1)) matches.push(icmpMatch(place));
  for (
    let n = r.weighted([
      [1, 0],
      [5, 1],
      [3, 2],
      [1, 3],
    ]);
    n > 0;
    n -= 1
  )
    matches.push(randomMatch(place));
  // Built-in tests may stand once in a rule; old versions of iptables say so of marks too.
  const seen = new Set<string>();
  const once = matches.filter((m) => {
    const key = /(?:^|! )(-[sdiop]) /.exec(m)?.[1] ?? /--(mark|and-mark)/.exec(m)?.[1];
    if (key === undefined) return true;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
  return [...once, target].filter((w) => w !== '').join(' ');
}

function protocolMatch(r: Random, protocol: string): string {
  const port = r.pick(['53', '80', '443', '8000:9000', '30080', ':1024']);
  const not = r.chance(0.15) ? '! ' : '';
  return `-p ${protocol} ${r.weighted([
    [4, `-m ${protocol} ${not}--dport ${port}`],
    [1, `-m ${protocol} ${not}--sport 20000:29999`],
    [2, `-m multiport ${not}--dports 53,80,8000:8100`],
    [1, '-m multiport --ports 443,30080'],
    [2, ''],
    [1, protocol === 'tcp' ? `-m tcp ${not}--tcp-flags FIN,SYN,RST,ACK SYN` : ''],
  ])}`;
}

function icmpMatch({ r, a }: Place): string {
  const not = r.chance(0.2) ? '! ' : '';
  if (a.family === 4) return `-p icmp -m icmp ${not}--icmp-type ${r.pick(['8', '0', '3/4', 'any'])}`;
  return `-p ipv6-icmp -m icmp6 ${not}--icmpv6-type ${r.pick(['128', '129'])}`;
}

function randomMatch(place: Place): string {
  const { r, a, table, hook, sets } = place;
  const not = r.chance(0.2) ? '! ' : '';
  const nets = [...allAddresses(a), a.vpc, a.subnet, a.subnet2, ...a.specialNets];
  const hasIn = hook !== 'OUTPUT' && hook !== 'POSTROUTING';
  const hasOut = hook !== 'PREROUTING' && hook !== 'INPUT';
  const device = r.pick(['eth0', 'eth1', 'eni+', 'eni1aa', 'vlan+', 'lo', 'eth+']);
  const types =
    a.family === 4
      ? ['LOCAL', 'UNICAST', 'BROADCAST', 'LOCAL,BROADCAST', 'MULTICAST']
      : ['LOCAL', 'UNICAST', 'MULTICAST'];
  const limit = hasIn && !hasOut ? ' --limit-iface-in' : hasOut && !hasIn ? ' --limit-iface-out' : '';
  const choices: (readonly [number, string])[] = [
    [5, `${not}-s ${r.pick(nets)}`],
    [7, `${not}-d ${r.pick(nets)}`],
    [hasIn ? 4 : 0, `${not}-i ${device}`],
    [hasOut ? 4 : 0, `${not}-o ${device}`],
    [3, `-m mark ${not}--mark ${r.pick(['0x4000/0x4000', '0x80/0x80', '0x1', '0x10/0xf0', '0x0/0x80'])}`],
    [table === 'raw' ? 0 : 2, `-m connmark ${not}--mark ${r.pick(['0x80/0x80', '0x1', '0x0/0xff'])}`],
    [
      table === 'raw' ? 0 : 4,
      `-m conntrack ${not}--ctstate ${r.pick(['NEW', 'RELATED,ESTABLISHED', 'INVALID', 'DNAT', 'SNAT', 'NEW,UNTRACKED', 'ESTABLISHED,DNAT'])}`,
    ],
    [
      table === 'raw' ? 0 : 1,
      `-m conntrack --ctstate INVALID,NEW ${not}--ctorigdst ${r.pick([a.vpc, a.services[0]!])}`,
    ],
    [table === 'raw' ? 0 : 1, `-m state --state ${r.pick(['NEW', 'RELATED,ESTABLISHED'])}`],
    [table === 'raw' ? 0 : 1, `-m conntrack ${not}--ctorigdst ${r.pick([...a.services, a.vpc])}`],
    [table === 'raw' ? 0 : 1, `-m conntrack ${not}--ctorigsrc ${r.pick(nets)}`],
    [3, `-m addrtype ${not}--${r.pick(['src', 'dst'])}-type ${r.pick(types)}${r.chance(0.5) ? limit : ''}`],
    [1, '-m comment --comment "it\'s \\"quoted\\" -j DROP"'],
    [1, `-m length ${not}--length 0:${r.pick([40, 60, 1500])}`],
    [1, a.family === 4 ? `-m ttl --ttl-lt ${r.pick([60, 64])}` : `-m hl --hl-lt ${r.pick([60, 64])}`],
    [1, `-m iprange ${not}--${r.pick(['src', 'dst'])}-range ${a.pods[0]!.address}-${a.pods[1]!.address}`],
    [hasIn ? 1 : 0, `-m pkttype ${not}--pkt-type unicast`],
    [
      hook === 'PREROUTING' && (table === 'raw' || table === 'mangle') ? 5 : 0,
      `-m rpfilter ${r.pick(['', '--loose ', '--validmark ', '--accept-local '])}${r.pick(['', '--invert'])}`,
    ],
    [hook === 'POSTROUTING' || hook === 'OUTPUT' ? 1 : 0, `-m owner ${not}--uid-owner 4242`],
    [hook === 'FORWARD' ? 1 : 0, `-m physdev ${not}--physdev-is-bridged`],
    [1, '-m recent --set --name seen'],
    [
      1,
      r.pick([
        '-m statistic --mode nth --every 2 --packet 0',
        '-m statistic --mode random --probability 0.30000000000',
        '-m limit --limit 100/sec',
      ]),
    ],
    [
      sets ? 4 : 0,
      `-m set ${not}--match-set ${r.pick(['n-ip src', 'n-ip dst', 'n-net dst', 'n-net src', 'n-ipport dst,dst', 'n-port dst', 'n-list dst', 'n-netport dst,dst', 'n-netif src,src'])}`,
    ],
  ];
  return r.weighted(choices);
}

function randomTarget(place: Place, below: readonly string[], level: number): string {
  const { r, a, table, hook } = place;
  const jump = below.length > 0 ? [[5, `-${r.chance(0.65) ? 'j' : 'g'} ${r.pick(below)}`] as const] : [];
  const back = [level > 0 ? 3 : 1, '-j RETURN'] as const;
  const mark = [
    [2, `-j MARK --set-xmark ${r.pick(['0x4000/0x4000', '0x80/0x80', '0x1/0xffffffff', '0x10/0x0'])}`],
    [1, `-j MARK --${r.pick(['and-mark 0xff7f', 'or-mark 0x80', 'xor-mark 0x1'])}`],
  ] as const;
  const connmark = [
    [1, `-j CONNMARK --set-xmark ${r.pick(['0x80/0x80', '0x1/0xffffffff'])}`],
    [1, '-j CONNMARK --restore-mark --nfmask 0x80 --ctmask 0x80'],
    [1, '-j CONNMARK --restore-mark --nfmask 0xff --ctmask 0x80'],
    [1, '-j CONNMARK --set-xmark 0x81/0x81'],
    [1, '-j CONNMARK --save-mark --nfmask 0xff --ctmask 0xff'],
  ] as const;
  if (table === 'raw') {
    return r.weighted([...jump, back, ...mark, [2, '-j CT --notrack'], [1, '-j DROP'], [1, '-j ACCEPT']]);
  }
  if (table === 'mangle') {
    const ttl = a.family === 4 ? '-j TTL --ttl-set 20' : '-j HL --hl-set 20';
    const change = hook === 'PREROUTING' || hook === 'FORWARD' ? ([[1, ttl]] as const) : [];
    return r.weighted([
      ...jump,
      back,
      ...mark,
      ...mark,
      ...connmark,
      ...change,
      [0.5, '-j DROP'],
      [1, '-j ACCEPT'],
      [0.5, '-j DSCP --set-dscp 0x08'],
    ]);
  }
  if (table === 'nat') return natTarget(place, [...jump, back, ...mark, ...connmark, [2, '-j ACCEPT']]);
  const six = a.family === 6 ? 'icmp6-' : 'icmp-';
  const answers =
    a.family === 6
      ? ['no-route', 'adm-prohibited', 'port-unreachable', 'addr-unreachable']
      : [
          'net-unreachable',
          'host-unreachable',
          'port-unreachable',
          'admin-prohibited',
          'host-prohibited',
          'proto-unreachable',
        ];
  return r.weighted([
    ...jump,
    ...jump,
    back,
    [5, '-j ACCEPT'],
    [hook === 'OUTPUT' ? 0.2 : 4, '-j DROP'],
    [hook === 'OUTPUT' ? 0.2 : 2, `-j REJECT --reject-with ${six}${r.pick(answers)}`],
    [hook === 'OUTPUT' ? 0 : 1, '-j REJECT --reject-with tcp-reset'],
    [1, ''],
    [1, '-j NFLOG --nflog-prefix "drop -j ACCEPT" --nflog-group 9'],
  ]);
}

function natTarget(place: Place, common: readonly (readonly [number, string])[]): string {
  const { r, a, hook } = place;
  const at = (ip: string, port: string): string => (a.family === 6 ? `[${ip}]:${port}` : `${ip}:${port}`);
  const pod = r.pick(a.pods).address;
  const own = r.pick(a.own).address;
  if (hook === 'PREROUTING' || hook === 'OUTPUT') {
    return r.weighted([
      ...common,
      [2, `-j DNAT --to-destination ${pod}`],
      [2, `-j DNAT --to-destination ${at(pod, '8080')}`],
      [1, `-j DNAT --to-destination ${at(r.pick(a.remote), '53')}`],
      [0.5, `-j DNAT --to-destination ${own}`],
      [0.5, `-j DNAT --to-destination ${a.pods[0]!.address}-${a.pods[1]!.address}`],
      [1, '-j REDIRECT --to-ports 15001'],
      [0.5, `-j NETMAP --to ${a.netmap}`],
    ]);
  }
  return r.weighted([
    ...common,
    [hook === 'INPUT' ? 1 : 3, `-j SNAT --to-source ${own}`],
    [1, `-j SNAT --to-source ${at(own, '40000-50000')}`],
    [hook === 'INPUT' ? 0 : 2, '-j MASQUERADE'],
    [hook === 'INPUT' ? 0 : 1, '-j MASQUERADE --random-fully'],
  ]);
}

/** Sets of the kinds that kube-proxy (ipvs) and Calico make, for `ipset restore`. */
export function randomSets(a: Addresses): string {
  const family = a.family === 6 ? ' family inet6' : ' family inet';
  return [
    `create n-ip hash:ip${family}`,
    ...[a.pods[0]!.address, a.remote[0], a.services[0]].map((ip) => `add n-ip ${ip}`),
    `create n-net hash:net${family}`,
    `add n-net ${a.vpc}`,
    `add n-net ${a.subnet} nomatch`,
    `add n-net ${a.pods[1]!.address}`,
    `add n-net ${a.specialNets[1]}`,
    `create n-ipport hash:ip,port${family}`,
    `add n-ipport ${a.services[0]},udp:53`,
    `add n-ipport ${a.pods[0]!.address},tcp:80`,
    `add n-ipport ${a.pods[1]!.address},tcp:8000-8010`,
    'create n-port bitmap:port range 0-65535',
    'add n-port 80',
    'add n-port 8000-8005',
    `create n-netport hash:net,port${family}`,
    `add n-netport ${a.subnet},tcp:80`,
    `add n-netport ${a.vpc},udp:53`,
    `create n-netif hash:net,iface${family}`,
    `add n-netif ${a.vpc},eth0`,
    `add n-netif ${a.pods[0]!.address},eni1aa`,
    'create n-list list:set',
    'add n-list n-ip',
    'add n-list n-net',
    '',
  ].join('\n');
}
