import { describe, expect, it } from 'vitest';
import { compareReport, type CompareReport } from '../../../src/explain/compare/report.js';
import { renderCompare } from '../../../src/explain/compare/text.js';
import type { AnalysisDocument, DocFinding } from '../../../src/model/document.js';
import type { NodeFacts } from '../../../src/model/node.js';
import { at, iface, interfaces, missing, ok, rules, sysctl } from '../../facts/support.js';
import { VETH_A, VETH_B, vpcNode } from '../nodes.js';

const analysis = (findings: Partial<DocFinding>[] = []): AnalysisDocument =>
  ({
    findings: findings.map((f) => ({
      rule: 'r',
      title: 't',
      severity: 'high',
      diagnosis: 'd',
      node: null,
      ...f,
    })),
    coverage: { skipped_rules: [{ rule: 'trace-vpc-drop', reason: 'no capture' }] },
  }) as unknown as AnalysisDocument;

const compare = (nodes: readonly NodeFacts[], findings: Partial<DocFinding>[] = []): CompareReport =>
  compareReport(
    nodes.map((facts) => ({ facts, input: `${facts.id}.tgz` })),
    analysis(findings),
    [],
  );

const A = vpcNode();
const B = vpcNode({ id: 'node-b', subnet: 2 });
const C = vpcNode({ id: 'node-c', subnet: 3 });

/** `property: value (nodes) | value (nodes)`. */
const said = (r: CompareReport): string[] =>
  r.differences.map(
    (d) => `${d.property}: ${d.values.map((v) => `${v.value ?? '-'} (${v.nodes.join(' ')})`).join(' | ')}`,
  );

describe('two healthy nodes', () => {
  it('differ in nothing: addresses, veths, subnets and pods are left out', () => {
    const r = compare([A, B]);
    expect(said(r)).toEqual([]);
    expect(r.alike).toBeGreaterThan(15);
  });
});

describe('what differs', () => {
  it('is the FORWARD policy, with its line', () => {
    const r = compare([A, vpcNode({ id: 'node-b', subnet: 2, forward: 'DROP' })]);
    expect(r.differences).toEqual([
      {
        group: 'iptables',
        property: 'IPv4 filter FORWARD policy',
        values: [
          { value: 'ACCEPT', nodes: ['node-a'], file: 'networking/iptables-save.txt', line: 8 },
          { value: 'DROP', nodes: ['node-b'], file: 'networking/iptables-save.txt', line: 8 },
        ],
        not_collected: [],
        odd_one_out: null,
      },
    ]);
  });

  it('is a rule, a route, a policy rule that only one has', () => {
    const odd = vpcNode({
      moreRoutes: ['blackhole 10.9.0.0/16'],
      natRules: '-A PREROUTING -p tcp -m tcp --dport 22 -j ACCEPT',
    });
    const foreign = {
      ...odd,
      rules: rules(
        '0: from all lookup local',
        '100: from all lookup 7',
        '512: from all to 10.0.1.10 lookup main',
        '1024: from all fwmark 0x80/0x80 lookup main',
        '32766: from all lookup main',
        '32767: from all lookup default',
      ),
    };
    expect(said(compare([foreign, B]))).toEqual([
      'IPv4 nat PREROUTING: -A PREROUTING -p tcp -m tcp --dport 22 -j ACCEPT: present (node-a) | - (node-b)',
      'rule 100: from all lookup 7: present (node-a) | - (node-b)',
      'route in table main: blackhole 10.9.0.0/16: present (node-a) | - (node-b)',
    ]);
  });

  it('is a version, a setting, a kernel setting, an MTU, a file', () => {
    const container = {
      name: 'aws-node',
      image: null,
      version: null,
      loc: at('cni/env.json'),
      env: new Map([['AWS_VPC_ENI_MTU', { value: '1500', loc: at('cni/env.json', 7) }]]),
    };
    const none = {
      ...container,
      env: new Map([['AWS_VPC_ENI_MTU', { value: '9001', loc: at('cni/env.json', 7) }]]),
    };
    const withAll = (id: string, subnet: number, other: boolean) =>
      vpcNode({
        id,
        subnet,
        parts: {
          identity: {
            kernel: other ? '6.1' : '5.10',
            primaryIp: `10.0.${subnet}.5`,
            primaryInterface: 'eth0',
          },
          cniContainers: ok([other ? container : none]),
          sysctl: sysctl({
            'net.ipv4.ip_forward': '1',
            ...(other ? { 'net.bridge.bridge-nf-call-iptables': '1' } : {}),
          }),
          interfaces: interfaces(
            iface('eth0', other ? 1500 : 9001, {
              addresses: [{ address: `10.0.${subnet}.5`, prefixLength: 24, family: 4 }],
            }),
            iface(VETH_A),
            iface(VETH_B),
          ),
          cniConfigs: [
            {
              name: other ? '05-x.conflist' : '10-aws.conflist',
              types: ['aws-cni'],
              mtu: null,
              loc: at('cni/x'),
            },
          ],
        },
      });
    expect(said(compare([withAll('node-a', 1, false), withAll('node-b', 2, true)]))).toEqual([
      'kernel: 5.10 (node-a) | 6.1 (node-b)',
      'AWS_VPC_ENI_MTU: 9001 (node-a) | 1500 (node-b)',
      'MTU of ENIs: 9001 (node-a) | 1500 (node-b)',
      '10-aws.conflist: aws-cni; MTU not given (node-a) | - (node-b)',
      'net.bridge.bridge-nf-call-iptables: - (node-a) | 1 (node-b)',
      '05-x.conflist: - (node-a) | aws-cni; MTU not given (node-b)',
    ]);
  });

  it('is not what was not collected: that is named apart', () => {
    const bare = vpcNode({
      id: 'node-b',
      subnet: 2,
      forward: 'DROP',
      parts: { iptables: { ...B.iptables, state: 'missing' }, rules: missing([]) },
    });
    const r = compare([A, bare]);
    expect(said(r)).toEqual([]);
    expect(r.not_collected.find((n) => n.node === 'node-b')?.what).toEqual(
      expect.arrayContaining(['iptables IPv4', 'routing rule']),
    );
  });

  it('is not what stands behind a cut', () => {
    const cut = {
      ...B,
      iptables: {
        ...vpcNode({ id: 'node-b', subnet: 2, natRules: '-A PREROUTING -p udp -j ACCEPT' }).iptables,
        state: 'truncated' as const,
      },
    };
    expect(said(compare([vpcNode({ natRules: '-A PREROUTING -p tcp -j ACCEPT' }), cut]))).toEqual([
      'IPv4 nat PREROUTING: -A PREROUTING -p udp -j ACCEPT: - (node-a) | present (node-b)',
    ]);
  });
});

describe('with more than two nodes', () => {
  it('the odd one out is named', () => {
    const r = compare([A, B, vpcNode({ id: 'node-c', subnet: 3, forward: 'DROP' })]);
    expect(r.differences).toMatchObject([{ odd_one_out: ['node-c'] }]);
    const text = renderCompare(r, { color: false, width: 80 });
    expect(text).toContain('IPv4 filter FORWARD policy, odd one out: node-c');
  });

  it('nobody is odd without a majority', () => {
    const D = vpcNode({ id: 'node-d', subnet: 4, forward: 'DROP' });
    const E = vpcNode({ id: 'node-e', subnet: 5, forward: 'DROP' });
    expect(compare([A, B, D, E]).differences).toMatchObject([{ odd_one_out: null }]);
  });
});

describe('findings', () => {
  it('of some nodes are apart from those of all and of none', () => {
    const r = compare(
      [A, B, C],
      [
        { rule: 'blackhole-route', title: 'A blackhole', node: 'node-b' },
        { rule: 'cni-version-known-bad', node: 'node-a' },
        { rule: 'cni-version-known-bad', node: 'node-b' },
        { rule: 'cni-version-known-bad', node: 'node-c' },
        { rule: 'trace-vpc-drop', node: null },
      ],
    );
    expect(r.findings).toEqual([
      {
        rule: 'blackhole-route',
        title: 'A blackhole',
        severity: 'high',
        nodes: ['node-b'],
        not_on: ['node-a', 'node-c'],
        odd_one_out: ['node-b'],
        diagnosis: 'd',
      },
    ]);
    expect(r.common_findings.map((f) => f.rule)).toEqual(['cni-version-known-bad', 'trace-vpc-drop']);
    expect(r.undecided_rules).toEqual(['trace-vpc-drop']);
  });
});

describe('hostile values', () => {
  it('are escaped and bounded', () => {
    const evil = '-A PREROUTING -m comment --comment "\u001b[2J\u202e" -j ACCEPT';
    const r = compare([
      vpcNode({
        natRules: `${evil}\n-A PREROUTING -s 10.1.0.0/16 -m comment --comment ${'x'.repeat(5000)} -j ACCEPT`,
      }),
      B,
    ]);
    expect(r.differences.every((d) => d.property.length < 600)).toBe(true);
    expect(renderCompare(r, { color: false, width: 80 })).not.toMatch(/[\u001b\u202e]/);
  });
});
