import { describe, expect, it } from 'vitest';
import { fileNameHint } from '../../src/align/file-name-hints.js';
import { lacksPart, rotationStem } from '../../src/align/tap-groups.js';
import { staysOnLink } from '../../src/align/scope.js';
import { hops } from '../../src/align/kinds.js';
import { wilson } from '../../src/align/wilson.js';
import { NO_TOPOLOGY } from '../../src/align/topology.js';
import type { CaptureTable } from '../../src/model/capture.js';
import {
  ACK,
  capture,
  fourPoints,
  handshake,
  PSH_ACK,
  SYN,
  SYN_ACK,
  trace,
  twoNodes,
  type Sent,
} from './rows.js';

const talk: Sent[] = [
  ...handshake(0),
  { t: 5, flags: PSH_ACK, seq: 1001, ack: 501, payload: 100 },
  { t: 6, back: true, flags: ACK, seq: 501, ack: 1101 },
];
const renamed = (tables: readonly CaptureTable[]): CaptureTable[] =>
  tables.map((t, i) => ({ ...t, file: `capture${i + 1}.cap`, macs: [] }));

describe('roles of captures', () => {
  it('are certain by MAC and bundle', () => {
    const t = trace(
      renamed(fourPoints(talk)).map((x, i) => ({ ...x, macs: fourPoints(talk)[i]!.macs })),
      { topology: twoNodes() },
    );
    expect(t.taps.map((x) => [x.point, x.certainty])).toEqual([
      ['src_veth', 'certain'],
      ['src_eth0', 'certain'],
      ['dst_eth0', 'certain'],
      ['dst_veth', 'certain'],
    ]);
    expect(t.taps[0]!.reason).toBe('MAC ee:00:00:00:00:01 is eniaaaaaaaaaaa of node-a');
    expect(t.trafficPath).toBe('cross_node');
  });

  it('are found by TTL and round trips without names, MACs or bundles', () => {
    const t = trace(renamed(fourPoints(talk)));
    expect(t.taps.map((x) => x.point)).toEqual(['src_veth', 'src_eth0', 'dst_eth0', 'dst_veth']);
    expect([t.srcIp, t.dstIp]).toEqual(['10.0.1.5', '10.0.2.7']);
  });

  it('are as the user says above all', () => {
    const t = trace(renamed(fourPoints(talk)), { given: new Map([['capture1.cap', 'src_veth']]) });
    expect(t.taps[0]).toMatchObject({ point: 'src_veth', certainty: 'given', reason: 'given as src-veth' });
  });

  it('of an empty capture are what is left; where others show that packets passed it, it proves nothing', () => {
    const tables = fourPoints(
      [0, 1000, 2000].map((t): Sent => ({ t, flags: SYN, seq: 1000, mss: 1460, reach: 3 })),
    );
    const t = trace([...tables.slice(0, 3), capture('dst_veth.pcap', [])], { topology: twoNodes() });
    expect(t.taps[3]).toMatchObject({ point: 'dst_veth', certainty: 'assumed', packets: 0, first: null });
    expect(t.summary).toMatchObject({ verdict: 'inconclusive', segment: 'unknown' });
  });

  it('treats two ENIs that show the same TTL as ENIs, though all traffic is between the nodes themselves', () => {
    const ends = '10.0.1.1:50000 > 10.0.2.1:10250';
    const back = '10.0.2.1:10250 > 10.0.1.1:50000';
    const rows = [
      { t: 0, ends, flags: SYN, seq: 1, mss: 1460 },
      { t: 1, ends: back, flags: 18, seq: 9, ack: 2, mss: 1460 },
      { t: 2, ends, flags: ACK, seq: 2, ack: 10 },
    ];
    const t = trace([
      capture('one.cap', rows),
      capture(
        'two.cap',
        rows.map((r) => ({ ...r, t: r.t + 0.1 })),
        { macs: [{ iface: 0, src: '02:00:00:00:00:09', dst: '0a:00:00:00:00:09', packets: 3 }] },
      ),
    ]);
    expect(t.taps.map((x) => x.kind)).toEqual(['eni', 'eni']);
  });

  it('says that the interface a pod leaves by was not captured, instead of a drop', () => {
    const topology = twoNodes({ egressInterface: (node) => (node === 'node-a' ? 'eth1' : 'eth0') });
    const sent = [0, 1000, 2000].map((t): Sent => ({ t, flags: SYN, seq: 1000, mss: 1460, reach: 1 }));
    const t = trace(
      fourPoints(sent, ['src_veth', 'src_eth0']).map((x) =>
        x.file === 'src_eth0.pcap'
          ? capture(
              'src_eth0.pcap',
              [
                { t: 0, ends: '10.0.1.1:1 > 10.0.9.9:2', protocol: 17, payload: 3 },
                { t: 9000, ends: '10.0.1.1:1 > 10.0.9.9:2', protocol: 17, payload: 3 },
              ],
              { macs: x.macs },
            )
          : x,
      ),
      { topology },
    );
    const flow = t.flows.find((f) => f.protocol === 'tcp')!;
    expect([flow.verdict, flow.reason]).toEqual(['inconclusive', 'interface-not-captured']);
    expect(flow.explanation).toContain('eth1');
  });

  describe('of packets that come in by an interface that was not captured', () => {
    const syn = (t: number, reach = 4): Sent => ({ t, flags: SYN, seq: 1000, mss: 1460, reach });
    const answer = (t: number): Sent => ({ t, back: true, flags: SYN_ACK, seq: 9, ack: 1001, reach: 2 });
    const answered = [0, 1000, 3000].flatMap((t) => [syn(t), answer(t + 1)]);
    const judged = (sent: readonly Sent[], ingress: Readonly<Record<string, string>>): unknown[] => {
      const topology = twoNodes({ ingressInterface: (node) => ingress[node] ?? null });
      const { verdict, segment, direction, explanation } = trace(fourPoints(sent), { topology }).flows.find(
        (f) => f.protocol === 'tcp',
      )!;
      return [verdict, segment, direction, /come in by (\w+)/.exec(explanation)?.[1] ?? null];
    };

    it('does not say that answers are lost before it', () => {
      expect(judged(answered, { 'node-a': 'eth1' })).toEqual(['dropped', 'unknown', 'return', 'eth1']);
      expect(judged(answered, { 'node-a': 'eth0', 'node-b': 'eth1' })).toEqual([
        ...['dropped', 'vpc', 'return', null],
      ]);
      expect(judged(answered, {})).toEqual(['dropped', 'vpc', 'return', null]);
    });

    it('does not say that questions are', () => {
      const lost = [0, 1000, 3000].map((t) => syn(t, 2));
      expect(judged(lost, { 'node-b': 'eth1' })).toEqual(['dropped', 'unknown', 'forward', 'eth1']);
      expect(judged(lost, { 'node-b': 'eth0', 'node-a': 'eth1' })).toEqual([
        'dropped',
        'vpc',
        'forward',
        null,
      ]);
    });

    it('still says where they are lost that came in', () => {
      const passed = [0, 1000, 3000].flatMap((t) => [syn(t), { ...answer(t + 1), reach: 3 }]);
      expect(judged(passed, { 'node-a': 'eth1' })).toEqual(['dropped', 'src_node', 'return', null]);
    });
  });

  it('finds a source pod that never speaks beside a destination that does', () => {
    const probe = (
      t: number,
      pod: string,
      ttl = 64,
    ): { t: number; ends: string; flags: number; seq: number; ttl: number } => ({
      t,
      ends: `10.0.1.1:4000 > ${pod}:8080`,
      flags: SYN,
      seq: 7,
      ttl,
    });
    const src = capture('a.pcap', [probe(0, '10.0.1.5'), probe(1000, '10.0.1.5'), probe(3000, '10.0.1.5')], {
      macs: [{ iface: 0, src: 'ee:00:00:00:00:01', dst: '3a:00:00:00:00:01', packets: 3 }],
    });
    const t = trace(
      [src, fourPoints([])[3]!].map((x, i) =>
        i === 1
          ? capture(
              'b.pcap',
              [
                { t: 10, ends: '10.0.2.1:5 > 10.0.2.7:8080', flags: SYN, seq: 1 },
                { t: 11, ends: '10.0.2.7:8080 > 10.0.2.1:5', flags: 18, seq: 5, ack: 2 },
              ],
              { macs: x.macs },
            )
          : x,
      ),
      { topology: twoNodes() },
    );
    expect(t.summary).toMatchObject({
      segment: 'src_pod',
      direction: 'forward',
      verdict: 'dropped',
      confidence: 'medium',
    });
    expect([t.srcIp, t.dstIp]).toEqual(['10.0.1.5', '10.0.2.7']);
  });
});

describe('file names', () => {
  it.each([
    ['caps/src-veth.pcap', 'src', null, 'src'],
    ['i-0aa_eth0_2026.pcap', null, 'eni', null],
    ['i-0123456789abcdef0_eth0_2026.pcap', null, 'eni', 'i-0123456789abcdef0'],
    ['ip-10-0-1-2-eth0.pcap', null, 'eni', 'ip-10-0-1-2'],
    ['node1_eni0123456789a.pcap', null, 'veth', 'node1'],
    ['worker-b-eth0.pcap', null, 'eni', 'worker-b'],
    ['capture1.cap', null, null, null],
  ])('%s suggests side %s, kind %s, node word %s', (file, side, kind, word) => {
    const hint = fileNameHint(file, NO_TOPOLOGY);
    expect([hint.side, hint.nodeWord]).toEqual([side, word]);
    if (kind !== null) expect(hint.kind).toBe(kind);
  });

  it.each([
    ['a.pcap00', 'a.pcap01', false],
    ['a.pcap00', 'a.pcap02', true],
    ['a.pcap', 'a.pcap1', false],
    ['a.pcap', 'a.pcap2', true],
    ['a.pcap9.gz', 'a.pcap10.gz', false],
    ['a.pcap4', 'a.pcap0', false],
    ['a_00007_20240517093122.pcapng', 'a_00009_20240517093130.pcapng', true],
    ['a_00007_20240517093122.pcapng', 'a_00008_20240517093126.pcapng', false],
    // Of other captures nothing is known.
    ['a.pcap0', 'b.pcap2', false],
    ['a.pcap', 'a.pcap', false],
    ['monday.cap', 'tuesday.cap', false],
  ])('knows whether between %s and %s a part is missing', (before, after, missing) => {
    expect(lacksPart(before, after)).toBe(missing);
  });

  it('of rotated captures share a stem; numbered captures do not', () => {
    expect(rotationStem('trace.pcap00')).toBe('trace.pcap');
    expect(rotationStem('trace.pcap12.gz')).toBe('trace.pcap');
    expect(rotationStem('capture1.cap')).toBeNull();
    expect(rotationStem('trace_00003_20240517093122.pcapng.gz')).toBe('trace.pcapng');
  });
});

describe('small measures', () => {
  it('hops by TTL', () =>
    expect([64, 63, 62, 128, 254, 0, 40].map(hops)).toEqual([0, 1, 2, 0, 1, null, null]));
  it('addresses that stay on their link', () =>
    expect(
      ['224.0.0.251', '255.255.255.255', 'fe80::1', 'ff02::1', '10.0.0.1', '2001:db8::1', 'fd00::1'].map(
        staysOnLink,
      ),
    ).toEqual([true, true, true, true, false, false, false]));
  it('Wilson intervals', () => {
    const { rate, low, high } = wilson(5, 100);
    expect([rate, low.toFixed(4), high.toFixed(4)]).toEqual([0.05, '0.0215', '0.1118']);
    expect(wilson(0, 0)).toEqual({ rate: 0, low: 0, high: 1 });
  });
});
