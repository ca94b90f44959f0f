import { describe, expect, it } from 'vitest';
import { notUnderstoodRules, parseIpRules } from '../../src/artifacts/ip-rule.js';
import { printIpRules } from '../../src/artifacts/ip-rule-print.js';

const TEXT = `0:\tfrom all lookup local 
10:\tfrom all iif vlan.eth.1 lookup 101
512:\tfrom all to 10.0.1.9 lookup main
1024:\tfrom all fwmark 0x80/0x80 lookup main
1100:\tnot from 10.0.0.0/16 fwmark 0x1 lookup 7
1200:\tfrom all ipproto tcp dport 8000-9000 goto 1536
1300:\tfrom all oif eth1 unreachable
1400:\tfrom all lookup main suppress_prefixlength 0 proto kernel
1536:\tfrom 10.0.1.9 to 10.0.0.0/16 lookup 2
32766:\tfrom all lookup main
`;

describe('parseIpRules', () => {
  it('reads selectors and actions', () => {
    const rules = parseIpRules(TEXT, 'networking/iprule.txt', 4);
    expect(rules.map((r) => r.priority)).toEqual([0, 10, 512, 1024, 1100, 1200, 1300, 1400, 1536, 32766]);
    expect(rules[0]).toMatchObject({ from: null, to: null, action: { kind: 'lookup', table: 'local' } });
    expect(rules[1]!.iif).toBe('vlan.eth.1');
    expect(rules[2]).toMatchObject({ to: '10.0.1.9', loc: { file: 'networking/iprule.txt', line: 3 } });
    expect(rules[3]!.fwmark).toEqual({ value: 0x80, mask: 0x80 });
    expect(rules[4]).toMatchObject({
      not: true,
      from: '10.0.0.0/16',
      fwmark: { value: 1, mask: 0xffffffff },
    });
    expect(rules[5]).toMatchObject({
      ipproto: 'tcp',
      dport: '8000-9000',
      action: { kind: 'goto', priority: 1536 },
    });
    expect(rules[6]).toMatchObject({ oif: 'eth1', action: { kind: 'unreachable' } });
    expect(rules[7]!.suppressPrefixLength).toBe(0);
    expect(rules[8]).toMatchObject({ from: '10.0.1.9', to: '10.0.0.0/16' });
    expect(rules.every((r) => r.unknown.length === 0)).toBe(true);
  });

  it('prints what it read', () => {
    const normal = TEXT.replaceAll('\t', ' ').replace(/ +$/gm, '').replace(' proto kernel', '');
    expect(printIpRules(parseIpRules(TEXT, 'f', 4))).toBe(normal);
  });

  it('keeps words that it does not know, so that the rule is undecided', () => {
    const [rule] = parseIpRules('99:\tfrom all uidrange 0-1000 lookup 5\n', 'f', 4);
    expect(rule!.unknown).toEqual(['uidrange', '0-1000']);
    expect(parseIpRules('99:\tfrom all\n', 'f', 4)[0]!.unknown).toEqual(['no action']);
    expect(parseIpRules('99:\tfrom all fwmark 0xzz lookup 5\n', 'f', 4)[0]!.unknown).toEqual(['fwmark 0xzz']);
  });

  it('passes over notes on rules whose interface or target is gone', () => {
    const text = '99:\tfrom all iif gone0 [detached] lookup 5\n100:\tfrom all goto 200 [unresolved]\n';
    expect(parseIpRules(text, 'f', 4).map((r) => r.unknown)).toEqual([[], []]);
  });

  it('takes the last of two runs', () => {
    const rules = parseIpRules(`${TEXT}0:\tfrom all lookup local\n32766:\tfrom all lookup main\n`, 'f', 4);
    expect(rules.map((r) => r.priority)).toEqual([0, 32766]);
  });

  it('tells rules from error texts', () => {
    const text = 'RTNETLINK answers: Operation not supported\nDump terminated\n';
    expect(parseIpRules(text, 'f', 4)).toEqual([]);
    expect(notUnderstoodRules(text)).toHaveLength(2);
  });
});
