import { describe, expect, it } from 'vitest';
import type { CaptureTable } from '../../src/model/capture.js';
import {
  ACK,
  capture,
  fourPoints,
  handshake,
  PSH_ACK,
  RST_ACK,
  SYN,
  trace,
  twoNodes,
  type Row,
  type Sent,
} from './rows.js';

const topology = twoNodes();
const exchange: Sent[] = [
  ...handshake(0),
  { t: 5, flags: PSH_ACK, seq: 1001, ack: 501, payload: 300 },
  { t: 6, back: true, flags: ACK, seq: 501, ack: 1301 },
];
const heartbeats: Sent[] = [0, 100, 200, 300].map((t) => ({
  t,
  protocol: 17,
  ends: '10.0.1.5:5000 > 10.0.2.7:6000',
  payload: 48,
  headers: 28,
}));

/** The same capture taken by a second process, its stamps a microsecond later. */
function again(t: CaptureTable): CaptureTable {
  return {
    ...t,
    file: `again-${t.file}`,
    columns: { ...t.columns, time: t.columns.time.map((x) => x + 1000) },
  };
}

describe('packets that captures hold twice', () => {
  it('counts packets of overlapping captures of one interface once', () => {
    for (const sent of [exchange, heartbeats]) {
      const [a, b, c, d] = fourPoints(sent) as [CaptureTable, CaptureTable, CaptureTable, CaptureTable];
      for (const tables of [
        [a, b, again(b), c, d],
        [a, again(a), b, c, d],
        [a, b, c, again(c), d, again(d)],
      ]) {
        const once = trace([a, b, c, d], { topology });
        const twice = trace(tables, { topology });
        expect(twice.counts).toEqual(once.counts);
        const points = ['src_veth', 'src_eth0', 'dst_eth0', 'dst_veth'] as const;
        for (const [i, f] of once.flows.entries())
          for (const p of points)
            expect(twice.flows[i]!.points[p]).toMatchObject({
              packets: f.points[p]!.packets,
              bytes: f.points[p]!.bytes,
              returnPackets: f.points[p]!.returnPackets,
            });
        expect(twice.losses.filter((l) => l.lost > 0)).toEqual([]);
      }
    }
  });

  it('still sees the loss of a real repetition beside such copies', () => {
    const sent: Sent[] = [
      ...exchange,
      { t: 10, flags: PSH_ACK, seq: 1301, ack: 501, payload: 300, reach: 2 },
      { t: 210, flags: PSH_ACK, seq: 1301, ack: 501, payload: 300 },
      { t: 211, back: true, flags: ACK, seq: 501, ack: 1601 },
    ];
    const [a, b, c, d] = fourPoints(sent) as [CaptureTable, CaptureTable, CaptureTable, CaptureTable];
    const t = trace([a, b, again(b), c, again(c), d], { topology });
    expect(t.summary).toMatchObject({ verdict: 'lossy', segment: 'vpc', direction: 'forward' });
    expect(t.losses.filter((l) => l.lost > 0).map((l) => [l.from, l.to, l.lost])).toEqual([
      ['src_eth0', 'dst_eth0', 1],
    ]);
  });

  it('counts packets of a branch ENI once, seen on the trunk and on the VLAN device', () => {
    const [a, b, c, d] = fourPoints([...exchange, ...heartbeats]) as [
      CaptureTable,
      CaptureTable,
      CaptureTable,
      CaptureTable,
    ];
    const vlan = { ...again(b), file: 'vlan.pcap' };
    const withVlan = twoNodes();
    const node = withVlan.nodes[0]!;
    const nodes = [
      {
        ...node,
        interfaces: [
          ...node.interfaces,
          { name: 'vlan.eth.1', mac: '0a:00:00:00:00:11', kind: 'eni' as const },
        ],
      },
      withVlan.nodes[1]!,
    ];
    const branch = {
      ...vlan,
      macs: [{ iface: 0, src: '0a:00:00:00:00:11', dst: '02:00:00:00:00:01', packets: 9 }],
    };
    const t = trace([a, b, branch, c, d], { topology: { ...withVlan, nodes } });
    expect(t.taps.map((x) => x.point)).toEqual(['src_veth', 'src_eth0', 'src_eth0', 'dst_eth0', 'dst_veth']);
    expect(t.counts).toMatchObject({ lossy: 0, dropped: 0 });
    expect(t.flows.every((f) => f.points.src_eth0!.packets === f.points.src_veth!.packets)).toBe(true);
  });

  it('counts them once in an old cooked capture, which shows trunk and VLAN as one', () => {
    const beats: Row[] = heartbeats.map((h) => ({ ...h, ends: h.ends!, t: h.t + 1000 }));
    const cooked = capture(
      'any.pcap',
      beats.flatMap((r): Row[] => [
        { ...r, dir: 1, ttl: 64 },
        { ...r, t: r.t + 0.02, dir: 2, ttl: 63 },
        { ...r, t: r.t + 0.03, dir: 2, ttl: 63 },
      ]),
      { linkType: 113 },
    );
    const t = trace([cooked]);
    const f = t.flows.find((x) => x.protocol === 'udp')!;
    expect([f.points.src_veth?.packets, f.points.src_eth0?.packets]).toEqual([4, 4]);
    expect(f.verdict).toBe('delivered');
  });
});

describe('errors about the answer', () => {
  it('calls a SYN-ACK that the source node refuses a refusal on the way back', () => {
    const sent: Sent[] = [
      { t: 0, flags: SYN, seq: 1000, mss: 1460 },
      { t: 1, back: true, flags: 18, seq: 500, ack: 1001, reach: 3 },
      {
        t: 2,
        ends: '10.0.1.1:0 > 10.0.2.7:0',
        protocol: 1,
        flags: (3 << 8) | 13,
        quoted: '10.0.2.7:8080 > 10.0.1.5:40000',
        headers: 28,
        payload: 40,
      },
    ];
    // The error is made on the source node: the source veth never sees it.
    const silent = fourPoints(sent.slice(0, 2))[0]!;
    const tables = fourPoints(sent).map((t) => (t.file === 'src_veth.pcap' ? silent : t));
    const t = trace(tables, { topology });
    expect(t.summary).toMatchObject({ verdict: 'rejected', segment: 'src_node', direction: 'return' });
    expect(t.flows[0]!.rejection).toMatchObject({ sender: '10.0.1.1', firstSeen: 'src_eth0', icmpCode: 13 });
  });
});

describe('an old cooked capture of all interfaces', () => {
  const SYN_ENDS = '10.0.1.5:40000 > 10.0.2.7:8080';
  const BACK_ENDS = '10.0.2.7:8080 > 10.0.1.5:40000';
  const rows: Row[] = [
    // A healthy exchange with a pod of another node, whose packets were forwarded.
    { t: 10, ends: '10.0.1.5:9 > 10.0.2.8:9', protocol: 1, flags: 8 << 8, dir: 1 },
    { t: 10.02, ends: '10.0.1.5:9 > 10.0.2.8:9', protocol: 1, flags: 8 << 8, dir: 2, ttl: 63 },
    { t: 11, ends: '10.0.2.8:9 > 10.0.1.5:9', protocol: 1, dir: 1, ttl: 63 },
    { t: 11.02, ends: '10.0.2.8:9 > 10.0.1.5:9', protocol: 1, dir: 2, ttl: 62 },
    // A reset that the other node sent in its pod's name: nobody forwarded it, and the VPC counts no hops.
    { t: 20, ends: SYN_ENDS, flags: SYN, seq: 1, dir: 1 },
    { t: 20.02, ends: SYN_ENDS, flags: SYN, seq: 1, dir: 2, ttl: 63 },
    { t: 21, ends: BACK_ENDS, flags: RST_ACK, ack: 2, dir: 1 },
    { t: 21.02, ends: BACK_ENDS, flags: RST_ACK, ack: 2, dir: 2, ttl: 63 },
  ];
  const pod = { mac: '02:00:00:00:00:05', ip: '10.0.1.5' };
  const router = '02:00:00:00:00:01';

  it('takes no address for a pod here that sends through the router', () => {
    const table = capture('any.pcap', rows, { linkType: 113 });
    const senders = [pod, { mac: router, ip: '10.0.2.8' }, { mac: router, ip: '10.0.2.7' }];
    expect(trace([{ ...table, senders }]).taps.map((t) => t.id)).toEqual([
      'any.pcap#eni',
      'any.pcap#10.0.1.5',
    ]);
    const apart = [pod, { mac: router, ip: '10.0.2.8' }, { mac: '02:00:00:00:00:07', ip: '10.0.2.7' }];
    expect(trace([{ ...table, senders: apart }]).taps.map((t) => t.id)).toContain('any.pcap#10.0.2.7');
  });
});
