/** Cases of the lab that alignment got wrong once, cut down to a few packets. */
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
  SYN_ACK,
  trace,
  twoNodes,
  type Row,
  type Sent,
} from './rows.js';

/** Only the source veth holds packets: the filters of the other captures match nothing behind the translation. */
const onlySrcVeth = (rows: readonly Row[]) => [
  capture('src_veth.pcap', rows, AT.src_veth),
  capture('src_eth0.pcap', [], AT.src_eth0),
  capture('dst_eth0.pcap', [], AT.dst_eth0),
  capture('dst_veth.pcap', [], AT.dst_veth),
];

const syns = (ends: string): Row[] =>
  [500, 1500, 3500, 7500].map((t) => ({ t, ends, flags: SYN, seq: 1000, ttl: 64 }));

describe('captures whose filter does not match behind NAT', () => {
  /** `filter-host-snat-drop`: `host <pod>` on all points, the source node translates to its own address. */
  it('an empty capture that missed answered flows while others ran proves nothing about later ones', () => {
    const there = '10.0.1.5:40001 > 10.0.2.7:9090';
    const back = '10.0.2.7:9090 > 10.0.1.5:40001';
    const answered: Row[] = [
      { t: 0, ends: there, flags: SYN, seq: 1 },
      { t: 1, ends: back, flags: SYN_ACK, seq: 9, ack: 2, ttl: 62 },
      { t: 402, ends: there, flags: PSH_ACK, seq: 2, ack: 10, payload: 100 },
      { t: 403, ends: back, flags: ACK, seq: 10, ack: 102, ttl: 62 },
    ];
    const running: Row[] = [{ t: 12_000, ends: '10.0.1.5:40002 > 10.0.1.9:7', protocol: 17, payload: 9 }];
    const rows = [...answered, ...syns('10.0.1.5:40000 > 10.0.2.7:8080'), ...running];
    const t = trace(onlySrcVeth(rows), { topology: twoNodes() });
    const dropped = t.flows.find((f) => f.dst.port === 8080)!;
    expect([dropped.verdict, dropped.segment]).toEqual(['inconclusive', 'unknown']);
  });

  /** `filter-service-port-drop`: `port 80` on all points, the Service's endpoint listens on 8080. */
  it('a flow that is translated on the way cannot be missed by a capture without any packet', () => {
    const rows: Row[] = [
      ...syns('10.0.1.5:40000 > 172.20.0.7:80'),
      { t: 12_000, ends: '10.0.1.5:40002 > 172.20.0.9:80', flags: SYN, seq: 1 },
    ];
    const topology = twoNodes({
      endpoints: (_, { ip }) => (ip === '172.20.0.7' ? [{ ip: '10.0.2.7', port: 8080 }] : []),
    });
    const t = trace(onlySrcVeth(rows), { topology });
    const dropped = t.flows.find((f) => f.dst.ip === '172.20.0.7')!;
    expect([dropped.verdict, dropped.segment]).toEqual(['inconclusive', 'unknown']);
  });

  /** The same, captures alone: what is in the ranges that EKS gives to services may be translated. */
  it('nor can one to what may be a service, where no bundle tells', () => {
    const place = (client: string, server: string): string => {
      const rows: Row[] = [
        ...syns(`${client}:40000 > ${server}:80`),
        { t: 12_000, ends: `${client}:40002 > 10.0.9.9:80`, flags: SYN, seq: 1 },
      ];
      const files = ['node-a_src_veth', 'node-a_src_eth0', 'node-b_dst_eth0', 'node-b_dst_veth'];
      const points = [AT.src_veth, AT.src_eth0, AT.dst_eth0, AT.dst_veth];
      const t = trace(files.map((file, i) => capture(`${file}.pcap`, i === 0 ? rows : [], points[i]!)));
      return t.flows.find((f) => f.dst.ip === server)!.segment;
    };
    expect(place('10.0.1.5', '172.20.0.7')).toBe('unknown');
    expect(place('10.0.1.5', '10.100.0.7')).toBe('unknown');
    expect(place('10.0.1.5', '10.0.2.7')).toBe('src_node');
    // Where pods have such addresses they are those of the VPC.
    expect(place('10.100.1.5', '10.100.0.7')).toBe('src_node');
  });
});

describe('a rotated capture of which a part is missing', () => {
  /** `rotated-captures` without one of the files at the source veth. */
  it('does not show what that part held as lost', () => {
    const pings = Array.from({ length: 12 }, (_, n): Sent[] => {
      const echo = { ends: '10.0.1.5:7 > 10.0.2.7:7', protocol: 1, seq: n, payload: 56, headers: 28 };
      return [
        { ...echo, t: n * 100, flags: 8 << 8 },
        { ...echo, t: n * 100 + 1, back: true, ends: '10.0.2.7:7 > 10.0.1.5:7', flags: 0 },
      ];
    }).flat();
    const others = fourPoints(pings, ['src_eth0', 'dst_eth0', 'dst_veth']);
    const part = (name: string, from: number, to: number) =>
      capture(
        name,
        pings
          .filter(({ t }) => t >= from && t < to)
          .map((sent): Row => {
            const back = sent.back === true;
            return { ...sent, ends: sent.ends!, t: sent.t + 1000 + (back ? 0.3 : 0), ttl: back ? 62 : 64 };
          }),
        AT.src_veth,
      );
    const lost = (names: readonly [string, string]): number => {
      const t = trace([...others, part(names[0], 0, 400), part(names[1], 800, 1200)], {
        topology: twoNodes(),
      });
      return t.losses.reduce((sum, loss) => sum + loss.lost, 0);
    };
    expect(lost(['src_veth.pcap0', 'src_veth.pcap2'])).toBe(0);
    expect(lost(['src_veth.pcap0', 'src_veth.pcap1'])).toBeGreaterThan(0);
  });
});

describe('a device between the nodes that resets what is open', () => {
  /** `vpc-reset-midstream`: the reset in the server's name is at both source points and never at the destination. */
  it('refuses the connection; its last packet is not merely lost', () => {
    const reset: Row = {
      ...{ t: 1060.3, ends: '10.0.2.7:8080 > 10.0.1.5:40000' },
      ...{ flags: RST_ACK, seq: 501, ack: 1201, ttl: 63 },
    };
    const sent = [
      ...handshake(0),
      { t: 10, flags: PSH_ACK, seq: 1001, ack: 501, payload: 100 },
      { t: 11, back: true, flags: ACK, seq: 501, ack: 1101 },
      { t: 60, flags: PSH_ACK, seq: 1101, ack: 501, payload: 100, reach: 2 },
    ];
    const tables = fourPoints(sent).map((table) => ({ ...table }));
    const withReset = (point: 'src_veth' | 'src_eth0', ttl: number, late: number) => {
      const rows: Row[] = [{ ...reset, t: reset.t + late, ttl }];
      return capture(`${point}-2.pcap`, rows, AT[point]);
    };
    const t = trace([...tables, withReset('src_eth0', 63, 0), withReset('src_veth', 62, 0.1)], {
      topology: twoNodes(),
    });
    const flow = t.flows.find((f) => f.dst.port === 8080)!;
    expect([flow.verdict, flow.segment]).toEqual(['rejected', 'vpc']);
  });

  /** The same without the destination veth: one capture may have missed the reset, but the server repeats its data. */
  it('is known by one capture of a server that goes on sending', () => {
    const repeated = (t: number): Sent => ({
      ...{ t, back: true, flags: PSH_ACK, seq: 501, ack: 1101, payload: 50 },
      reach: 2,
    });
    const sent = (goesOn: boolean): Sent[] => [
      ...handshake(0),
      { t: 10, flags: PSH_ACK, seq: 1001, ack: 501, payload: 100 },
      { t: 11, back: true, flags: ACK, seq: 501, ack: 1101 },
      { t: 60, flags: PSH_ACK, seq: 1101, ack: 501, payload: 100, reach: 2 },
      ...(goesOn ? [repeated(300), repeated(700)] : []),
    ];
    const judged = (goesOn: boolean): unknown[] => {
      const rows = (ttl: number, late: number): Row[] => [
        {
          ...{ t: 1060.3 + late, ends: '10.0.2.7:8080 > 10.0.1.5:40000' },
          ...{ flags: RST_ACK, seq: 501, ack: 1201, ttl },
        },
      ];
      const tables = fourPoints(sent(goesOn), ['src_veth', 'src_eth0', 'dst_eth0']);
      const resets = [
        capture('src_eth0-2.pcap', rows(63, 0), AT.src_eth0),
        capture('src_veth-2.pcap', rows(62, 0.1), AT.src_veth),
      ];
      const t = trace([...tables, ...resets], { topology: twoNodes() });
      const { verdict, segment } = t.flows.find((f) => f.dst.port === 8080)!;
      return [verdict, segment];
    };
    expect(judged(true)).toEqual(['rejected', 'vpc']);
    expect(judged(false)[0]).not.toBe('rejected');
  });
});

describe('answers that come in by another interface of the source node, without a bundle', () => {
  /** `rp-filter-strict`, captures alone, which only their names give to one node: eth1 shows the questions, eth0 the answers, the veth only questions. */
  it('are not lost in the VPC: one capture of the node holds them', () => {
    const times = [0, 400, 1000, 1200, 1400, 2000, 3000, 3400, 4200, 5000, 6000, 7000];
    const packet = (t: number, n: number, synAck: boolean, ttl: number, late: number): Row => {
      const [a, b] = [`10.0.1.5:${40_000 + (n % 3)}`, '10.0.2.7:8080'];
      return {
        ...{ t: t + late, ttl, headers: 60, ends: synAck ? `${b} > ${a}` : `${a} > ${b}` },
        ...(synAck ? { flags: SYN_ACK, seq: 500, ack: 1001 } : { flags: SYN, seq: 1000 }),
      };
    };
    const syn = (ttl: number, late: number): Row[] => times.map((t, n) => packet(t, n, false, ttl, late));
    const synAck = (ttl: number, late: number): Row[] => times.map((t, n) => packet(t, n, true, ttl, late));
    const both = (...rows: Row[][]): Row[] => rows.flat().sort((a, b) => a.t - b.t);
    const t = trace([
      capture('i-0aaaaaaaaaaaaaaaa_eni0123456789a.pcap', syn(64, 0)),
      capture('i-0aaaaaaaaaaaaaaaa_eth1.pcap', syn(63, 0.02)),
      capture('i-0aaaaaaaaaaaaaaaa_eth0.pcap', synAck(63, 0.3)),
      capture('i-0bbbbbbbbbbbbbbbb_eth0.pcap', both(syn(63, 0.1), synAck(63, 0.2))),
      capture('i-0bbbbbbbbbbbbbbbb_eni0123456789b.pcap', both(syn(62, 0.12), synAck(64, 0.15))),
    ]);
    const flow = t.flows.find((f) => f.dst.port === 8080)!;
    expect([flow.segment, flow.direction]).toEqual(['src_node', 'return']);
  });
});
