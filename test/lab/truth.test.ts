import { describe, expect, it } from 'vitest';
import { countFlow, type Frame } from '../../lab/counts.js';
import { shiftClock } from '../../lab/pcap.js';
import { translations } from '../../lab/truth.js';
import type { FlowSpec } from '../../lab/types.js';

const flow: FlowSpec = {
  id: 'g1',
  role: 'healthy',
  from: 'A',
  to: 'B',
  proto: 'tcp',
  kind: 'http',
  src: '10.1.0.5',
  sport: 40000,
  dst: '172.20.9.9',
  dport: 80,
  requests: 1,
  size: 1,
  gap: 0,
  start: 0,
  timeout: 1,
};

describe('translations', () => {
  it('reads what a flow to a ClusterIP became', () => {
    const line =
      'tcp      6 117 TIME_WAIT src=10.1.0.5 dst=172.20.9.9 sport=40000 dport=80 src=10.2.0.7 dst=10.1.0.5 sport=8080 dport=40000 [ASSURED] mark=0 use=1';
    expect(translations(line, [flow]).get('g1')).toEqual({
      src: '10.1.0.5',
      sport: 40000,
      dst: '10.2.0.7',
      dport: 8080,
    });
  });

  it('reads the node address and port of a flow that left the VPC range', () => {
    const line =
      'tcp      6 117 TIME_WAIT src=10.1.0.5 dst=172.20.9.9 sport=40000 dport=80 src=172.20.9.9 dst=10.1.0.1 sport=80 dport=1149 [ASSURED] mark=128 use=1';
    expect(translations(line, [flow]).get('g1')).toEqual({
      src: '10.1.0.1',
      sport: 1149,
      dst: '172.20.9.9',
      dport: 80,
    });
  });

  it('finds nothing where the answer mirrors the question', () => {
    const line =
      'tcp      6 117 TIME_WAIT src=10.1.0.5 dst=172.20.9.9 sport=40000 dport=80 src=172.20.9.9 dst=10.1.0.5 sport=80 dport=40000 mark=0 use=1';
    expect(translations(line, [flow]).size).toBe(0);
  });
});

describe('countFlow', () => {
  const frame = (change: Partial<Frame>): Frame => ({
    time: 0,
    length: 74,
    ifindex: 0,
    proto: 'tcp',
    src: flow.src,
    dst: flow.dst,
    sport: flow.sport,
    dport: flow.dport,
    flags: 0x02,
    error: false,
    request: false,
    ...change,
  });
  const back = { src: flow.dst, dst: flow.src, sport: flow.dport, dport: flow.sport };

  it('tells the two ways, handshakes, resets and ICMP errors apart', () => {
    const frames = [
      frame({}),
      frame({ ...back, flags: 0x12 }),
      frame({ ...back, flags: 0x14, length: 54 }),
      frame({ error: true, flags: 0 }),
      frame({ sport: 1 }),
      frame({ proto: 'udp' }),
    ];
    expect(countFlow(frames, flow, [flow])).toEqual({
      fwd: 1,
      rev: 2,
      icmp_err: 1,
      syn: 1,
      synack: 1,
      rst_fwd: 0,
      rst_rev: 1,
      fwd_bytes: 74,
      rev_bytes: 128,
    });
  });

  it('counts a translated tuple as the same flow', () => {
    const real = { src: flow.src, sport: flow.sport, dst: '10.2.0.7', dport: 8080 };
    expect(countFlow([frame(real)], flow, [flow, real]).fwd).toBe(1);
  });
});

describe('shiftClock', () => {
  function capture(magic: number, seconds: number, fraction: number): Buffer {
    const file = Buffer.alloc(24 + 16 + 4);
    file.writeUInt32LE(magic, 0);
    file.writeUInt32LE(seconds, 24);
    file.writeUInt32LE(fraction, 28);
    file.writeUInt32LE(4, 32);
    return file;
  }

  it.each([
    [0xa1b2c3d4, 999_999, 1.000002, 101 + 1, 1],
    [0xa1b23c4d, 500_000_000, 61.5, 162, 0],
    [0xa1b2c3d4, 0, -0.25, 99, 750_000],
  ])('moves records of %s', (magic, fraction, by, seconds, rest) => {
    const out = shiftClock(capture(magic, 100, fraction), by);
    expect([out.readUInt32LE(24), out.readUInt32LE(28)]).toEqual([seconds, rest]);
  });

  it('refuses what is no classic capture', () => {
    expect(() => shiftClock(Buffer.from('0a0d0d0a', 'hex'), 1)).toThrow('classic');
  });
});
