import { describe, expect, it } from 'vitest';
import type { Scene } from '../../src/align/analyse.js';
import type { MissRates } from '../../src/align/miss-rates.js';
import type { Ends } from '../../src/align/roles.js';
import { summarise, type Fate } from '../../src/align/summary.js';
import { POINTS, type Flow, type Loss, type Point, type TraceSummary } from '../../src/model/trace.js';
import { count, flow } from '../facts/support.js';

interface Told {
  readonly verdict?: 'lossy' | 'delivered';
  readonly captured?: readonly Point[];
}

function summary(flows: readonly Flow[], { verdict = 'lossy', captured = POINTS }: Told = {}): TraceSummary {
  const lossy = verdict === 'lossy';
  const fate: Fate = {
    flows: flows.map((_, i) => i),
    verdict,
    segment: lossy ? 'vpc' : 'none',
    direction: lossy ? 'forward' : 'none',
    proved: true,
    candidates: [],
    fails: false,
    doubtful: [],
  };
  const scene = {
    ...{ taps: [], clocks: { offsets: [] }, topology: { nodes: [] } },
    geography: { places: [], isNodeAddress: (ip: string) => ip === '10.0.1.5' },
  } as unknown as Scene;
  const ends = { srcNode: 'node-a', dstNode: 'node-b' } as Ends;
  return summarise(fate, flows, ends, scene, new Map(), captured, {} as MissRates);
}

/** What it says of flows that lose part of their packets in the VPC, four of them ten. */
function said(flows: readonly Flow[]): string {
  const loss = { segment: 'vpc', direction: 'forward', sent: 10, lost: 4, from: 'src_eth0', to: 'dst_eth0' };
  return summary(flows.map((one): Flow => ({ ...one, verdict: 'lossy', losses: [loss as Loss] })))
    .explanation;
}

const end = (ip: string, port: number): Flow['src'] => ({ ip, port });
const ping = (id: number): Flow =>
  flow({ protocol: 'icmp', src: end('10.0.1.9', id), dst: end('10.0.2.7', id) });
const query = flow({ protocol: 'udp', src: end('10.0.1.9', 40000), dst: end('10.0.2.7', 53) });

describe('the sentence of a summary', () => {
  it('names the port that all flows go to', () => {
    expect(said([query, { ...query, src: end('10.0.1.9', 40001) }])).toBe(
      '2 flows (UDP) from 10.0.1.9 to 10.0.2.7 port 53 lose 40 % of their packets (8 of 20) in the VPC, between the two nodes.',
    );
  });

  it('takes no identifier of a ping for a port, and names all protocols', () => {
    expect(said([ping(4711)])).toContain('One flow (ICMP) from 10.0.1.9 to 10.0.2.7 loses');
    expect(said([query, ping(4711)])).toContain('2 flows (UDP, ICMP) from 10.0.1.9 to 10.0.2.7 lose');
  });
});

describe('the summary of flows that are answered', () => {
  const source = ['src_veth', 'src_eth0'] as const;
  const at = (packets: number, back: number): Flow['points'] => ({ src_veth: count(packets, back) });
  const http = (again: number): Flow => flow({ points: at(50, 50), retransmissions: again });
  const echoes = (sent: number, replies: number): Flow => ({ ...ping(7), points: at(sent, replies) });
  const told = (flows: readonly Flow[], captured: readonly Point[] = source): unknown[] => {
    const { verdict, confidence, against } = summary(flows, { verdict: 'delivered', captured });
    return [verdict, confidence, against.length];
  };

  it('is as sure as what was captured', () => {
    expect(told([http(0), echoes(60, 60)])).toEqual(['delivered', 'high', 0]);
    // What leaves the pod is seen at its veth alone.
    expect(told([http(0)], ['src_eth0', 'dst_eth0', 'dst_veth'])).toEqual(['delivered', 'medium', 1]);
    const ofNode = { ...http(0), src: end('10.0.1.5', 40000) };
    expect(told([ofNode], ['src_eth0', 'dst_eth0', 'dst_veth'])).toEqual(['delivered', 'high', 0]);
  });

  it('doubts where segments are sent again and not all of the way was captured', () => {
    expect(told([http(2)])).toEqual(['delivered', 'high', 0]);
    expect(told([http(12)])).toEqual(['delivered', 'medium', 1]);
    expect(told([http(12)], POINTS)).toEqual(['delivered', 'high', 0]);
    expect(summary([http(12)], { verdict: 'delivered', captured: source })).toMatchObject({
      explanation: expect.stringContaining('Nothing is lost as far as the captures reach') as string,
      against: ['12 of 100 TCP packets were sent again: some may have been lost where nothing was captured.'],
    });
  });

  it('does not call pings healthy of which many bring no reply', () => {
    expect(told([http(0), echoes(60, 40)])).toEqual(['inconclusive', 'low', 0]);
    expect(told([http(0), echoes(60, 40)], POINTS)).toEqual(['delivered', 'high', 0]);
    expect(told([echoes(60, 58)])).toEqual(['delivered', 'high', 0]);
    expect(summary([echoes(60, 40)], { verdict: 'delivered', captured: source }).explanation).toContain(
      'but not all of it: 20 of 60 echo requests bring no reply',
    );
  });
});
