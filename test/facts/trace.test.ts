import { describe, expect, it } from 'vitest';
import { clockSkew } from '../../src/facts/clock-skew.js';
import { crossNodeOnly } from '../../src/facts/cross-node-only.js';
import { dnsQueries } from '../../src/facts/dns-queries.js';
import { externalEgress } from '../../src/facts/external-egress.js';
import { tlsAlerts } from '../../src/facts/tls-alerts.js';
import { traceLoss } from '../../src/facts/trace-loss.js';
import { tracePodSilence } from '../../src/facts/trace-pod-silence.js';
import { traceRejection } from '../../src/facts/trace-rejection.js';
import { traceSizeLoss } from '../../src/facts/trace-size-loss.js';
import { traceSummary } from '../../src/facts/trace-summary.js';
import { wrongInterface } from '../../src/facts/wrong-interface.js';
import { BIT_ICMP_ERROR, PROTO_ICMP, type CaptureTable } from '../../src/model/capture.js';
import type { Flow, Loss, Segment, Tap } from '../../src/model/trace.js';
import {
  asks,
  BASE_RULES,
  capture,
  context,
  count,
  dropped,
  fieldsOf,
  flow,
  instancesOf,
  interfaces,
  iface,
  node,
  ok,
  pod,
  routes,
  rules,
  tap,
  trace,
  type SentPacket,
} from './support.js';

const nodeA = node({ id: 'node-a', pods: [pod('10.0.1.9', { name: 'web-1' })] });
const nodeB = node({ id: 'node-b', pods: [pod('10.0.2.7', { name: 'db-0' })] });

describe('trace_summary', () => {
  it('is not known without captures', () => {
    expect(traceSummary.compute(context())).toEqual({ known: false, reason: 'no captures' });
  });

  it('names the place, the points and the node of a drop', () => {
    const [instance] = instancesOf(traceSummary, context({ trace: trace([dropped(), flow()]) }));
    expect(instance?.node).toBe('node-a');
    expect(instance?.fields).toMatchObject({
      segment: 'src_node',
      direction: 'forward',
      verdict: 'dropped',
      reason: 'not-seen-beyond',
      drop_from: 'src_veth',
      drop_to: 'src_eth0',
      src: '10.0.1.9',
      dst: '10.0.2.7',
      dport: 8080,
      same_node: false,
      seen_src_veth: 'yes',
      seen_src_eth0: 'no',
      flows_failed: 1,
      flows_delivered: 1,
    });
    expect(instance?.evidence.map((e) => [e.file, e.content])).toEqual([
      [
        'caps/src_veth.pcap',
        'source veth (eni-src): tcp 10.0.1.9:43211 > 10.0.2.7:8080: 4 packets (296 bytes) and 0 back',
      ],
      ['caps/src_eth0.pcap', 'source node interface (eth0): tcp 10.0.1.9:43211 > 10.0.2.7:8080: no packet'],
      [
        'caps/dst_eth0.pcap',
        'destination node interface (eth0): tcp 10.0.1.9:43211 > 10.0.2.7:8080: no packet',
      ],
      ['caps/dst_veth.pcap', 'destination veth (eni-dst): tcp 10.0.1.9:43211 > 10.0.2.7:8080: no packet'],
    ]);
  });

  it('belongs to no node when the loss is in the VPC', () => {
    const lost = dropped({ segment: 'vpc', lastSeen: 'src_eth0', firstMissing: 'dst_eth0' });
    expect(instancesOf(traceSummary, context({ trace: trace([lost]) }))[0]?.node).toBeNull();
  });
});

const DATA = { at: 0, src: '10.0.1.9', dst: '10.0.2.7', sport: 43211, dport: 8080 };

/** A capture at the source veth of a packet, and of the ICMP message that it is too big. */
function tooBig(): CaptureTable {
  const plain = capture([DATA, { ...DATA, src: '10.0.1.5', dst: '10.0.1.9', sport: 0, dport: 0 }]);
  const { columns } = plain;
  columns.bits[1] = BIT_ICMP_ERROR;
  columns.flags[1] = (3 << 8) | 4;
  columns.aux[1] = 1;
  return {
    ...plain,
    flows: plain.flows.map((f, index) => (index === 1 ? { ...f, protocol: PROTO_ICMP } : f)),
  };
}

describe('trace_loss', () => {
  const loss: Loss = {
    segment: 'vpc',
    direction: 'forward',
    sent: 1000,
    lost: 52,
    rate: 0.052,
    low: 0.04,
    high: 0.0675,
    from: 'src_eth0',
    to: 'dst_eth0',
  };

  it('gives rates in per cent and the worst flow', () => {
    const lossy = flow({
      verdict: 'lossy',
      reason: 'partial',
      segment: 'vpc',
      direction: 'forward',
      losses: [loss],
    });
    const [instance] = instancesOf(traceLoss, context({ trace: trace([lossy], { losses: [loss] }) }));
    expect(instance?.fields).toEqual({
      segment: 'vpc',
      direction: 'forward',
      sent: 1000,
      lost: 52,
      no_chance: true,
      percent: 5.2,
      percent_low: 4,
      percent_high: 6.75,
      flows: 1,
      tap_miss_percent: 0,
      src: '10.0.1.9',
      dst: '10.0.2.7',
      dport: 8080,
      to: '10.0.2.7 port 8080',
      protocol: 'tcp',
    });
  });

  it('does not count flows that lose by size', () => {
    const bySize = flow({ verdict: 'lossy', reason: 'size', losses: [loss] });
    expect(fieldsOf(traceLoss, context({ trace: trace([bySize], { losses: [loss] }) }), ['flows'])).toEqual([
      { flows: 0 },
    ]);
  });

  it('does not count flows whose sender was told to send smaller packets', () => {
    const lossy = flow({ verdict: 'lossy', reason: 'partial', direction: 'forward', losses: [loss] });
    const of = (captures: CaptureTable[]) =>
      fieldsOf(traceLoss, context({ captures, trace: trace([lossy], { losses: [loss] }) }), ['flows']);
    expect(of([tooBig()])).toEqual([{ flows: 0 }]);
    expect(of([capture([DATA])])).toEqual([{ flows: 1 }]);
    expect(of([{ ...tooBig(), file: 'caps/dst_veth.pcap' }])).toEqual([{ flows: 1 }]);
  });

  it('leaves out segments without loss', () => {
    expect(
      instancesOf(traceLoss, context({ trace: trace([flow()], { losses: [{ ...loss, lost: 0 }] }) })),
    ).toEqual([]);
  });
});

describe('trace_size_loss', () => {
  it('does not take a message for heard that was seen elsewhere, of a sender that goes on as before', () => {
    const size = { largestPassed: 1500, smallestLost: 1501, dontFragment: true };
    const big = (verdict: 'lossy' | 'dropped'): Flow =>
      flow({ verdict, reason: 'size', segment: 'vpc', direction: 'forward', size });
    const told = (verdict: 'lossy' | 'dropped', points: readonly Tap['point'][]): unknown => {
      const taps = points.map((point) => tap(point, { file: `caps/${point}.pcap` }));
      const captures = points.map((point) => ({ ...tooBig(), file: `caps/${point}.pcap` }));
      const of = context({ captures, trace: trace([big(verdict)], { taps }) });
      return fieldsOf(traceSizeLoss, of, ['sender_told']);
    };
    expect(told('dropped', ['src_veth', 'dst_eth0'])).toEqual([{ sender_told: true }]);
    expect(told('lossy', ['src_eth0', 'dst_eth0'])).toEqual([{ sender_told: true }]);
    expect(told('dropped', ['src_eth0', 'dst_eth0'])).toEqual([{ sender_told: false }]);
  });

  it('gives the sizes of a flow of which large packets die', () => {
    const big = flow({
      verdict: 'lossy',
      reason: 'size',
      segment: 'vpc',
      direction: 'forward',
      size: { largestPassed: 1500, smallestLost: 4052, dontFragment: true },
    });
    expect(
      fieldsOf(traceSizeLoss, context({ trace: trace([big]) }), [
        'largest_passed',
        'smallest_lost',
        'dont_fragment',
        'segment',
      ]),
    ).toEqual([{ largest_passed: 1500, smallest_lost: 4052, dont_fragment: true, segment: 'vpc' }]);
  });

  it('gathers the flows of a pair of ends', () => {
    const of = (dport: number, largestPassed: number, smallestLost: number) =>
      flow({
        dst: { ip: '10.0.2.7', port: dport },
        verdict: 'lossy',
        segment: 'vpc',
        direction: 'forward',
        size: { largestPassed, smallestLost, dontFragment: true },
      });
    expect(
      fieldsOf(
        traceSizeLoss,
        context({ trace: trace([of(8080, 138, 9001), of(8081, 1400, 3205), of(8082, 5000, 9001)]) }),
        ['flows', 'largest_passed', 'smallest_lost'],
      ),
    ).toEqual([{ flows: 3, largest_passed: 1400, smallest_lost: 3205 }]);
  });

  it('is silent about a delivered flow whose sizes are known', () => {
    const fine = flow({ size: { largestPassed: 9001, smallestLost: 9002, dontFragment: true } });
    expect(instancesOf(traceSizeLoss, context({ trace: trace([fine]) }))).toEqual([]);
  });
});

describe('trace_rejection', () => {
  const refused = flow({
    verdict: 'rejected',
    reason: 'rst',
    segment: 'dst_pod',
    direction: 'forward',
    rejection: {
      by: 'rst',
      icmpType: null,
      icmpCode: null,
      sender: '10.0.2.7',
      firstSeen: 'dst_veth',
      segment: 'dst_pod',
      candidates: ['dst_pod'],
    },
  });

  it('gathers equal refusals', () => {
    const again = { ...refused, src: { ip: '10.0.1.9', port: 43299 } };
    expect(
      fieldsOf(traceRejection, context({ nodes: [nodeA, nodeB], trace: trace([refused, again]) }), [
        'by',
        'sender',
        'sender_is_destination_pod',
        'flows',
        'dst_pod',
        'segment',
        'icmp',
        'too_big',
      ]),
    ).toEqual([
      {
        by: 'rst',
        sender: '10.0.2.7',
        sender_is_destination_pod: true,
        flows: 2,
        dst_pod: 'shop/db-0',
        segment: 'dst_pod',
        icmp: null,
        too_big: false,
      },
    ]);
  });

  it.each([
    [3, 1, 'host unreachable', false],
    [3, 4, 'fragmentation needed', true],
    [3, 13, 'administratively prohibited', false],
    [3, 7, 'ICMP type 3 code 7', false],
  ])('names ICMP %i/%i', (icmpType, icmpCode, icmp, tooBig) => {
    const turned = flow({
      verdict: 'rejected',
      segment: 'dst_node',
      rejection: {
        by: 'icmp',
        icmpType,
        icmpCode,
        sender: '10.0.2.5',
        firstSeen: 'dst_eth0',
        segment: 'dst_node',
        candidates: ['dst_node'],
      },
    });
    expect(fieldsOf(traceRejection, context({ trace: trace([turned]) }), ['icmp', 'too_big'])).toEqual([
      { icmp, too_big: tooBig },
    ]);
  });

  it('knows a reset that the pod cannot have sent', () => {
    const reset = (candidates: readonly Segment[]): Flow => ({
      ...refused,
      rejection: { ...refused.rejection!, segment: 'unknown', candidates },
    });
    const excluded = (flows: readonly Flow[]): unknown =>
      fieldsOf(traceRejection, context({ trace: trace(flows) }), ['pod_excluded']);
    expect(excluded([reset(['vpc', 'dst_node'])])).toEqual([{ pod_excluded: true }]);
    expect(excluded([reset(['dst_node', 'dst_pod'])])).toEqual([{ pod_excluded: false }]);
    expect(excluded([refused])).toEqual([{ pod_excluded: false }]);
  });

  it('gathers pings that are refused alike', () => {
    const ping = (id: number): Flow => ({
      ...refused,
      protocol: 'icmp',
      src: { ip: '10.0.1.9', port: id },
      dst: { ip: '10.0.2.7', port: id },
      rejection: { ...refused.rejection!, by: 'icmp', icmpType: 3, icmpCode: 13, sender: '10.0.2.5' },
    });
    expect(
      fieldsOf(traceRejection, context({ trace: trace([ping(1), ping(2)]) }), ['flows', 'dport', 'to']),
    ).toEqual([{ flows: 2, dport: null, to: '10.0.2.7' }]);
  });

  it('names ICMPv6 by its own numbers', () => {
    const turned = flow({
      src: { ip: '2600::9', port: 1 },
      dst: { ip: '2600::7', port: 2 },
      verdict: 'rejected',
      rejection: {
        by: 'icmp',
        icmpType: 2,
        icmpCode: 0,
        sender: '2600::1',
        firstSeen: 'src_eth0',
        segment: 'vpc',
        candidates: ['vpc'],
      },
    });
    expect(fieldsOf(traceRejection, context({ trace: trace([turned]) }), ['icmp', 'too_big'])).toEqual([
      { icmp: 'packet too big', too_big: true },
    ]);
  });
});

describe('trace_pod_silence', () => {
  it('finds a destination that gets everything and answers nothing', () => {
    const silent = dropped({
      reason: 'no-answer',
      segment: 'dst_pod',
      lastSeen: 'dst_veth',
      firstMissing: null,
    });
    expect(
      fieldsOf(tracePodSilence, context({ nodes: [nodeB], trace: trace([silent, silent, flow()]) }), [
        'end',
        'pod',
        'flows',
        'answered',
        'dport',
      ]),
    ).toEqual([{ end: 'dst', pod: 'shop/db-0', flows: 2, answered: 1, dport: 8080 }]);
  });

  it('finds a source of which nothing leaves', () => {
    const nothing = trace([], {
      srcIp: '10.0.1.9',
      dstIp: '10.0.2.7',
      summary: { segment: 'src_pod', verdict: 'dropped', direction: 'forward' },
    });
    expect(
      fieldsOf(tracePodSilence, context({ nodes: [nodeA], trace: nothing }), ['end', 'pod_ip', 'dst']),
    ).toEqual([{ end: 'src', pod_ip: '10.0.1.9', dst: '10.0.2.7' }]);
  });

  it('takes all pings of a pod for one, and its answered connections for something else', () => {
    const echo = (id: number): Flow =>
      dropped({
        protocol: 'icmp',
        src: { ip: '10.0.1.9', port: id },
        dst: { ip: '10.0.2.7', port: id },
        reason: 'no-answer',
        segment: 'dst_pod',
        lastSeen: 'dst_veth',
        firstMissing: null,
      });
    expect(
      fieldsOf(tracePodSilence, context({ trace: trace([echo(4711), echo(8080), flow()]) }), [
        'flows',
        'answered',
        'dport',
        'to',
        'protocol',
      ]),
    ).toEqual([{ flows: 2, answered: 0, dport: null, to: '10.0.2.7', protocol: 'icmp' }]);
  });

  it('says nothing of a drop before the pod', () => {
    expect(instancesOf(tracePodSilence, context({ trace: trace([dropped()]) }))).toEqual([]);
  });
});

describe('trace_pod_silence of a source, by its capture', () => {
  const incoming = { at: 0, src: '10.0.1.5', dst: '10.0.1.9', sport: 40000, dport: 8080 };
  const taps = [tap('src_veth', { podIps: ['10.0.1.9'], packets: 1 })];
  const of = (packets: SentPacket[], rest = {}) =>
    fieldsOf(
      tracePodSilence,
      context({
        nodes: [nodeA],
        captures: [capture(packets)],
        trace: trace([], { taps, srcIp: null, dstIp: null }),
        ...rest,
      }),
      ['end', 'pod_ip', 'dst'],
    );

  it('finds a veth with packets for the pod and none of it', () => {
    expect(of([incoming])).toEqual([{ end: 'src', pod_ip: '10.0.1.9', dst: null }]);
  });

  it('is satisfied with one packet of the pod', () => {
    expect(of([incoming, { ...incoming, src: '10.0.1.9', dst: '10.0.2.7' }])).toEqual([]);
  });

  it('says nothing of an empty capture: it may not have run', () => {
    const empty = trace([], { taps: [tap('src_veth', { podIps: ['10.0.1.9'], packets: 0 })] });
    expect(of([], { trace: empty })).toEqual([]);
  });

  it('looks for the flow that was asked about', () => {
    const sent = { ...incoming, src: '10.0.1.9', dst: '10.0.3.3' };
    expect(of([sent], { question: asks('10.0.1.9', '10.0.2.7', 80) })).toEqual([
      { end: 'src', pod_ip: '10.0.1.9', dst: '10.0.2.7' },
    ]);
    expect(
      of([sent], { question: asks('10.0.1.9', '10.0.2.7', 80), trace: trace([flow()], { taps }) }),
    ).toEqual([]);
  });
});

describe('dns_queries', () => {
  const ask = (at: number, qtype: number, id: number, sport = 40_000): SentPacket => ({
    at,
    src: '10.0.1.9',
    sport,
    dst: '172.20.0.10',
    dport: 53,
    dns: { id, qtype, qname: 'api.shop.', response: false, rcode: 0 },
  });
  const answer = (at: number, qtype: number, id: number, rcode = 0): SentPacket => ({
    at,
    src: '172.20.0.10',
    sport: 53,
    dst: '10.0.1.9',
    dport: 40_000,
    dns: { id, qtype, qname: 'api.shop.', response: true, rcode },
  });
  const of = (packets: SentPacket[]) =>
    fieldsOf(dnsQueries, context({ captures: [capture(packets)] }), [
      'queries',
      'unanswered',
      'five_second_retry',
      'nxdomain',
    ]);

  it('finds the lost one of a pair that is asked again after five seconds', () => {
    expect(
      of([
        ask(0, 1, 7),
        ask(0.001, 28, 8),
        answer(0.002, 1, 7),
        ask(5.004, 28, 8),
        answer(5.006, 28, 8),
        ask(9, 1, 9),
        answer(9.001, 1, 9),
      ]),
    ).toEqual([{ queries: 4, unanswered: 1, five_second_retry: 1, nxdomain: 0 }]);
  });

  it('gives the share of SERVFAIL among the answers', () => {
    const packets = [ask(0, 1, 7), answer(0.1, 1, 7, 2), ask(1, 1, 8), answer(1.1, 1, 8), ask(2, 1, 9)];
    const fields = ['servfail', 'servfail_percent'];
    expect(fieldsOf(dnsQueries, context({ captures: [capture(packets)] }), fields)).toEqual([
      { servfail: 1, servfail_percent: 50 },
    ]);
    expect(fieldsOf(dnsQueries, context({ captures: [capture([ask(0, 1, 7)])] }), fields)).toEqual([
      { servfail: 0, servfail_percent: null },
    ]);
  });

  it('takes another interval for another cause', () => {
    expect(
      of([
        ask(0, 1, 7),
        ask(0.001, 28, 8),
        answer(0.002, 1, 7),
        ask(2.5, 28, 8),
        answer(2.51, 28, 8),
        ask(9, 1, 9),
        answer(9.001, 1, 9),
      ]),
    ).toMatchObject([{ five_second_retry: 0, unanswered: 1 }]);
  });

  it('wants both of one socket', () => {
    expect(
      of([
        ask(0, 1, 7),
        ask(0.001, 28, 8, 40_001),
        answer(0.002, 1, 7),
        ask(5.004, 28, 8, 40_001),
        ask(9, 1, 9),
        answer(9.001, 1, 9),
      ]),
    ).toMatchObject([{ five_second_retry: 0 }]);
  });

  it('counts a question seen twice at one tap once, and leaves the last two seconds out', () => {
    expect(of([ask(0, 1, 7), ask(0.0001, 1, 7), answer(0.002, 1, 7, 3), ask(4, 1, 9)])).toEqual([
      { queries: 1, unanswered: 0, five_second_retry: 0, nxdomain: 1 },
    ]);
  });
});

describe('clock_skew', () => {
  it('gives offsets of the captures and of the API server', () => {
    const nodeWithDate = node({
      apiServer: ok({ url: 'https://x', attempts: 5, reached: 5, errors: [], clockSkewSeconds: -3 }),
    });
    const clocks = [
      { a: 'node-a', b: 'node-b', offsetNs: 61e9, boundNs: 1e6, oneSided: false, driftPpm: 0, matches: 40 },
      { a: 'node-a', b: 'node-c', offsetNs: null, boundNs: null, oneSided: false, driftPpm: 0, matches: 0 },
    ];
    expect(
      fieldsOf(clockSkew, context({ nodes: [nodeWithDate], trace: trace([flow()], { clocks }) }), [
        'from',
        'b',
        'offset_seconds',
        'absolute_seconds',
        'bound_seconds',
      ]),
    ).toEqual([
      { from: 'trace', b: 'node-b', offset_seconds: 61, absolute_seconds: 61, bound_seconds: 0.001 },
      { from: 'api-server', b: 'api-server', offset_seconds: 3, absolute_seconds: 3, bound_seconds: 1 },
    ]);
  });
});

describe('wrong_interface', () => {
  const secondary = node({
    id: 'node-a',
    pods: [pod('10.0.1.9', { name: 'web-1', veth: 'eni18582a65b10', table: '2', deviceNumber: 1 })],
    interfaces: interfaces(iface('eth0'), iface('eth1')),
    routes: routes('default via 10.0.0.1 dev eth0', 'default via 10.0.0.1 dev eth1 table 2'),
    rules: rules(...BASE_RULES, '1536: from 10.0.1.9 lookup 2'),
  });
  const lost = trace([dropped()], { taps: [tap('src_veth'), tap('src_eth0')] });

  it('finds a capture of the primary interface for a pod of the second', () => {
    expect(
      fieldsOf(wrongInterface, context({ nodes: [secondary], trace: lost }), [
        'pod_ip',
        'captured',
        'expected',
        'saw_pod',
      ]),
    ).toEqual([{ pod_ip: '10.0.1.9', captured: 'eth0', expected: 'eth1', saw_pod: false }]);
  });

  it('is satisfied when one of the captures is of the right interface', () => {
    const both = trace([dropped()], {
      taps: [tap('src_eth0'), tap(null, { node: 'node-a', interfaceName: 'eth1', kind: 'eni' })],
    });
    expect(instancesOf(wrongInterface, context({ nodes: [secondary], trace: both }))).toEqual([]);
  });

  it('takes the primary interface for pods without a rule of their own', () => {
    const primary = node({ ...secondary, rules: rules(...BASE_RULES), id: 'node-a' });
    expect(instancesOf(wrongInterface, context({ nodes: [primary], trace: lost }))).toEqual([]);
  });
});

describe('cross_node_only', () => {
  const both = node({ id: 'node-a', pods: [pod('10.0.1.9'), pod('10.0.1.10')] });
  const within = flow({ dst: { ip: '10.0.1.10', port: 80 } });

  it('compares flows within a node with flows between nodes', () => {
    const lost = dropped({ segment: 'vpc' });
    expect(
      fieldsOf(crossNodeOnly, context({ nodes: [both, nodeB], trace: trace([lost, within]) }), [
        'same_node_ok',
        'cross_node_failed',
        'only_cross',
      ]),
    ).toEqual([{ same_node_ok: 1, cross_node_failed: 1, only_cross: true }]);
  });

  it('is not it when another flow between the nodes works', () => {
    const works = flow({ dst: { ip: '10.0.2.7', port: 9090 } });
    expect(
      fieldsOf(crossNodeOnly, context({ nodes: [both, nodeB], trace: trace([dropped(), within, works]) }), [
        'only_cross',
      ]),
    ).toEqual([{ only_cross: false }]);
  });
});

describe('external_egress', () => {
  const out = (ip: string) =>
    dropped({
      dst: { ip, port: 443 },
      verdict: 'inconclusive',
      reason: 'beyond-last-point',
      points: { src_veth: count(3), src_eth0: count(3) },
    });

  it('counts flows that left and were never answered', () => {
    expect(
      fieldsOf(
        externalEgress,
        context({ nodes: [nodeA], trace: trace([out('52.95.1.1'), out('1.1.1.1')]) }),
        ['flows_failed', 'destinations_failed', 'flows_ok'],
      ),
    ).toEqual([{ flows_failed: 2, destinations_failed: 2, flows_ok: 0 }]);
  });

  it('does not take pods, the VPC or private ranges for the Internet', () => {
    const vpc = node({ ...nodeA, identity: { vpcCidrs: ['52.95.0.0/16'] } });
    const trace_ = trace([out('52.95.1.1'), out('10.9.9.9'), out('100.64.3.4')]);
    expect(instancesOf(externalEgress, context({ nodes: [vpc], trace: trace_ }))).toEqual([]);
  });
});

describe('tls_alerts', () => {
  const from = (src: string, sport: number, dst: string, dport: number): SentPacket => ({
    at: 0,
    src,
    sport,
    dst,
    dport,
  });
  const refused = {
    ...capture([from('10.0.1.9', 40_000, '10.0.2.7', 8443), from('10.0.2.7', 8443, '10.0.1.9', 40_000)]),
    app: [
      { packet: 0, kind: 'tls-client-hello' as const, text: 'shop.example' },
      { packet: 1, kind: 'tls-alert' as const, text: 'fatal handshake_failure' },
    ],
  };
  const fields = ['server', 'port', 'alert', 'refused_by', 'connections', 'in_question'];
  const expected = {
    server: '10.0.2.7',
    port: 8443,
    alert: 'handshake_failure',
    refused_by: 'server',
    connections: 1,
  };

  it('names the server that refused', () => {
    expect(fieldsOf(tlsAlerts, context({ captures: [refused] }), fields)).toEqual([
      { ...expected, in_question: true },
    ]);
  });

  it('names the server whose certificate a client refused', () => {
    const packets = [
      from('10.0.1.9', 40_000, '10.0.2.7', 8443),
      from('10.0.2.7', 8443, '10.0.1.9', 40_000),
      from('10.0.1.9', 40_000, '10.0.2.7', 8443),
    ];
    const untrusted = {
      ...capture(packets),
      app: [
        { packet: 0, kind: 'tls-client-hello' as const, text: 'shop.example' },
        { packet: 1, kind: 'tls-server-hello' as const, text: 'TLS 1.2' },
        { packet: 2, kind: 'tls-alert' as const, text: 'fatal unknown_ca' },
      ],
    };
    expect(fieldsOf(tlsAlerts, context({ captures: [untrusted] }), fields)).toEqual([
      { ...expected, alert: 'unknown_ca', refused_by: 'client', in_question: true },
    ]);
  });

  it('tells connections in question from those of others', () => {
    const other = flow({ dst: { ip: '10.0.3.3', port: 8443 }, verdict: 'dropped' });
    expect(fieldsOf(tlsAlerts, context({ captures: [refused], trace: trace([other]) }), fields)).toEqual([
      { ...expected, in_question: false },
    ]);
  });

  it('leaves warnings out: close_notify ends a connection', () => {
    const closed = {
      ...refused,
      app: [{ packet: 1, kind: 'tls-alert' as const, text: 'warning close_notify' }],
    };
    expect(tlsAlerts.compute(context({ captures: [closed] }))).toEqual({ known: true, instances: [] });
  });

  it('is not known without captures', () => {
    expect(tlsAlerts.compute(context())).toEqual({ known: false, reason: 'no captures' });
  });
});
