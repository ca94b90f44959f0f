import { describe, expect, it } from 'vitest';
import {
  ACK,
  AT,
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
const run = (sent: readonly Sent[], only?: readonly string[]) => trace(fourPoints(sent, only), { topology });
const client = '10.0.1.5:40000 > 10.0.2.7:8080';

describe('refusals', () => {
  it('attributes an ICMP error to the node that sent it, through the packet it quotes', () => {
    const sent: Sent[] = [
      { t: 0, flags: SYN, seq: 1000, mss: 1460, reach: 3 },
      {
        t: 1,
        back: true,
        ends: '10.0.2.1:0 > 10.0.1.5:0',
        protocol: 1,
        flags: (3 << 8) | 10,
        quoted: client,
        headers: 28,
        payload: 40,
      },
    ];
    // The error is made on the destination node: its veth never sees it.
    const tables = fourPoints(sent).map((t) => (t.file === 'dst_veth.pcap' ? fourPoints([])[3]! : t));
    const t = trace(tables, { topology });
    expect(t.summary).toMatchObject({ verdict: 'rejected', segment: 'dst_node', direction: 'forward' });
    expect(t.flows[0]!.rejection).toEqual({
      by: 'icmp',
      icmpType: 3,
      icmpCode: 10,
      sender: '10.0.2.1',
      firstSeen: 'dst_eth0',
      segment: 'dst_node',
      candidates: ['dst_node'],
    });
    expect(t.flows[0]!.explanation).toBe(
      'refused by ICMP type 3 code 10 from 10.0.2.1, made on the destination node',
    );
  });

  it('counts forwardings by TTL where no capture lies beyond', () => {
    const refused: Sent[] = [
      { t: 0, flags: SYN, seq: 1000, mss: 1460 },
      { t: 1, back: true, flags: RST_ACK, ack: 1001 },
    ];
    expect(run(refused, ['src_veth', 'src_eth0']).summary).toMatchObject({
      verdict: 'rejected',
      segment: 'dst_pod',
    });
  });

  describe('by a reset that was made beyond the last capture that saw it', () => {
    const ends = '10.0.1.5:40000 > 10.0.2.7:8080';
    const back = '10.0.2.7:8080 > 10.0.1.5:40000';
    const other: Row[] = [-1500, 3000, 9000].map((t) => ({
      ...{ t, ends: '10.0.1.5:5000 > 10.0.2.7:53', protocol: 17, payload: t + 2000 },
      ttl: 63,
    }));
    /** At the source veth, with this TTL; `ran`: further captures that saw other packets only. */
    const refusal = (ttl: number, ran: readonly ('src_eth0' | 'dst_eth0' | 'dst_veth')[] = []) => {
      const rows: Row[] = [
        ...other,
        { t: 0, ends, flags: SYN, seq: 9, ttl: 64 },
        { t: 1, ends: back, flags: RST_ACK, ack: 10, ttl },
      ];
      const files = ran.map((point) => capture(`${point}.pcap`, other, AT[point]));
      const t = trace(
        [
          capture(
            'src_veth.pcap',
            rows.sort((x, y) => x.t - y.t),
            AT.src_veth,
          ),
          ...files,
        ],
        {
          topology,
        },
      );
      const flow = t.flows.find((f) => f.dst.port === 8080)!;
      return [flow.segment, flow.rejection?.candidates, flow.explanation.split(', ')[1]];
    };

    it('leaves open whether the VPC or the node of the server sent it: their resets are alike', () => {
      const open = 'made in the VPC, between the two nodes or on the destination node';
      expect(refusal(63)).toEqual(['unknown', ['vpc', 'dst_node'], open.split(', ')[0]]);
    });

    it("takes what was forwarded twice for the pod's, and what was not for the client's node's", () => {
      expect(refusal(62)[0]).toBe('dst_pod');
      expect(refusal(64)[0]).toBe('src_node');
    });

    it("knows the VPC by a capture of the server's node that ran and saw nothing of it", () => {
      expect(refusal(63, ['dst_eth0', 'dst_veth']).slice(0, 2)).toEqual(['vpc', ['vpc']]);
    });

    it('excludes the pod where its veth was captured', () => {
      expect(refusal(63, ['dst_veth']).slice(0, 2)).toEqual(['unknown', ['vpc', 'dst_node']]);
      // A TTL that fits nothing tells nothing.
      expect(refusal(60, ['dst_veth']).slice(0, 2)).toEqual(['unknown', ['src_node', 'vpc', 'dst_node']]);
    });
  });

  it('takes path MTU discovery that works for health, and says so', () => {
    const sent: Sent[] = [
      ...handshake(0, 1000, 9001),
      { t: 5, flags: PSH_ACK, seq: 1001, ack: 501, payload: 8000, reach: 1, bits: 1 },
      {
        t: 6,
        back: true,
        ends: '10.0.1.1:0 > 10.0.1.5:0',
        protocol: 1,
        flags: (3 << 8) | 4,
        mtu: 1500,
        quoted: client,
        headers: 28,
        payload: 40,
      },
      { t: 7, flags: PSH_ACK, seq: 1001, ack: 501, payload: 1448 },
      { t: 8, back: true, flags: ACK, seq: 501, ack: 2449 },
    ];
    const t = run(sent);
    expect(t.counts).toMatchObject({ rejected: 0, dropped: 0, lossy: 0 });
    expect(t.notes).toContain('Path MTU discovery works: 1 flow was told to send smaller packets and did.');
  });

  it('places all refusals of one service where captures place one of them', () => {
    // A device between the nodes resets three connections; the destination's captures ran at the second only.
    const at = (point: 'src_veth' | 'src_eth0' | 'dst_eth0' | 'dst_veth', rows: readonly Row[]) =>
      capture(`${point}.pcap`, rows, AT[point]);
    const refused = (late: number, ttl: number, answerTtl: number): Row[] =>
      [0, 2000, 6000].flatMap((t, n) => [
        { t: t + late, ends: `10.0.1.5:4000${n} > 10.0.2.7:8080`, flags: SYN, seq: 9, ttl },
        ...[
          {
            t: t + 1 - late,
            ends: `10.0.2.7:8080 > 10.0.1.5:4000${n}`,
            flags: RST_ACK,
            ack: 10,
            ttl: answerTtl,
          },
        ],
      ]);
    const other = (late: number, ttl: number): Row[] =>
      [1500, 2600].map((t) => ({
        t: t + late,
        ends: '10.0.1.5:5000 > 10.0.2.7:53',
        protocol: 17,
        payload: t,
        ttl,
      }));
    const sorted = (rows: Row[]): Row[] => rows.sort((x, y) => x.t - y.t);
    const t = trace(
      [
        at('src_veth', sorted([...refused(0, 64, 63), ...other(0, 64)])),
        at('src_eth0', sorted([...refused(0.1, 63, 64), ...other(0.1, 63)])),
        at('dst_eth0', other(0.2, 63)),
        at('dst_veth', other(0.3, 62)),
      ],
      { topology },
    );
    const places = t.flows
      .filter((f) => f.dst.port === 8080)
      .map((f) => [f.verdict, f.segment, f.rejection?.segment]);
    expect(places).toEqual(Array(3).fill(['rejected', 'vpc', 'vpc']));
  });
});
