import type { Fate, Fault, Packet, Place } from './network.js';
import type { Random } from './random.js';

const S = 1e9;

/** What is wrong in a run, in truth. */
export interface FaultPlan extends Fault {
  readonly kind: 'healthy' | 'drop' | 'lossy' | 'size' | 'reject';
  readonly place: Place | 'none';
  readonly direction: 'forward' | 'return' | 'none';
  readonly traffic: 'mixed' | 'http' | 'bulk' | 'udp' | 'echo' | 'one-way' | 'dns';
  readonly fragments: boolean;
  readonly words: string;
}

const SIZES = { smallest: 1000, limit: 1400 };

export function chooseFault(random: Random, sameNode: boolean): FaultPlan {
  const kind = random.pick([
    'healthy',
    'healthy',
    'drop',
    'drop',
    'drop',
    'lossy',
    'lossy',
    'size',
    'reject',
    'reject',
  ] as const);
  const places: Place[] = sameNode ? ['src_node'] : ['src_node', 'vpc', 'dst_node'];
  if (kind === 'healthy')
    return plan(
      kind,
      'none',
      'none',
      random.pick(['mixed', 'mixed', 'http', 'bulk', 'one-way', 'udp', 'echo']),
      random.chance(0.1),
      'healthy',
      () => 'pass',
    );
  const place: Place = random.pick(places);
  const direction = random.pick(['forward', 'forward', 'return'] as const);
  const way = direction === 'forward' ? 0 : 1;
  const hits = (p: Packet, at: Place): boolean => p.conn.target && p.way === way && at === place;
  switch (kind) {
    case 'drop': {
      const model = random.pick(['all', 'all', 'pod', 'after'] as const);
      const traffic = random.pick(['mixed', 'http', 'udp', 'echo', 'one-way', 'dns'] as const);
      if (model === 'pod' && traffic !== 'one-way')
        return plan(kind, 'dst_pod', 'forward', traffic, false, 'destination pod silent', (at, p) =>
          at === 'dst_pod' && p.conn.target && p.way === 0 ? 'drop' : 'pass',
        );
      const from = model === 'after' ? (0.6 + random.next()) * S : 0;
      const dir = traffic === 'one-way' ? 'forward' : direction;
      const w = dir === 'forward' ? 0 : 1;
      return plan(
        kind,
        place,
        dir,
        traffic,
        false,
        `${traffic} dropped at ${place} ${dir} after ${from / S}`,
        (at, p, t) => (p.conn.target && p.way === w && at === place && t >= from ? 'drop' : 'pass'),
      );
    }
    case 'lossy': {
      const rate = random.pick([0.02, 0.05, 0.1, 0.2, 0.4]);
      const burst = random.chance(0.3);
      const fragments = random.chance(0.15);
      const traffic = fragments
        ? 'udp'
        : random.pick(['mixed', 'http', 'bulk', 'udp', 'one-way', 'echo'] as const);
      let left = 0;
      const dir = traffic === 'one-way' ? 'forward' : direction;
      const w = dir === 'forward' ? 0 : 1;
      return plan(
        kind,
        fragments && !sameNode ? 'vpc' : place,
        dir,
        traffic,
        fragments,
        `${traffic} lossy ${rate}${burst ? ' in bursts' : ''} at ${place} ${dir}`,
        (at, p) => {
          if (!(p.conn.target && p.way === w && at === (fragments ? (sameNode ? place : 'vpc') : place)))
            return 'pass';
          if (left > 0) {
            left--;
            return 'drop';
          }
          if (random.chance(burst ? rate / 4 : rate)) {
            left = burst ? random.int(1, 5) : 0;
            return 'drop';
          }
          return 'pass';
        },
      );
    }
    case 'size':
      return plan(
        kind,
        place,
        direction,
        'bulk',
        false,
        `packets above ${SIZES.limit} bytes dropped at ${place} ${direction}`,
        (at, p) =>
          hits(p, at) && p.headers + Math.min(p.payload, p.mss || p.payload) > SIZES.limit ? 'drop' : 'pass',
      );
    case 'reject': {
      const how = random.pick(['closed', 'rst', 'icmp', 'unreachable', 'udp-closed'] as const);
      if (how === 'closed')
        return plan(kind, 'dst_pod', 'forward', 'http', false, 'closed port', (at, p) =>
          at === 'dst_pod' && p.conn.target && p.way === 0 ? 'rst' : 'pass',
        );
      if (how === 'udp-closed')
        return plan(kind, 'dst_pod', 'forward', 'udp', false, 'closed UDP port', (at, p) =>
          at === 'dst_pod' && p.conn.target && p.way === 0
            ? { icmp: p.conn.client.ip.includes(':') ? [1, 4] : [3, 3], mtu: 0, delay: 0 }
            : 'pass',
        );
      const node: Place = random.pick(sameNode ? ['src_node'] : ['src_node', 'dst_node']);
      const traffic = random.pick(['http', 'http', 'udp'] as const);
      return plan(
        kind,
        node,
        'forward',
        how === 'rst' ? 'http' : traffic,
        false,
        `${how} by ${node}`,
        (at, p) => {
          if (!(p.conn.target && p.way === 0 && at === node)) return 'pass';
          if (how === 'rst') return 'rst';
          const six = p.conn.client.ip.includes(':');
          if (how === 'icmp') return { icmp: six ? [1, 1] : [3, 10], mtu: 0, delay: 0 };
          return { icmp: six ? [1, 3] : [3, 1], mtu: 0, delay: 3 * S };
        },
      );
    }
  }
}

function plan(
  kind: FaultPlan['kind'],
  place: FaultPlan['place'],
  direction: FaultPlan['direction'],
  traffic: FaultPlan['traffic'],
  fragments: boolean,
  words: string,
  decide: (at: Place, p: Packet, t: number) => Fate,
): FaultPlan {
  return { kind, place, direction, traffic, fragments, words, decide };
}
