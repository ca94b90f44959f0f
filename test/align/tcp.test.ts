import { describe, expect, it } from 'vitest';
import { unwrap } from '../../src/align/tcp-direction.js';
import {
  ACK,
  FIN_ACK,
  fourPoints,
  handshake,
  PSH_ACK,
  RST_ACK,
  SYN,
  SYN_ACK,
  trace,
  twoNodes,
  type Sent,
} from './rows.js';

const topology = twoNodes();
const run = (sent: readonly Sent[], only?: readonly string[]) => trace(fourPoints(sent, only), { topology });
const tcpFlow = (t: ReturnType<typeof run>) => t.flows.find((f) => f.protocol === 'tcp')!;

describe('unwrap', () => {
  it('continues past 2^32', () => {
    expect(unwrap(5, 0xfffffff0, 0)).toBe(21);
    expect(unwrap(0xfffffff5, 0xfffffff0, 21)).toBe(5);
    expect(unwrap(21, 0xfffffff0, 2 ** 32)).toBe(2 ** 32 + 37);
  });
});

describe('TCP between four captures', () => {
  const data = (t: number, seq: number, payload: number, more: Partial<Sent> = {}): Sent => ({
    t,
    flags: PSH_ACK,
    seq,
    ack: 501,
    payload,
    ...more,
  });
  const ack = (t: number, n: number, more: Partial<Sent> = {}): Sent => ({
    t,
    back: true,
    flags: ACK,
    seq: 501,
    ack: n >>> 0,
    ...more,
  });

  it('leaves the place open where data is repeated past the last capture', () => {
    const sent = [
      ...handshake(0),
      ...[5, 210, 620, 1440].map((t) => data(t, 1001, 1400, { reach: 2, bits: 1 })),
    ];
    const t = run(sent, ['src_veth', 'src_eth0']);
    const f = tcpFlow(t);
    expect([f.verdict, f.segment, f.direction, f.lastSeen]).toEqual([
      'inconclusive',
      'unknown',
      'forward',
      'src_eth0',
    ]);
    expect(t.summary.explanation).toContain('vpc or dst_node or dst_pod');
  });

  it('finds a whole connection delivered, over the wrap of its sequence numbers', () => {
    const isn = 0xffffff00;
    const next = (n: number): number => (isn + n) >>> 0;
    const f = tcpFlow(
      run([
        ...handshake(0, isn),
        data(5, next(1), 1448),
        data(6, next(1449), 1448),
        ack(8, next(2897)),
        { t: 9, flags: FIN_ACK, seq: next(2897), ack: 501 },
        ack(10, next(2898)),
      ]),
    );
    expect([f.verdict, f.reason, f.segment]).toEqual(['delivered', 'acknowledged', 'none']);
    expect(f.points.dst_veth).toMatchObject({ packets: 5, returnPackets: 3 });
  });

  it('counts a lost segment that was sent again as one loss in the VPC', () => {
    const f = tcpFlow(
      run([
        ...handshake(0),
        data(5, 1001, 1448, { reach: 2 }),
        data(6, 2449, 1448),
        data(300, 1001, 1448),
        ack(301, 3897),
      ]),
    );
    expect([f.verdict, f.segment, f.direction]).toEqual(['lossy', 'vpc', 'forward']);
    expect(f.losses).toEqual([
      expect.objectContaining({ segment: 'vpc', sent: 4, lost: 1, from: 'src_eth0', to: 'dst_eth0' }),
    ]);
    expect(f.retransmissions).toBe(1);
  });

  it('compares bytes, not packets, where offload cuts them differently', () => {
    const tables = fourPoints([...handshake(0), data(5, 1001, 1448 * 4), ack(8, 1001 + 1448 * 4)]);
    const cut = fourPoints([
      ...handshake(0),
      ...[0, 1, 2, 3].map((i) => data(5 + i / 100, 1001 + 1448 * i, 1448)),
      ack(8, 1001 + 1448 * 4),
    ]);
    const t = trace([tables[0]!, tables[1]!, cut[2]!, cut[3]!], { topology });
    expect(t.flows.map((f) => f.verdict)).toEqual(['delivered', 'delivered']);
    expect(tcpFlow(t).points).toMatchObject({ src_eth0: { packets: 3 }, dst_eth0: { packets: 6 } });
  });

  it('counts a lost super-packet by its segments', () => {
    const f = tcpFlow(
      run([
        ...handshake(0),
        data(5, 1001, 1448 * 4, { reach: 1 }),
        data(300, 1001, 1448 * 4),
        ack(301, 1001 + 1448 * 4),
      ]),
    );
    expect(f.losses[0]).toMatchObject({ segment: 'src_node', lost: 4 });
  });

  it('takes no keep-alive for data', () => {
    const f = tcpFlow(
      run([
        ...handshake(0),
        data(5, 1001, 100),
        ack(6, 1101),
        data(900, 1100, 1, { reach: 2 }),
        ack(901, 1101),
      ]),
    );
    expect(f.verdict).toBe('delivered');
  });

  it('never calls a lost SYN-ACK a forward drop', () => {
    const syns = [0, 1000, 2000].flatMap((t): Sent[] => [
      { t, flags: SYN, seq: 1000, mss: 1460 },
      { t: t + 1, back: true, flags: SYN_ACK, seq: 500, ack: 1001, mss: 1460, reach: 2 },
    ]);
    const t = run(syns);
    expect(tcpFlow(t)).toMatchObject({
      verdict: 'dropped',
      segment: 'vpc',
      direction: 'return',
      lastSeen: 'dst_eth0',
      firstMissing: 'src_eth0',
    });
    expect(t.summary.explanation).toContain('on the way back');
  });

  it('places SYNs that die between each two captures', () => {
    for (const [reach, segment] of [
      [1, 'src_node'],
      [2, 'vpc'],
      [3, 'dst_node'],
    ] as const) {
      const t = run([0, 1000, 2000].map((at) => ({ t: at, flags: SYN, seq: 1000, mss: 1460, reach })));
      expect([t.summary.verdict, t.summary.segment, t.summary.direction, t.summary.confidence]).toEqual([
        'dropped',
        segment,
        'forward',
        'high',
      ]);
    }
  });

  it('waits for no SYN-ACK that every capture missed when the client went on', () => {
    const [syn, , rest] = handshake(0);
    const f = tcpFlow(run([syn!, rest!, data(5, 1001, 100), ack(6, 1101)]));
    expect([f.verdict, f.reason]).toEqual(['delivered', 'acknowledged']);
  });

  it('says when only the first packets of connections are lost', () => {
    const [syn, ...rest] = handshake(1000);
    const t = run([
      { ...syn!, t: 0, reach: 2 },
      syn!,
      ...rest,
      data(1005, 1001, 500),
      ack(1006, 1501),
      data(1010, 1501, 500),
      ack(1011, 2001),
    ]);
    expect([tcpFlow(t).verdict, tcpFlow(t).segment]).toEqual(['lossy', 'vpc']);
    expect(t.notes.join(' ')).toContain('Only first packets are lost');
    const later = run([
      ...handshake(0),
      data(5, 1001, 500, { reach: 2 }),
      data(300, 1001, 500),
      ack(301, 1501),
    ]);
    expect(later.notes.join(' ')).not.toContain('Only first packets');
  });

  it('tells TCP losses in bursts from losses by chance', () => {
    const flow = (lost: (i: number) => boolean): Sent[] => [
      ...handshake(0),
      ...Array.from({ length: 200 }, (_, i) => data(5 + i, 1001 + 100 * i, 100, { reach: lost(i) ? 2 : 4 })),
      // All of it is sent again, and arrives.
      ...Array.from({ length: 200 }, (_, i) => data(1000 + i, 1001 + 100 * i, 100)),
      ack(1300, 1001 + 100 * 200),
    ];
    expect(run(flow((i) => i % 60 >= 40 && i % 60 < 55)).notes.join(' ')).toContain('come in bursts');
    expect(run(flow((i) => i % 5 === 2)).notes.join(' ')).not.toContain('bursts');
  });

  it('names a silent destination pod', () => {
    const t = run([0, 1000, 2000].map((at) => ({ t: at, flags: SYN, seq: 1000, mss: 1460 })));
    expect([t.summary.segment, tcpFlow(t).reason]).toEqual(['dst_pod', 'no-answer']);
  });

  it('leaves the stretch open where the capture between is missing', () => {
    const syns = [0, 1000, 2000].map((at) => ({ t: at, flags: SYN, seq: 1000, mss: 1460, reach: 2 }));
    const t = run(syns, ['src_veth', 'src_eth0', 'dst_veth']);
    expect([t.summary.segment, t.summary.verdict]).toEqual(['unknown', 'dropped']);
    expect(tcpFlow(t)).toMatchObject({ lastSeen: 'src_eth0', firstMissing: 'dst_veth' });
  });

  it('tells a refusal of the pod from one of its node', () => {
    const refuse = (reach: number, ttlFrom: number): Sent[] => [
      { t: 0, flags: SYN, seq: 1000, mss: 1460, reach },
      { t: 1, back: true, flags: RST_ACK, seq: 0, ack: 1001, reach: ttlFrom },
    ];
    const pod = run(refuse(4, 4));
    expect([pod.summary.verdict, pod.summary.segment]).toEqual(['rejected', 'dst_pod']);
    expect(tcpFlow(pod).rejection).toMatchObject({ by: 'rst', sender: '10.0.2.7', firstSeen: 'dst_veth' });
  });

  it('sees a connection that stalls by what is sent again, though the next capture holds nothing later', () => {
    const again = [200, 600, 1400, 3000].map((t) => data(t, 1101, 100, { reach: 3 }));
    const f = tcpFlow(
      run([...handshake(0), data(5, 1001, 100), ack(6, 1101), data(100, 1101, 100, { reach: 3 }), ...again]),
    );
    expect([f.verdict, f.segment, f.direction]).toEqual(['dropped', 'dst_node', 'forward']);
  });

  it('finds acknowledgements that die on the way back', () => {
    const sent: Sent[] = [...handshake(0)];
    for (const t of [5, 300, 800, 1800, 3800]) sent.push(data(t, 1001, 100), ack(t + 1, 1101, { reach: 2 }));
    expect(tcpFlow(run(sent))).toMatchObject({ verdict: 'dropped', segment: 'vpc', direction: 'return' });
  });

  it('names a path-MTU black hole by sizes', () => {
    const big = [5, 300, 700, 1500].map((t) => data(t, 1101, 8000, { reach: 2, bits: 1 }));
    const t = trace(
      fourPoints([...handshake(0, 1000, 9001), data(4, 1001, 100, { bits: 1 }), ack(4.5, 1101), ...big]),
      { topology },
    );
    expect(tcpFlow(t)).toMatchObject({
      verdict: 'dropped',
      reason: 'size',
      segment: 'vpc',
      size: { smallestLost: 8052, largestPassed: 152, dontFragment: true },
    });
  });

  it('keeps connections apart that use one five-tuple after one another', () => {
    const first = [
      ...handshake(0, 1000),
      data(5, 1001, 100),
      ack(6, 1101),
      { t: 7, flags: FIN_ACK, seq: 1101, ack: 501 },
      ack(8, 1102),
    ];
    const second = [1500, 2500, 3500].map((t): Sent => ({
      t,
      flags: SYN,
      seq: 900_000,
      mss: 1460,
      reach: 2,
    }));
    const t = run([...first, ...second]);
    expect(t.flows.filter((f) => f.protocol === 'tcp').map((f) => [f.verdict, f.segment, f.syn])).toEqual([
      ['dropped', 'vpc', 3],
      ['delivered', 'none', 1],
    ]);
  });
});
