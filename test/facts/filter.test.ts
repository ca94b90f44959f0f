import { describe, expect, it } from 'vitest';
import { forwardBlockingRule } from '../../src/facts/forward-blocking-rule.js';
import { forwardChain } from '../../src/facts/forward-chain.js';
import { rpFilter } from '../../src/facts/rp-filter.js';
import { MARTIAN_QUERY } from '../../src/facts/support/log-queries.js';
import {
  asks,
  BASE_RULES,
  context,
  count,
  dropped,
  fieldsOf,
  flow,
  iface,
  instancesOf,
  interfaces,
  iptables,
  logs,
  matches,
  node,
  pod,
  record,
  routes,
  rules,
  sysctl,
  trace,
  type NodeParts,
} from './support.js';

const PODS = [
  pod('10.0.1.9', { name: 'web-1', veth: 'eni18582a65b10', vethFrom: 'route' }),
  pod('10.0.1.10', { name: 'web-2', veth: 'eni5191ac26994', vethFrom: 'route' }),
];
const remote = node({ id: 'node-b', pods: [pod('10.0.2.7', { name: 'db-0' })] });

/** A node with two pods, kube-proxy's rules in FORWARD, and the given lines around them. */
const filtered = (parts: {
  policy?: string;
  before?: string[];
  after?: string[];
  chains?: string[];
  tables?: string;
  node?: NodeParts;
}) =>
  node({
    id: 'node-a',
    identity: { primaryInterface: 'eth0', primaryIp: '10.0.1.5', vpcCidrs: ['10.0.0.0/16'] },
    pods: PODS,
    interfaces: interfaces(iface('eth0'), iface('eni18582a65b10'), iface('eni5191ac26994')),
    routes: routes(
      'default via 10.0.1.1 dev eth0',
      '10.0.1.0/24 dev eth0 proto kernel scope link src 10.0.1.5',
      '10.0.1.9 dev eni18582a65b10 scope link',
      '10.0.1.10 dev eni5191ac26994 scope link',
      'local 10.0.1.5 dev eth0 table local proto kernel scope host src 10.0.1.5',
    ),
    rules: rules(...BASE_RULES),
    sysctl: sysctl({
      'net.ipv4.ip_forward': '1',
      'net.ipv4.conf.all.rp_filter': '0',
      'net.ipv4.conf.eth0.rp_filter': '2',
    }),
    iptables: iptables(
      [
        ...(parts.tables === undefined ? [] : [parts.tables]),
        '*filter',
        ':INPUT DROP [3:180]',
        `:FORWARD ${parts.policy ?? 'ACCEPT [0:0]'}`,
        ':OUTPUT ACCEPT [0:0]',
        ':KUBE-FORWARD - [0:0]',
        ...(parts.chains ?? []).filter((line) => line.startsWith(':')),
        ...(parts.before ?? []),
        '-A FORWARD -m comment --comment "kubernetes forwarding rules" -j KUBE-FORWARD',
        ...(parts.after ?? []),
        '-A KUBE-FORWARD -m conntrack --ctstate INVALID -j DROP',
        '-A KUBE-FORWARD -m mark --mark 0x4000/0x4000 -j ACCEPT',
        '-A KUBE-FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
        ...(parts.chains ?? []).filter((line) => !line.startsWith(':')),
        'COMMIT',
        '',
      ].join('\n'),
    ),
    ...parts.node,
  });

const failing = trace([dropped()]);
const of = (...args: Parameters<typeof filtered>) => context({ nodes: [filtered(...args), remote] });

describe('forward_chain', () => {
  const judged = ['policy', 'policy_packets', 'verdict', 'drops_pods'];
  const judge = (...args: Parameters<typeof filtered>) => fieldsOf(forwardChain, of(...args), judged);

  it('lets pods through with policy ACCEPT', () => {
    expect(judge({})).toEqual([
      { policy: 'ACCEPT', policy_packets: 0, verdict: 'passed', drops_pods: false },
    ]);
  });

  it('stops new flows with policy DROP, although KUBE-FORWARD accepts answers', () => {
    expect(judge({ policy: 'DROP [12:720]' })).toEqual([
      { policy: 'DROP', policy_packets: 12, verdict: 'stopped', drops_pods: true },
    ]);
    const [instance] = instancesOf(forwardChain, of({ policy: 'DROP [12:720]' }));
    expect(instance?.evidence).toMatchObject([
      { file: 'networking/iptables-save.txt', line: 3, content: ':FORWARD DROP' },
    ]);
  });

  it.each([
    [
      'a rule of the node',
      { after: ['-A FORWARD -s 10.0.0.0/16 -j ACCEPT', '-A FORWARD -d 10.0.0.0/16 -j ACCEPT'] },
    ],
    [
      'Calico',
      {
        before: ['-A FORWARD -m comment --comment "cali:wUHh" -j cali-FORWARD'],
        chains: [
          ':cali-FORWARD - [0:0]',
          '-A cali-FORWARD -i eni+ -j ACCEPT',
          '-A cali-FORWARD -o eni+ -j ACCEPT',
        ],
      },
    ],
  ])('is healthy with policy DROP where %s accepts pods first', (_, parts) => {
    expect(judge({ policy: 'DROP [4:240]', ...parts })).toEqual([
      { policy: 'DROP', policy_packets: 4, verdict: 'passed', drops_pods: false },
    ]);
  });

  it('tells a policy that stops a part', () => {
    expect(judge({ policy: 'DROP [4:240]', after: ['-A FORWARD -i eni+ -j ACCEPT'] })).toMatchObject([
      { verdict: 'partly', drops_pods: false },
    ]);
  });

  it('follows the failing flow', () => {
    const parts = {
      policy: 'DROP [4:240]',
      after: ['-A FORWARD -p tcp -m tcp --dport 9090 -j ACCEPT', '-A FORWARD -d 10.0.1.0/24 -j ACCEPT'],
    };
    expect(
      fieldsOf(forwardChain, { ...of(parts), trace: failing }, [
        'drops_pods',
        'hits_question',
        'trace_agrees',
      ]),
    ).toEqual([{ drops_pods: true, hits_question: true, trace_agrees: 'yes' }]);
  });

  it('tries a made-up pod where none is known', () => {
    expect(
      fieldsOf(
        forwardChain,
        context({ nodes: [filtered({ policy: 'DROP [12:720]', node: { pods: [] } })] }),
        ['pods_known', 'drops_pods'],
      ),
    ).toEqual([{ pods_known: false, drops_pods: true }]);
  });

  it('counts new flows that the captures show delivered', () => {
    const delivered = { ...of({ policy: 'DROP [12:720]' }), trace: trace([flow()]) };
    expect(fieldsOf(forwardChain, delivered, ['delivered_new_flows', 'trace_agrees'])).toEqual([
      { delivered_new_flows: 1, trace_agrees: 'no' },
    ]);
  });
});

describe('forward_blocking_rule', () => {
  const judged = ['target', 'chain', 'hook', 'scope', 'in_question', 'hits_question'];
  const judge = (...args: Parameters<typeof filtered>) => fieldsOf(forwardBlockingRule, of(...args), judged);

  it('finds a DROP in FORWARD, with what it asks for', () => {
    const [instance] = instancesOf(
      forwardBlockingRule,
      of({ before: ['[7:420] -A FORWARD -d 10.0.2.0/24 -p tcp -m tcp --dport 8080 -j DROP'] }),
    );
    expect(instance?.fields).toEqual({
      target: 'DROP',
      reject_with: null,
      table: 'filter',
      hook: 'FORWARD',
      chain: 'FORWARD',
      rule: '[7:420] -A FORWARD -d 10.0.2.0/24 -p tcp -m tcp --dport 8080 -j DROP',
      rule_number: 1,
      packets: 7,
      source: null,
      destination: '10.0.2.0/24',
      protocol: 'tcp',
      dport: '8080',
      scope: 'some',
      by_chance: false,
      way: 'forward',
      src: '10.0.1.9',
      dst: '10.0.2.7',
      hits_question: false,
      in_question: true,
      trace_agrees: 'unknown',
    });
  });

  it('follows jumps, and takes their conditions along', () => {
    const parts = {
      before: ['-A FORWARD -s 10.0.1.0/24 -p tcp -j GUARD'],
      chains: [
        ':GUARD - [0:0]',
        '-A GUARD -p tcp -m multiport --dports 5432,6379 -j REJECT --reject-with tcp-reset',
      ],
    };
    expect(
      fieldsOf(forwardBlockingRule, of(parts), ['target', 'reject_with', 'chain', 'dport', 'src']),
    ).toEqual([
      { target: 'REJECT', reject_with: 'tcp-reset', chain: 'GUARD', dport: '5432,6379', src: '10.0.1.9' },
    ]);
  });

  it.each([
    ['that nothing leads to', { chains: [':OLD-FORWARD-DENY - [0:0]', '-A OLD-FORWARD-DENY -j DROP'] }],
    [
      'behind an ACCEPT of everything',
      { before: ['-A FORWARD -j ACCEPT'], after: ['-A FORWARD -d 10.0.2.0/24 -j DROP'] },
    ],
    [
      'for INVALID packets',
      { before: ['-A FORWARD -m conntrack --ctstate INVALID -m comment --comment "drop invalid" -j DROP'] },
    ],
    ['for another interface', { before: ['-A FORWARD -i docker0 -j DROP', '-A FORWARD -o docker0 -j DROP'] }],
    [
      'for instance metadata',
      { before: ['-A FORWARD -d 169.254.169.254/32 -p tcp -m tcp --dport 80 -j DROP'] },
    ],
    [
      'of the CNI against node-local pods',
      {
        before: [
          '-A FORWARD -d 169.254.172.0/22 -m conntrack --ctstate NEW -m comment --comment "Block Node Local Pod access via IPv4" -j REJECT --reject-with icmp-port-unreachable',
        ],
      },
    ],
    [
      'for a service without endpoints',
      {
        before: ['-A FORWARD -m conntrack --ctstate NEW -j KUBE-SERVICES'],
        chains: [
          ':KUBE-SERVICES - [0:0]',
          '-A KUBE-SERVICES -d 172.20.0.9/32 -p tcp -m comment --comment "shop/x:http has no endpoints" -m tcp --dport 80 -j REJECT --reject-with icmp-port-unreachable',
        ],
      },
    ],
  ])('leaves out a rule %s', (_, parts) => {
    expect(judge(parts)).toEqual([]);
  });

  it('finds a DROP before FORWARD', () => {
    const tables =
      '*raw\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -s 10.0.1.9/32 -p udp -m udp --dport 53 -j DROP\nCOMMIT';
    expect(judge({ tables })).toEqual([
      {
        target: 'DROP',
        chain: 'PREROUTING',
        hook: 'PREROUTING',
        scope: 'some',
        in_question: true,
        hits_question: false,
      },
    ]);
  });

  it('is in question only where it decides the failing flow', () => {
    const parts = {
      before: [
        '-A FORWARD -d 10.0.2.0/24 -p tcp -m tcp --dport 8080 -j DROP',
        '-A FORWARD -d 10.0.2.0/24 -p tcp -m tcp --dport 9090 -j DROP',
      ],
    };
    expect(
      fieldsOf(forwardBlockingRule, { ...of(parts), trace: failing }, [
        'dport',
        'hits_question',
        'in_question',
        'trace_agrees',
      ]),
    ).toEqual([
      { dport: '8080', hits_question: true, in_question: true, trace_agrees: 'yes' },
      { dport: '9090', hits_question: false, in_question: false, trace_agrees: 'yes' },
    ]);
  });

  it('follows the question', () => {
    const parts = { before: ['-A FORWARD -d 10.0.2.0/24 -p tcp -m tcp --dport 8080 -j DROP'] };
    const asked = (port: number | null) =>
      fieldsOf(forwardBlockingRule, { ...of(parts), question: asks('10.0.1.9', '10.0.2.7', port) }, [
        'hits_question',
        'in_question',
      ]);
    expect(asked(8080)).toEqual([{ hits_question: true, in_question: true }]);
    expect(asked(9090)).toEqual([{ hits_question: false, in_question: false }]);
    expect(asked(null)).toEqual([{ hits_question: false, in_question: true }]);
  });

  it('knows a rule that drops by chance, for a lossy flow', () => {
    const parts = {
      before: ['-A FORWARD -d 10.0.2.0/24 -m statistic --mode random --probability 0.30000000000 -j DROP'],
    };
    const lossy = trace([dropped({ verdict: 'lossy', reason: 'partial', points: { src_veth: count(9) } })]);
    expect(
      fieldsOf(forwardBlockingRule, { ...of(parts), trace: lossy }, ['by_chance', 'hits_question']),
    ).toEqual([{ by_chance: true, hits_question: true }]);
  });

  it('finds a rule that stops the answers', () => {
    const parts = { before: ['-A FORWARD -s 10.0.2.7/32 -p tcp -m tcp --sport 8080 -j DROP'] };
    const back = trace([dropped({ direction: 'return', segment: 'src_node' })]);
    expect(
      fieldsOf(forwardBlockingRule, { ...of(parts), trace: back }, ['way', 'hits_question', 'trace_agrees']),
    ).toEqual([{ way: 'return', hits_question: true, trace_agrees: 'yes' }]);
  });

  it('is not known without iptables', () => {
    expect(forwardBlockingRule.compute(context({ nodes: [node()] }))).toEqual({
      known: false,
      reason: 'iptables rules not collected',
    });
  });
});

describe('rp_filter', () => {
  const strict = (parts: NodeParts = {}) =>
    filtered({
      node: {
        sysctl: sysctl({
          'net.ipv4.ip_forward': '1',
          'net.ipv4.conf.all.rp_filter': '1',
          'net.ipv4.conf.eth0.rp_filter': '0',
        }),
        ...parts,
      },
    });
  const judged = ['interface', 'effective', 'strict', 'primary', 'drops_question', 'suspect'];

  it('takes the larger of all and the interface', () => {
    expect(fieldsOf(rpFilter, context({ nodes: [strict()] }), judged)).toEqual([
      { interface: 'eth0', effective: 1, strict: true, primary: true, drops_question: false, suspect: false },
    ]);
  });

  it('finds the packet in question dropped where the way back leaves elsewhere', () => {
    const away = strict({
      routes: routes(
        'default via 10.0.1.1 dev eth0',
        '10.0.2.0/24 via 10.0.9.1 dev eth1',
        '10.0.1.9 dev eni18582a65b10 scope link',
        'local 10.0.1.5 dev eth0 table local proto kernel scope host src 10.0.1.5',
      ),
    });
    const inbound = trace(
      [dropped({ src: { ip: '10.0.2.7', port: 1 }, dst: { ip: '10.0.1.9', port: 80 }, segment: 'dst_node' })],
      { srcNode: 'node-b', dstNode: 'node-a' },
    );
    expect(
      fieldsOf(rpFilter, context({ nodes: [away, remote], trace: inbound }), [
        ...judged,
        'src',
        'way_back',
        'trace_agrees',
      ]),
    ).toEqual([
      {
        interface: 'eth0',
        effective: 1,
        strict: true,
        primary: true,
        drops_question: true,
        suspect: true,
        src: '10.0.2.7',
        way_back: '10.0.2.0/24 via 10.0.9.1 dev eth1',
        trace_agrees: 'yes',
      },
    ]);
  });

  it('suspects a strict interface of which the kernel logged martians in question', () => {
    const martian = record({
      source: 'kernel',
      message: 'IPv4: martian source 10.0.1.9 from 10.0.2.7, on dev eth0',
      fields: { dst: '10.0.1.9', src: '10.0.2.7', dev: 'eth0' },
    });
    const scan = logs({ matches: new Map([matches(MARTIAN_QUERY, [martian])]) });
    expect(
      fieldsOf(rpFilter, context({ nodes: [strict()], logs: scan }), ['martians', 'suspect', 'src']),
    ).toEqual([{ martians: 1, suspect: true, src: '10.0.2.7' }]);
    expect(
      fieldsOf(
        rpFilter,
        context({
          nodes: [strict()],
          logs: scan,
          trace: trace([flow({ src: { ip: '10.0.1.10', port: 1 } })]),
        }),
        ['suspect'],
      ),
    ).toEqual([{ suspect: false }]);
    expect(
      fieldsOf(rpFilter, context({ nodes: [filtered({})], logs: scan }), ['effective', 'suspect']),
    ).toEqual([{ effective: 2, suspect: false }]);
  });
});
