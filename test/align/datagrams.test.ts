import { describe, expect, it } from 'vitest';
import { AT, capture, fourPoints, trace, twoNodes, type Row, type Sent } from './rows.js';

const topology = twoNodes();
const run = (sent: readonly Sent[], only?: readonly string[]) => trace(fourPoints(sent, only), { topology });
const udp = (t: number, more: Partial<Sent> = {}): Sent => ({
  t,
  protocol: 17,
  ends: '10.0.1.5:5000 > 10.0.2.7:6000',
  payload: 100,
  headers: 28,
  hash: 100 + t,
  ...more,
});
const udpFlow = (t: ReturnType<typeof run>) => t.flows.find((f) => f.protocol === 'udp')!;

describe('datagrams between four captures', () => {
  it('counts identical heartbeats, of which some are lost', () => {
    const sent = [0, 100, 200, 300, 400, 500].map((t, i) => udp(t, { hash: 9, reach: i % 3 === 1 ? 2 : 4 }));
    const f = udpFlow(run(sent));
    expect([f.verdict, f.segment, f.reason]).toEqual(['lossy', 'vpc', 'partial']);
    expect(f.losses.map((l) => [l.from, l.to, l.lost, l.sent])).toEqual([['src_eth0', 'dst_eth0', 2, 6]]);
  });

  it('tells losses in bursts from losses by chance', () => {
    const stream = (lost: (i: number) => boolean): Sent[] =>
      Array.from({ length: 300 }, (_, i) => udp(i * 10, { reach: lost(i) ? 2 : 4 }));
    const notes = (lost: (i: number) => boolean): string => run(stream(lost)).notes.join(' ');
    // Twelve in a row, three times over; and as many, evenly spread, or in pairs.
    expect(notes((i) => i > 50 && i % 90 < 12)).toContain('come in bursts');
    expect(notes((i) => i % 8 === 5)).not.toContain('bursts');
    expect(notes((i) => (i * 7919) % 100 < 12)).not.toContain('bursts');
    // A tenth of them in a row, once, is what a link that was down for a while looks like: a burst all the same.
    expect(notes((i) => i >= 100 && i < 130)).toContain('come in bursts');
  });

  it('joins identical heartbeats over SNAT by their rhythm, whatever part of them each capture holds', () => {
    const beats = [0, 310, 490, 800, 1250, 1400, 1900];
    const row = (t: number, ends: string, ttl: number): Row => ({
      ...udp(t, { hash: 9 }),
      t,
      ends,
      ttl,
    });
    const atPod = beats.map((t) => row(t, '10.0.1.5:5000 > 10.0.2.7:6000', 64));
    const atEni = [...beats, 2300].map((t) => row(t + 0.1, '10.0.1.1:41000 > 10.0.2.7:6000', 63));
    const flows = trace(
      [
        capture('veth.pcap', atPod, AT.src_veth),
        capture('eth0.pcap0', atEni.slice(0, 3), AT.src_eth0),
        capture('eth0.pcap1', atEni.slice(3), AT.src_eth0),
      ],
      { topology },
    ).flows;
    expect(flows.map((f) => [f.verdict, f.translated?.src])).toEqual([
      ['delivered', { ip: '10.0.1.1', port: 41000 }],
    ]);
  });

  it('calls one-way datagrams that arrive delivered, without waiting for answers', () => {
    expect(udpFlow(run([0, 100, 200].map((t) => udp(t))))).toMatchObject({
      verdict: 'delivered',
      reason: 'seen-at-last-point',
    });
  });

  it('calls an unanswered DNS question at the pod a silent pod', () => {
    const ask = [0, 1500, 3000].map((t) => udp(t, { ends: '10.0.1.5:5000 > 10.0.2.7:53' }));
    expect(run(ask).summary).toMatchObject({ verdict: 'dropped', segment: 'dst_pod', direction: 'forward' });
  });

  it('takes a datagram in fragments for one unit, lost with any of its fragments', () => {
    const whole = (t: number, id: number, lost: boolean): Sent[] => [
      udp(t, { ipId: id, bits: 0x02, payload: 1472, hash: id }),
      udp(t + 0.01, { ipId: id, bits: 0x0c, payload: 536, flags: 185, hash: id + 1, reach: lost ? 2 : 4 }),
    ];
    const sent = [
      ...whole(0, 1, false),
      ...whole(100, 2, true),
      ...whole(200, 3, true),
      ...whole(300, 4, false),
    ];
    // The destination node holds the first fragments back until the rest arrive.
    const held = sent.map((s) =>
      s.bits === 0x02 && (s.ipId === 2 || s.ipId === 3) ? { ...s, reach: 3 } : s,
    );
    expect(udpFlow(run(held))).toMatchObject({
      ...{ verdict: 'lossy', segment: 'vpc', reason: 'fragment' },
      explanation: expect.stringContaining('packets in fragments seen at the source ENI') as string,
    });
  });

  it('calls an echo request with its reply delivered whatever a capture missed', () => {
    const sent = [0, 1, 2, 3].flatMap((seq): Sent[] => [
      {
        t: seq * 500,
        protocol: 1,
        ends: '10.0.1.5:9 > 10.0.2.7:9',
        flags: 8 << 8,
        seq,
        payload: 56,
        headers: 28,
      },
      {
        t: seq * 500 + 1,
        back: true,
        protocol: 1,
        ends: '10.0.2.7:9 > 10.0.1.5:9',
        seq,
        payload: 56,
        headers: 28,
      },
    ]);
    const tables = fourPoints(sent);
    const thinned = fourPoints(sent.filter((s) => s.seq !== 2));
    const t = trace([tables[0]!, tables[1]!, thinned[2]!, tables[3]!], { topology });
    expect(t.counts).toMatchObject({ dropped: 0, lossy: 0, rejected: 0 });
    const rates = t.taps.map((tap) => [tap.point, tap.missRate !== null && tap.missRate > 0]);
    expect(rates).toEqual([
      ['src_veth', false],
      ['src_eth0', false],
      ['dst_eth0', true],
      ['dst_veth', false],
    ]);
  });

  it('does not take later fragments without their first for a flow that is lost', () => {
    const stray: Sent = udp(100, { ends: '10.0.1.5:0 > 10.0.2.7:0', bits: 0x0c, flags: 185, payload: 500 });
    const tables = fourPoints([...[0, 200, 400].map((t) => udp(t)), { ...stray, reach: 3 }]);
    expect(trace(tables, { topology }).counts).toMatchObject({ dropped: 0, lossy: 0 });
  });
});
