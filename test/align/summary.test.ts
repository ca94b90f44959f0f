import { describe, expect, it } from 'vitest';
import type { Scene } from '../../src/align/analyse.js';
import type { MissRates } from '../../src/align/miss-rates.js';
import type { Ends } from '../../src/align/roles.js';
import { summarise, type Fate } from '../../src/align/summary.js';
import type { Flow, Loss } from '../../src/model/trace.js';
import { flow } from '../facts/support.js';

/** What the summary says of flows that lose part of their packets in the VPC, four of them ten. */
function said(flows: readonly Flow[]): string {
  const loss = { segment: 'vpc', direction: 'forward', sent: 10, lost: 4, from: 'src_eth0', to: 'dst_eth0' };
  const lossy = flows.map((one): Flow => ({ ...one, verdict: 'lossy', losses: [loss as Loss] }));
  const fate: Fate = {
    flows: lossy.map((_, i) => i),
    verdict: 'lossy',
    segment: 'vpc',
    direction: 'forward',
    proved: true,
    candidates: [],
    fails: false,
    doubtful: [],
  };
  const scene = { taps: [], clocks: { offsets: [] }, geography: { places: [] } } as unknown as Scene;
  const ends = { srcNode: 'node-a', dstNode: 'node-b' } as Ends;
  return summarise(fate, lossy, ends, scene, new Map(), [], {} as MissRates).explanation;
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
