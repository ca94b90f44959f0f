import type { Clocks } from './clocks.js';
import type { Conversation, OrientedLeg } from './conversations.js';
import type { Geography } from './geography.js';
import type { TapData } from './taps.js';
import type { Topology } from './topology.js';

/** Stations in the order a packet from client to server passes them. */
export type Station = 'near_veth' | 'near_eni' | 'far_eni' | 'far_veth';

/** A captured station of a conversation's path. */
export interface PathPoint {
  readonly station: Station;
  readonly taps: readonly TapData[];
  readonly legs: readonly OrientedLeg[];
  readonly node: string | null;
  /** Interface that should have been captured here but was not; then the point proves no absence. */
  readonly missedInterface: string | null;
}

export interface Path {
  readonly points: readonly PathPoint[];
  readonly sameNode: boolean;
  readonly nearNode: string | null;
  readonly farNode: string | null;
}

/** How sure it is that a point's capture was running at a time. */
export type Coverage = 'covered' | 'assumed' | 'no';

/** Captured stations of a conversation, whether it was seen there or not. */
export function pathOf(
  c: Conversation,
  taps: readonly TapData[],
  geography: Geography,
  topology: Topology,
): Path {
  const server = c.translated?.server ?? c.server;
  const servers = [server.ip, ...topology.endpoints(c.protocol, c.server).map((e) => e.ip)];
  const nearNode = geography.nodeOf(c.client.ip);
  const farNode = servers.map((ip) => geography.nodeOf(ip)).find((n) => n !== null) ?? null;
  const sameNode = nearNode !== null && nearNode === farNode;
  const veths = (ips: readonly string[]): TapData[] =>
    taps.filter((t) => {
      const p = geography.places[t.index]!;
      return p.kind === 'veth' && p.podIps.some((ip) => ips.includes(ip));
    });
  const enis = (node: string | null): TapData[] =>
    node === null
      ? []
      : taps.filter((t) => geography.places[t.index]!.kind === 'eni' && geography.places[t.index]!.node === node);
  const stations: [Station, TapData[], string | null, string | null][] = [
    ['near_veth', veths([c.client.ip]), nearNode, null],
    ...(sameNode
      ? []
      : ([
          ['near_eni', enis(nearNode), nearNode, missed(enis(nearNode), nearNode, c.client.ip, server.ip, geography, topology)],
          ['far_eni', enis(farNode), farNode, missed(enis(farNode), farNode, server.ip, c.client.ip, geography, topology)],
        ] as [Station, TapData[], string | null, string | null][])),
    ['far_veth', veths(servers), farNode, null],
  ];
  const points = stations
    .filter(([, t]) => t.length > 0)
    .map(([station, t, node, missedInterface]) => {
      const legs = c.legs.filter(({ leg }) => t.some((x) => x.index === leg.tap));
      return { station, taps: t, legs, node, missedInterface: legs.length > 0 ? null : missedInterface };
    });
  return { points, sameNode, nearNode, farNode };
}

function missed(
  captured: readonly TapData[],
  node: string | null,
  pod: string,
  peer: string,
  geography: Geography,
  topology: Topology,
): string | null {
  if (node === null || captured.length === 0) return null;
  const expected = topology.egressInterface(node, pod, peer);
  if (expected === null) return null;
  const names = captured.map((t) => geography.places[t.index]!.interfaceName);
  return names.every((n) => n !== null && n !== expected) ? expected : null;
}

/** Slack for the way between two points, beyond the clocks' bound: queues and scheduling. */
const DELAY_SAME_NODE = 2e6;
const DELAY_CROSS_NODE = 20e6;

/**
 * Was the capture at `point` running when a packet seen at `from` at reference time `t` should have passed?
 * The first and last frame in a file prove it for the time between. A file without frames, or a long silence
 * like those it holds anyway, leaves it likely.
 */
export function coverageAt(
  point: PathPoint,
  from: PathPoint,
  t: number,
  geography: Geography,
  clocks: Clocks,
): Coverage {
  if (point.missedInterface !== null) return 'no';
  const bound = clocks.bound(from.node, point.node);
  const guard = from.node === point.node ? DELAY_SAME_NODE : DELAY_CROSS_NODE + Math.min(bound, 1e9);
  let best: Coverage = 'no';
  for (const tap of point.taps) {
    if (tap.first === null || tap.last === null) {
      best = 'assumed';
      continue;
    }
    const node = geography.places[tap.index]!.node;
    const first = clocks.toReference(node, tap.first);
    const last = clocks.toReference(node, tap.last);
    if (t >= first + guard && t <= last - guard) return 'covered';
    const slack = Math.min(Math.max(2e9, 3 * tap.longestGap), 30e9) + guard;
    if (t >= first - slack && t <= last + slack) best = 'assumed';
  }
  return best;
}
