import type { Direction } from '../model/trace.js';
import type { Conversation, OrientedLeg } from './conversations.js';
import type { Geography } from './geography.js';
import type { TapData } from './taps.js';
import type { Topology } from './topology.js';

/** Stations in the order a packet from client to server passes them. */
export const STATIONS = ['near_veth', 'near_eni', 'far_eni', 'far_veth'] as const;
export type Station = (typeof STATIONS)[number];

/** A captured station of a conversation's path. */
export interface PathPoint {
  readonly station: Station;
  /** Taps standing there. Empty where a capture of all interfaces of the node saw nothing at this one. */
  readonly taps: readonly TapData[];
  /** Captures that would have seen a packet here: the taps, or the captures of all interfaces. */
  readonly watchers: readonly TapData[];
  readonly legs: readonly OrientedLeg[];
  readonly node: string | null;
  /** Interface that should have been captured here but was not; then the point proves no absence. */
  readonly missedInterface: string | null;
  /** The same for what comes in from the other node alone: a node may receive by another interface than it sends. */
  readonly missedInbound: string | null;
}

/** Whether packets of a direction come in here from the other node by an interface that was not captured. */
export function comesInUnseen({ station, missedInbound }: PathPoint, direction: Direction): boolean {
  return missedInbound !== null && station === (direction === 'forward' ? 'far_eni' : 'near_eni');
}

export interface Path {
  readonly points: readonly PathPoint[];
  readonly sameNode: boolean;
  readonly nearNode: string | null;
  readonly farNode: string | null;
}

/** Finds the captured stations of conversations. Built once per run, so that no tap is searched for twice. */
export class PathFinder {
  private readonly vethsOfIp = new Map<string, TapData[]>();
  private readonly enisOfNode = new Map<string, TapData[]>();
  /** One tap of each capture of all interfaces, per node. */
  private readonly wholeNode = new Map<string, TapData[]>();
  private readonly missedCache = new Map<string, Missed>();
  /** The path found last: connections to one service that the same taps saw have the same stations. */
  private last: { readonly of: Conversation; readonly path: Path } | null = null;

  constructor(
    taps: readonly TapData[],
    private readonly geography: Geography,
    private readonly topology: Topology,
  ) {
    for (const tap of taps) {
      const place = geography.places[tap.index]!;
      if (place.kind === 'veth') for (const ip of place.podIps) push(this.vethsOfIp, ip, tap);
      if (place.kind === 'eni' && place.node !== null) push(this.enisOfNode, place.node, tap);
      if (!tap.cooked || place.node === null) continue;
      const known = this.wholeNode.get(place.node) ?? [];
      if (!known.some((t) => t.table === tap.table)) push(this.wholeNode, place.node, tap);
    }
  }

  find(c: Conversation): Path {
    if (this.last === null || !sameStations(this.last.of, c)) {
      const path = this.search(c);
      this.last = { of: c, path };
      return path;
    }
    const { path } = this.last;
    return { ...path, points: path.points.map((p) => ({ ...p, legs: legsAt(c, p.taps) })) };
  }

  private search(c: Conversation): Path {
    const server = c.translated?.server ?? c.server;
    const endpoints =
      c.translated === null ? this.topology.endpoints(c.protocol, c.server).map((e) => e.ip) : [];
    const servers = endpoints.length === 0 ? [server.ip] : endpoints;
    const nearNode = this.geography.nodeOf(c.client.ip);
    const homes = new Set(servers.map((ip) => this.geography.nodeOf(ip)));
    // Which of several endpoints was chosen is not known: only what all of them share can be said.
    const farNode = homes.size === 1 ? [...homes][0]! : null;
    const sameNode = nearNode !== null && nearNode === farNode;
    const seenAt = servers.filter((ip) => this.seesLeg(c, this.vethsOfIp.get(ip)));
    const far =
      seenAt.length > 0
        ? seenAt
        : servers.every((ip) => this.vethsOfIp.has(ip))
          ? servers
          : servers.length === 1
            ? servers
            : [];
    const points: PathPoint[] = [];
    this.addVeth(points, c, 'near_veth', [c.client.ip], nearNode, false);
    if (!sameNode) {
      this.addEni(points, c, 'near_eni', nearNode, c.client.ip, server.ip);
      this.addEni(points, c, 'far_eni', farNode, server.ip, c.client.ip);
    }
    if (far.length > 0) this.addVeth(points, c, 'far_veth', far, farNode, sameNode);
    return { points, sameNode, nearNode, farNode };
  }

  private seesLeg(c: Conversation, taps: readonly TapData[] | undefined): boolean {
    return taps?.some((t) => c.legs.some(({ leg }) => leg.tap === t.index)) ?? false;
  }

  private addVeth(
    points: PathPoint[],
    c: Conversation,
    station: Station,
    ips: readonly string[],
    node: string | null,
    sameNode: boolean,
  ): void {
    const taps =
      ips.length === 1
        ? (this.vethsOfIp.get(ips[0]!) ?? [])
        : ips.flatMap((ip) => this.vethsOfIp.get(ip) ?? []);
    // A node's own address has no veth.
    const own = this.geography.isNodeAddress(ips[0]!);
    // A cooked v1 capture cannot tell the veth of a silent pod from an ENI: its packets stand there.
    const mixed =
      taps.length > 0 || node === null
        ? []
        : (this.enisOfNode.get(node) ?? []).filter((t) => t.cookedPart === 'eni');
    if (sameNode && this.seesLeg(c, mixed)) {
      points.push({
        station,
        taps: mixed,
        watchers: mixed,
        legs: legsAt(c, mixed),
        node,
        ...NOTHING_MISSED,
      });
      return;
    }
    const watchers = taps.length > 0 ? taps : own || node === null ? [] : (this.wholeNode.get(node) ?? []);
    if (watchers.length > 0)
      points.push({ station, taps, watchers, legs: legsAt(c, taps), node, ...NOTHING_MISSED });
  }

  private addEni(
    points: PathPoint[],
    c: Conversation,
    station: Station,
    node: string | null,
    local: string,
    peer: string,
  ): void {
    if (node === null) return;
    const taps = this.enisOfNode.get(node) ?? [];
    const watchers = taps.length > 0 ? taps : (this.wholeNode.get(node) ?? []);
    if (watchers.length === 0) return;
    const legs = legsAt(c, taps);
    const missed = watchers.some((t) => t.cooked) ? NOTHING_MISSED : this.missed(taps, node, local, peer);
    const missedInterface = legs.length > 0 ? null : missed.missedInterface;
    points.push({ station, taps, watchers, legs, node, ...missed, missedInterface });
  }

  /** Of the interfaces by which packets of a pod leave its node and come in there, those that were not captured. */
  private missed(captured: readonly TapData[], node: string, pod: string, peer: string): Missed {
    const key = `${node}|${pod}|${peer}`;
    let missed = this.missedCache.get(key);
    if (missed === undefined) {
      const names = captured.map((t) => this.geography.places[t.index]!.interfaceName);
      const unless = (expected: string | null): string | null =>
        expected !== null && names.every((n) => n !== null && n !== expected) ? expected : null;
      missed = {
        missedInterface: unless(this.topology.egressInterface(node, pod, peer)),
        missedInbound: unless(this.topology.ingressInterface(node, pod)),
      };
      this.missedCache.set(key, missed);
    }
    return missed;
  }
}

type Missed = Pick<PathPoint, 'missedInterface' | 'missedInbound'>;
const NOTHING_MISSED: Missed = { missedInterface: null, missedInbound: null };

/** Everything that decides on the stations of a path, apart from the legs that stand at them. */
function sameStations(x: Conversation, y: Conversation): boolean {
  return (
    x.protocol === y.protocol &&
    x.client.ip === y.client.ip &&
    x.server.ip === y.server.ip &&
    x.server.port === y.server.port &&
    (x.translated === null) === (y.translated === null) &&
    x.translated?.server.ip === y.translated?.server.ip &&
    x.legs.length === y.legs.length &&
    x.legs.every(({ leg }, i) => leg.tap === y.legs[i]!.leg.tap)
  );
}

function legsAt(c: Conversation, taps: readonly TapData[]): OrientedLeg[] {
  return c.legs.filter(({ leg }) => taps.some((t) => t.index === leg.tap));
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
