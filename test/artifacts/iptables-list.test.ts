import { describe, expect, it } from 'vitest';
import {
  iptablesFromLists,
  joinIptablesCounters,
  parseIptablesList,
} from '../../src/artifacts/iptables-list.js';
import { parseIptablesSave } from '../../src/artifacts/iptables-save.js';
import type { IptablesRule } from '../../src/model/node.js';

const HEAD = ' pkts bytes target     prot opt in     out     source               destination         ';
const LIST = `Chain FORWARD (policy DROP 812 packets, 48K bytes)
${HEAD}
5528K  953M KUBE-FORWARD  0    --  *      *       0.0.0.0/0            0.0.0.0/0            /* kubernetes forwarding rules */
   12   720            all  --  eth0   *       0.0.0.0/0            0.0.0.0/0            recent: SET name: DEFAULT side: source
    3   180 DROP       6    --  *      !eni+   !10.0.0.0/8          10.0.9.0/24          tcp dpt:80 ctstate NEW
    0     0 ACCEPT     all  -f  *      *       0.0.0.0/0            0.0.0.0/0           

Chain KUBE-FORWARD (1 references)
${HEAD}
   26G    1T DROP       0    --  *      *       0.0.0.0/0            0.0.0.0/0            ctstate INVALID
    7   420 ACCEPT     0    --  *      *       0.0.0.0/0            0.0.0.0/0           [goto]  mark match ! 0x4000/0x4000

=======
Total Number of Rules: 6
`;

function rules(text: string, chain: string): readonly IptablesRule[] {
  return parseIptablesList(text, 'l', 'filter', 4).tables.get('filter')!.chains.get(chain)!.rules;
}

function matches(rule: IptablesRule | undefined): unknown[] {
  return (rule?.matches ?? []).map((m) => [m.module, m.option, m.negated, ...m.args]);
}

/** The matches and target options of one rule line with this text in the extra column. */
function extra(target: string, text: string): { matches: unknown[]; options: unknown[] } {
  const line = `    1    60 ${target}  0    --  *      *       0.0.0.0/0            0.0.0.0/0            ${text}`;
  const rule = rules(`Chain FORWARD (policy ACCEPT 0 packets, 0 bytes)\n${HEAD}\n${line}\n`, 'FORWARD')[0]!;
  return { matches: matches(rule), options: [...rule.targetOptions] };
}

describe('parseIptablesList', () => {
  it('reads policies, rounded counters and rules', () => {
    const parsed = parseIptablesList(LIST, 'l', 'filter', 4);
    const forward = parsed.tables.get('filter')!.chains.get('FORWARD')!;
    expect([forward.policy, forward.policyPackets]).toEqual(['DROP', 812]);
    expect(forward.rules.map((r) => [r.target, r.packets, r.bytes])).toEqual([
      ['KUBE-FORWARD', 5_528_000, 953_000_000],
      [null, 12, 720],
      ['DROP', 3, 180],
      ['ACCEPT', 0, 0],
    ]);
    expect(parsed.tables.get('filter')!.chains.get('KUBE-FORWARD')!.policy).toBeNull();
    expect(parsed.notUnderstood).toEqual([]);
    expect(parsed.uncollectedTables).toEqual(['raw', 'mangle', 'nat']);
  });

  it('reads columns, also where the target is blank or the protocol a number', () => {
    const [first, second, third, fourth] = rules(LIST, 'FORWARD');
    expect(first?.comment).toBe('kubernetes forwarding rules');
    expect(matches(second)).toEqual([
      ['in-interface', 'in-interface', false, 'eth0'],
      ['unknown', 'text', false, 'recent: SET name: DEFAULT side: source'],
    ]);
    expect(matches(third)).toEqual([
      ['source', 'source', true, '10.0.0.0/8'],
      ['destination', 'destination', false, '10.0.9.0/24'],
      ['out-interface', 'out-interface', true, 'eni+'],
      ['protocol', 'protocol', false, 'tcp'],
      ['tcp', 'dport', false, '80'],
      ['conntrack', 'ctstate', false, 'NEW'],
    ]);
    expect(matches(fourth)).toEqual([['fragment', 'fragment', false]]);
    const [, jump] = rules(LIST, 'KUBE-FORWARD');
    expect([jump?.goto, matches(jump)]).toEqual([true, [['mark', 'mark', true, '0x4000/0x4000']]]);
  });

  it('reads ip6tables lists, whose opt column is blank in older versions', () => {
    const text = `Chain FORWARD (policy ACCEPT 0 packets, 0 bytes)\n${HEAD}
    1    60 DROP       all      *      *       ::/0                 fd00::ac:0/118       ctstate NEW
    2   120            tcp      eth0   *       fe80::/10            ::/0                \n`;
    const parsed = parseIptablesList(text, 'l', 'filter', 6).tables.get('filter')!.chains.get('FORWARD')!;
    expect(parsed.rules.map((r) => [r.target, matches(r)])).toEqual([
      [
        'DROP',
        [
          ['destination', 'destination', false, 'fd00::ac:0/118'],
          ['conntrack', 'ctstate', false, 'NEW'],
        ],
      ],
      [
        null,
        [
          ['source', 'source', false, 'fe80::/10'],
          ['in-interface', 'in-interface', false, 'eth0'],
          ['protocol', 'protocol', false, 'tcp'],
        ],
      ],
    ]);
  });

  it.each([
    ['MARK', 'MARK or 0x4000', 'set-xmark', '0x4000/0x4000'],
    ['MARK', 'MARK xor 0x4000', 'set-xmark', '0x4000/0x0'],
    ['MARK', 'MARK and 0xffff7fff', 'set-xmark', '0x0/0x8000'],
    ['MARK', 'MARK set 0x1', 'set-xmark', '0x1/0xffffffff'],
    ['CONNMARK', 'CONNMARK or 0x80', 'set-xmark', '0x80/0x80'],
    ['DNAT', 'tcp to:10.0.2.7:8080', 'to-destination', '10.0.2.7:8080'],
    ['SNAT', '/* AWS, SNAT */ to:10.0.1.5 random-fully', 'to-source', '10.0.1.5'],
    ['REJECT', 'reject-with icmp-port-unreachable', 'reject-with', 'icmp-port-unreachable'],
    ['REDIRECT', 'redir ports 15001', 'to-ports', '15001'],
  ])('reads the target %s from `%s`', (target, text, option, value) => {
    expect(extra(target, text).options).toContainEqual([option, [value]]);
  });

  it.each([
    ['ADDRTYPE match dst-type !LOCAL limit-in', ['addrtype', 'dst-type', true, 'LOCAL']],
    ['! ctstate RELATED,ESTABLISHED,DNAT', ['conntrack', 'ctstate', true, 'RELATED,ESTABLISHED,DNAT']],
    ['multiport dports 80,443', ['multiport', 'dports', false, '80,443']],
    ['statistic mode random probability 0.50000000000', ['statistic', 'probability', false, '0.50000000000']],
    ['match-set cali40s:abc src', ['set', 'match-set', false, 'cali40s:abc', 'src']],
    ['tcp dpts:8000:9000', ['tcp', 'dport', false, '8000:9000']],
    ['tcp flags:0x17/0x02', ['tcp', 'tcp-flags', false, 'FIN,SYN,RST,ACK', 'SYN']],
    ['icmptype 8', ['icmp', 'icmp-type', false, '8']],
    ['something new 1', ['unknown', 'text', false, 'something new 1']],
  ])('reads the match `%s`', (text, match) => {
    expect(extra('DROP', text).matches).toContainEqual(match);
  });

  it('finds no table where iptables failed', () => {
    const parsed = parseIptablesList('=======\nTotal Number of Rules: 0\n', 'l', 'nat', 4);
    expect(parsed.tables.size).toBe(0);
    expect(parsed.uncollectedTables).toContain('nat');
    expect(iptablesFromLists([{ table: 'nat', text: '=======\n', file: 'l' }], 4)).toBeNull();
  });
});

describe('joinIptablesCounters', () => {
  const save = parseIptablesSave(
    `*filter
:FORWARD DROP [3:180]
:KUBE-FORWARD - [0:0]
-A FORWARD -m comment --comment "kubernetes forwarding rules" -j KUBE-FORWARD
-A FORWARD -i eth0 -m recent --set
-A FORWARD ! -s 10.0.0.0/8 -d 10.0.9.0/24 ! -o eni+ -p tcp -m tcp --dport 80 -m conntrack --ctstate NEW -j REJECT
-A FORWARD -f -j ACCEPT
-A KUBE-FORWARD -m conntrack --ctstate INVALID -j DROP
COMMIT
`,
    's',
    4,
  );

  it('joins by position where the rules agree, and takes the larger policy counter', () => {
    const joined = joinIptablesCounters(save, [{ table: 'filter', text: LIST, file: 'l' }]);
    const forward = joined.tables.get('filter')!.chains.get('FORWARD')!;
    expect(forward.rules.map((r) => r.packets)).toEqual([5_528_000, 12, null, 0]);
    expect(forward.policyPackets).toBe(812);
    expect(forward.rules[0]!.text).toMatch(/^-A FORWARD/);
    expect(joined.tables.get('filter')!.chains.get('KUBE-FORWARD')!.rules[0]!.packets).toBe(26e9);
  });

  it('changes nothing without lists', () => {
    expect(joinIptablesCounters(save, [])).toEqual(save);
  });
});

describe('iptablesFromLists', () => {
  it('joins tables and knows which ones it has not seen', () => {
    const nat = 'Chain PREROUTING (policy ACCEPT 0 packets, 0 bytes)\n';
    const joined = iptablesFromLists(
      [
        { table: 'filter', text: LIST, file: 'f' },
        { table: 'nat', text: nat, file: 'n' },
      ],
      4,
    );
    expect([...joined!.tables.keys()]).toEqual(['filter', 'nat']);
    expect(joined!.uncollectedTables).toEqual(['raw', 'mangle']);
  });
});
