import { describe, expect, it } from 'vitest';
import { blockingRoute } from '../../src/facts/blocking-route.js';
import { cidrConflict } from '../../src/facts/cidr-conflict.js';
import { podRoute } from '../../src/facts/pod-route.js';
import { podVeth } from '../../src/facts/pod-veth.js';
import {
  asks,
  BASE_RULES,
  checkpointOf,
  context,
  dropped,
  fieldsOf,
  flow,
  iface,
  instancesOf,
  interfaces,
  node,
  ok,
  pod,
  routes,
  rules,
  trace,
  type NodeParts,
} from './support.js';

const remote = node({ id: 'node-b', identity: { primaryIp: '10.0.2.5' }, pods: [pod('10.0.2.7')] });
const BASE_ROUTES = [
  'default via 10.0.1.1 dev eth0',
  '10.0.1.0/24 dev eth0 proto kernel scope link src 10.0.1.5',
  '10.0.1.9 dev eni18582a65b10 scope link',
];
const withRoutes = (lines: string[], parts: NodeParts = {}) =>
  node({
    identity: { vpcCidrs: ['10.0.0.0/16'], primaryInterface: 'eth0' },
    routes: routes(...BASE_ROUTES, ...lines),
    rules: rules(...BASE_RULES),
    ...parts,
  });

describe('blocking_route', () => {
  const judged = ['consulted', 'covers_known', 'example', 'affects_question', 'in_question'];
  const judge = (lines: string[], parts: NodeParts = {}, rest: Parameters<typeof context>[0] = {}) =>
    fieldsOf(blockingRoute, context({ nodes: [withRoutes(lines, parts), remote], ...rest }), judged);

  it('finds a blackhole over the pods of another node', () => {
    expect(judge(['blackhole 10.0.2.0/26'])).toEqual([
      { consulted: true, covers_known: 2, example: '10.0.2.7', affects_question: false, in_question: true },
    ]);
  });

  it('quotes the line', () => {
    const [instance] = instancesOf(
      blockingRoute,
      context({ nodes: [withRoutes(['blackhole 10.0.2.0/26'])] }),
    );
    expect(instance?.evidence).toEqual([
      {
        type: 'network_diagnostics',
        node: 'node-a',
        file: 'networking/iproute.txt',
        line: 4,
        time: null,
        content: 'blackhole 10.0.2.0/26',
      },
    ]);
  });

  it('yields to a longer prefix', () => {
    expect(judge(['blackhole 10.0.2.0/24', '10.0.2.0/25 via 10.0.1.1 dev eth0'])).toEqual([
      { consulted: true, covers_known: 0, example: null, affects_question: false, in_question: true },
    ]);
    expect(judge(['blackhole 10.9.2.0/24'])).toMatchObject([{ in_question: false }]);
  });

  it('yields to an equal prefix of a lower metric', () => {
    expect(
      judge(['blackhole 10.0.2.0/24 metric 100', '10.0.2.0/24 via 10.0.1.1 dev eth0 metric 10']),
    ).toMatchObject([{ covers_known: 0 }]);
  });

  it('is in question when the failing flow ends there', () => {
    const rest = { trace: trace([dropped()]) };
    expect(judge(['blackhole 10.0.2.0/26'], {}, rest)).toMatchObject([
      { affects_question: true, in_question: true },
    ]);
    expect(judge(['blackhole 10.0.3.0/26'], {}, rest)).toMatchObject([
      { affects_question: false, in_question: false },
    ]);
  });

  it('follows the question', () => {
    expect(judge(['blackhole 10.0.2.0/26'], {}, { question: asks('10.0.1.9', '10.0.2.9') })).toMatchObject([
      { affects_question: true, example: '10.0.2.9' },
    ]);
  });

  it('leaves out addresses that the captures show reached', () => {
    expect(judge(['blackhole 10.0.2.7/32'], {}, { trace: trace([flow()]) })).toMatchObject([
      { covers_known: 0, in_question: false },
    ]);
  });

  it('asks whether a rule leads to the table', () => {
    expect(judge(['blackhole 10.0.2.0/24 table 99'])).toMatchObject([{ consulted: false }]);
    expect(
      judge(['blackhole 10.0.2.0/24 table 99'], { rules: rules(...BASE_RULES, '900: from all lookup 99') }),
    ).toMatchObject([{ consulted: true }]);
  });

  it.each(['blackhole 192.168.16.0/26 proto 80', 'blackhole 10.33.92.0/26 proto bird'])(
    "knows %s as Calico's",
    (line) => {
      expect(
        fieldsOf(blockingRoute, context({ nodes: [withRoutes([line])] }), ['calico_ipam_block']),
      ).toEqual([{ calico_ipam_block: true }]);
    },
  );

  it('does not excuse a whole service range by its protocol', () => {
    expect(
      fieldsOf(blockingRoute, context({ nodes: [withRoutes(['blackhole 172.20.0.0/16 proto bird'])] }), [
        'calico_ipam_block',
      ]),
    ).toEqual([{ calico_ipam_block: false }]);
  });

  it.each([
    'unreachable default dev lo metric 4294967295 error -101 pref medium ::',
    'unreachable ::/96 dev lo metric 1024 error -113',
    'unreachable 2002::/16 dev lo metric 1024 error -113',
  ])("knows %s as the kernel's", (line) => {
    const six = node({ routes6: routes(line) });
    expect(fieldsOf(blockingRoute, context({ nodes: [six] }), ['kernel_default'])).toEqual([
      { kernel_default: true },
    ]);
  });
});

describe('pod_route', () => {
  const web = pod('10.0.1.9', { name: 'cart-0', veth: 'eni18582a65b10', vethFrom: 'hash' });
  const second = pod('10.0.1.77', {
    name: 'web-1',
    veth: 'eniaaaaaaaaaaa',
    vethFrom: 'plugin-log',
    deviceNumber: 1,
    table: '2',
  });
  const of = (pods: ReturnType<typeof pod>[], lines: string[], ruleLines: string[], parts: NodeParts = {}) =>
    fieldsOf(
      podRoute,
      context({
        nodes: [
          node({
            pods,
            checkpoint: checkpointOf(pods),
            routes: routes('default via 10.0.1.1 dev eth0', ...lines),
            rules: rules(...BASE_RULES, ...ruleLines),
            ...parts,
          }),
        ],
      }),
      ['missing', 'broken'],
    );
  const whole = { missing: null, broken: false };

  it('is content with a /32 and a rule at 512', () => {
    expect(
      of([web], ['10.0.1.9 dev eni18582a65b10 scope link'], ['512: from all to 10.0.1.9 lookup main']),
    ).toEqual([whole]);
  });

  it('finds a rule lost that its neighbour has, though the main table is asked in the end', () => {
    const neighbour = pod('10.0.1.10', { name: 'cart-1', veth: 'eniaaaaaaaaaaa', vethFrom: 'hash' });
    const lines = ['10.0.1.9 dev eni18582a65b10 scope link', '10.0.1.10 dev eniaaaaaaaaaaa scope link'];
    const both = checkpointOf([web, neighbour]);
    expect(
      fieldsOf(
        podRoute,
        context({
          nodes: [
            node({
              pods: [web, neighbour],
              checkpoint: both,
              routes: routes('default via 10.0.1.1 dev eth0', ...lines),
              rules: rules(...BASE_RULES, '512: from all to 10.0.1.10 lookup main'),
            }),
          ],
        }),
        ['missing', 'broken', 'still_reached'],
      ),
    ).toEqual([
      { missing: 'rule "from all to 10.0.1.9 lookup main"', broken: true, still_reached: true },
      { missing: null, broken: false, still_reached: false },
    ]);
  });

  it('leaves a blackhole as the default route of a table to others', () => {
    expect(
      of(
        [second],
        ['10.0.1.77 dev eniaaaaaaaaaaa scope link', 'blackhole default table 2'],
        ['512: from all to 10.0.1.77 lookup main', '1536: from 10.0.1.77 lookup 2'],
      ),
    ).toEqual([whole]);
  });

  it('finds the route gone', () => {
    expect(of([web], [], ['512: from all to 10.0.1.9 lookup main'])).toEqual([
      { missing: 'route to 10.0.1.9 in table main', broken: true },
    ]);
  });

  it('finds the route through another veth', () => {
    expect(of([web], ['10.0.1.9 dev eni00000000000 scope link'], [])).toEqual([
      { missing: 'route to 10.0.1.9 through eni18582a65b10 (it goes through eni00000000000)', broken: true },
    ]);
  });

  const route77 = '10.0.1.77 dev eniaaaaaaaaaaa scope link';
  const rule77 = '512: from all to 10.0.1.77 lookup main';

  it('wants a rule and a default route for pods of a secondary interface', () => {
    expect(
      of(
        [second],
        [route77, 'default via 10.0.1.1 dev eth1 table 2'],
        [rule77, '1536: from 10.0.1.77 lookup 2'],
      ),
    ).toEqual([whole]);
    expect(of([second], [route77, 'default via 10.0.1.1 dev eth1 table 2'], [rule77])).toEqual([
      { missing: 'rule "from 10.0.1.77 lookup 2"', broken: true },
    ]);
    expect(of([second], [route77], [rule77, '1536: from 10.0.1.77 lookup 2'])).toEqual([
      { missing: 'default route in table 2', broken: true },
    ]);
  });

  it('does not miss a rule at 512 where no other table takes precedence', () => {
    expect(of([web], ['10.0.1.9 dev eni18582a65b10 scope link'], [])).toEqual([whole]);
  });

  it('does, where another pod leaves by a table of its own', () => {
    expect(
      of(
        [web, second],
        ['10.0.1.9 dev eni18582a65b10 scope link', route77, 'default via 10.0.1.1 dev eth1 table 2'],
        [rule77, '1536: from 10.0.1.77 lookup 2'],
      ),
    ).toEqual([{ missing: 'rule "from all to 10.0.1.9 lookup main"', broken: true }, whole]);
  });

  it.each([
    ['a branch interface', { branchEni: true }],
    ['an allocation of seconds ago', { allocatedAt: Date.UTC(2026, 10, 20, 22, 29, 30) }],
  ])('excuses a pod with %s', (_, parts) => {
    expect(of([{ ...web, ...parts }], [], [])).toMatchObject([{ broken: false }]);
  });

  it('excuses a pod that ipamd has no entry of', () => {
    expect(of([web], [], [], { checkpoint: ok([]) })).toMatchObject([{ broken: false }]);
  });

  it('knows the wiring of a pod with a branch interface', () => {
    const branch = pod('10.0.64.77', {
      name: 'pay-0',
      veth: 'vlan18582a65b10',
      branchEni: true,
      table: '101',
    });
    const own = '10.0.64.77 dev vlan18582a65b10 table 101 scope link';
    const uplink = 'default via 10.0.64.1 dev vlan.eth.1 table 101';
    const [inside, outside] = [
      '10: from all iif vlan18582a65b10 lookup 101',
      '10: from all iif vlan.eth.1 lookup 101',
    ];
    const parts = { checkpoint: ok([]) };
    expect(of([branch], [own, uplink], [inside, outside], parts)).toMatchObject([{ broken: false }]);
    for (const [missing, routes_, rules_] of [
      ['rule "from all iif vlan.eth.1 lookup 101"', [own, uplink], [inside]],
      ['rule "from all iif vlan18582a65b10 lookup 101"', [own, uplink], [outside]],
      ['default route in table 101', [own], [inside, outside]],
    ] as const)
      expect(of([branch], [...routes_], [...rules_], parts)).toEqual([{ missing, broken: true }]);
  });

  it("reads the tables of the pod's own family", () => {
    const six = pod('2600:1f13::9', { name: 'web-2' });
    const parts = {
      routes6: routes('2600:1f13::9 dev eni1 metric 1024 pref medium'),
      rules6: rules('0: from all lookup local'),
    };
    expect(of([six], [], [], parts)).toEqual([whole]);
  });
});

describe('pod_veth', () => {
  const web = pod('10.0.1.9', { name: 'cart-0', veth: 'eni18582a65b10', vethFrom: 'plugin-log' });
  const of = (names: string[], parts: NodeParts = {}) =>
    fieldsOf(
      podVeth,
      context({
        nodes: [
          node({
            pods: [web],
            checkpoint: checkpointOf([web]),
            interfaces: interfaces(iface('eth0'), ...names.map((name) => iface(name))),
            ...parts,
          }),
        ],
      }),
      ['veth_present', 'missing', 'route_present'],
    );

  it('finds the veth there or gone', () => {
    expect(of(['eni18582a65b10'])).toEqual([{ veth_present: true, missing: false, route_present: null }]);
    expect(of([])).toEqual([{ veth_present: false, missing: true, route_present: null }]);
  });

  it('is not known without ifconfig', () => {
    expect(podVeth.compute(context({ nodes: [node({ pods: [web] })] })).known).toBe(false);
  });
});

describe('cidr_conflict', () => {
  const docker = '172.17.0.0/16 dev docker0 proto kernel scope link src 172.17.0.1 linkdown';
  const of = (lines: string[], rest: Parameters<typeof context>[0] = {}, parts: NodeParts = {}) =>
    fieldsOf(cidrConflict, context({ nodes: [withRoutes(lines, parts)], ...rest }), [
      'dst',
      'dev',
      'conflicts_with',
      'other',
      'in_question',
    ]);

  it('is content with docker0 when nobody lives there', () => {
    expect(of([docker])).toEqual([]);
  });

  it('finds cluster addresses within the VPC', () => {
    const services = [
      {
        name: 'shop/db',
        clusterIp: '10.0.100.10',
        port: 80,
        protocol: 'tcp' as const,
        endpoints: [],
        rejected: null,
        loc: { file: 'networking/iptables-save.txt', line: 60 },
      },
    ];
    expect(of([], {}, { services })).toEqual([
      {
        dst: '10.0.100.10',
        dev: 'kube-proxy',
        conflicts_with: 'vpc',
        other: '10.0.0.0/16',
        in_question: true,
      },
    ]);
    expect(of([], {}, { services: [{ ...services[0]!, clusterIp: '172.20.0.10' }] })).toEqual([]);
  });

  it('finds a pod of another node in the range of docker0', () => {
    const there = node({ id: 'node-b', pods: [pod('172.17.3.4')] });
    expect(of([docker], { nodes: [withRoutes([docker]), there] })).toEqual([
      {
        dst: '172.17.0.0/16',
        dev: 'docker0',
        conflicts_with: 'peer',
        other: '172.17.3.4',
        in_question: true,
      },
    ]);
  });

  it('finds the failing flow in it', () => {
    const failing = trace([dropped({ dst: { ip: '172.17.3.4', port: 80 } })]);
    expect(of([docker], { trace: failing })).toMatchObject([
      { conflicts_with: 'flow', other: '172.17.3.4', in_question: true },
    ]);
  });

  it('finds a connection of a pod into it that was never answered', () => {
    const tracked = (dst: string) =>
      ok({
        stats: new Map(),
        count: 1,
        entries: [
          {
            proto: 'tcp',
            state: 'SYN_SENT',
            original: { src: '10.0.1.9', dst, sport: 40_000, dport: 443 },
            reply: { src: dst, dst: '10.0.1.9', sport: 443, dport: 40_000 },
            flags: ['UNREPLIED'],
            mark: null,
            loc: { file: 'networking/conntrack.txt', line: 9 },
          },
        ],
      });
    const pods = [pod('10.0.1.9')];
    expect(of([docker], {}, { pods, conntrack: tracked('172.17.3.4') })).toMatchObject([
      { conflicts_with: 'connection', other: '172.17.3.4', in_question: true },
    ]);
    expect(of([docker], {}, { pods, conntrack: tracked('172.18.3.4') })).toEqual([]);
  });

  it('finds a VPC of the same range', () => {
    expect(of([docker], {}, { identity: { vpcCidrs: ['172.17.0.0/16'] } })).toMatchObject([
      { conflicts_with: 'vpc', in_question: true },
    ]);
  });

  it('yields to a longer prefix', () => {
    const failing = trace([dropped({ dst: { ip: '172.17.3.4', port: 80 } })]);
    expect(of([docker, '172.17.3.0/24 via 10.0.1.1 dev eth0'], { trace: failing })).toEqual([]);
  });

  it('leaves the interfaces of the VPC and of the pods alone', () => {
    expect(
      of(['10.0.7.0/24 dev eth1 proto kernel scope link', '169.254.170.23 dev pod-id-link0 scope link']),
    ).toEqual([]);
  });
});
