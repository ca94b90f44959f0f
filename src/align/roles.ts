import type { Point } from '../model/trace.js';
import type { Conversation } from './conversations.js';
import type { Geography, Place } from './geography.js';
import type { TapData } from './taps.js';
import type { Topology } from './topology.js';

/** The two ends in question and the nodes they live on: what the names of the four points refer to. */
export interface Ends {
  readonly srcIp: string | null;
  readonly dstIp: string | null;
  readonly srcNode: string | null;
  readonly dstNode: string | null;
}

export function endsOf(c: Conversation, geography: Geography, topology: Topology): Ends {
  const server = c.translated?.server ?? c.server;
  const endpoint = [server.ip, ...topology.endpoints(c.protocol, c.server).map((e) => e.ip)].find(
    (ip) => geography.nodeOf(ip) !== null,
  );
  const dstIp = endpoint ?? server.ip;
  return {
    srcIp: c.client.ip,
    dstIp,
    srcNode: geography.nodeOf(c.client.ip),
    dstNode: geography.nodeOf(dstIp),
  };
}

/** The pair of ends that most probably is what the captures were taken for, before any verdict is known. */
export function likelyEnds(
  taps: readonly TapData[],
  conversations: readonly Conversation[],
  geography: Geography,
  topology: Topology,
  given: ReadonlyMap<string, Point>,
): Ends | null {
  const scores = new Map<string, { score: number; ends: Ends }>();
  for (const c of conversations) {
    const ends = endsOf(c, geography, topology);
    const key = `${ends.srcIp}|${ends.dstIp}`;
    let entry = scores.get(key);
    if (!entry) scores.set(key, (entry = { score: capturedAt(taps, geography, ends, given), ends }));
    const answered = c.legs.some(({ leg, forward }) => leg.packets(forward === 0 ? 1 : 0) > 0);
    entry.score += answered ? 0.01 : 1;
  }
  let best: { score: number; ends: Ends } | null = null;
  for (const e of scores.values()) if (best === null || e.score > best.score) best = e;
  return best?.ends ?? null;
}

/** Somebody chose these pods to capture at: that counts before any packet does. */
function capturedAt(
  taps: readonly TapData[],
  geography: Geography,
  ends: Ends,
  given: ReadonlyMap<string, Point>,
): number {
  let score = 0;
  for (const tap of taps) {
    const place = geography.places[tap.index]!;
    if (place.kind !== 'veth') continue;
    const said = given.get(tap.table.file);
    if (ends.srcIp !== null && place.podIps.includes(ends.srcIp)) score += said === 'src_veth' ? 100 : 0.5;
    if (ends.dstIp !== null && place.podIps.includes(ends.dstIp)) score += said === 'dst_veth' ? 100 : 0.25;
  }
  return score;
}

/** Which of the four points a place is, for these ends. */
export function pointOf(place: Place, ends: Ends): Point | null {
  if (place.kind === 'veth') {
    if (ends.srcIp !== null && place.podIps.includes(ends.srcIp)) return 'src_veth';
    if (ends.dstIp !== null && place.podIps.includes(ends.dstIp)) return 'dst_veth';
    return null;
  }
  if (place.kind !== 'eni' || place.node === null) return null;
  if (ends.srcNode !== null && ends.srcNode === ends.dstNode) return null;
  if (place.node === ends.srcNode) return 'src_eth0';
  if (place.node === ends.dstNode) return 'dst_eth0';
  return null;
}

/** Puts the user's word above everything that was found. */
export function applyGiven(
  taps: readonly TapData[],
  geography: Geography,
  given: ReadonlyMap<string, Point>,
): void {
  for (const tap of taps) {
    const point = given.get(tap.table.file);
    if (point === undefined) continue;
    const place = geography.places[tap.index]!;
    const kind = point.endsWith('veth') ? 'veth' : 'eni';
    if (place.kind !== kind) {
      place.kind = kind;
      place.podIps = [];
    }
    place.certainty = 'given';
    place.reason = `given as ${point.replace('_', '-')}`;
  }
}

/**
 * Places captures that hold no packet, and so tell nothing themselves: by what their file names say of side and
 * kind, else because one capture and one point are left over.
 */
export function placeLeftovers(
  taps: readonly TapData[],
  geography: Geography,
  ends: Ends,
  given: ReadonlyMap<string, Point>,
): void {
  const sameNode = ends.srcNode !== null && ends.srcNode === ends.dstNode;
  const wanted: Point[] = sameNode
    ? ['src_veth', 'dst_veth']
    : ['src_veth', 'src_eth0', 'dst_eth0', 'dst_veth'];
  const taken = new Set(
    taps
      .map((t) => given.get(t.table.file) ?? pointOf(geography.places[t.index]!, ends))
      .filter((p) => p !== null),
  );
  const loose = taps.filter((t) => {
    const place = geography.places[t.index]!;
    if (given.has(t.table.file)) return place.kind === 'veth' && place.podIps.length === 0;
    return t.packets === 0 && pointOf(place, ends) === null;
  });
  const assign = (tap: TapData, point: Point, why: string): void => {
    const place = geography.places[tap.index]!;
    place.kind = point.endsWith('veth') ? 'veth' : 'eni';
    place.node = point.startsWith('src') ? ends.srcNode : ends.dstNode;
    const ip = point.startsWith('src') ? ends.srcIp : ends.dstIp;
    place.podIps = place.kind === 'veth' && ip !== null ? [ip] : [];
    if (place.certainty !== 'given') {
      place.certainty = 'assumed';
      place.reason = why;
    }
    taken.add(point);
  };
  const rest: TapData[] = [];
  for (const tap of loose) {
    const said = given.get(tap.table.file);
    const hint = geography.hints[tap.index]!;
    const place = geography.places[tap.index]!;
    const side =
      place.node !== null && ends.srcNode !== ends.dstNode
        ? place.node === ends.srcNode
          ? 'src'
          : place.node === ends.dstNode
            ? 'dst'
            : null
        : hint.side;
    const named =
      side !== null && hint.kind !== null
        ? (`${side}_${hint.kind === 'veth' ? 'veth' : 'eth0'}` as Point)
        : null;
    if (said !== undefined) assign(tap, said, '');
    else if (named !== null && wanted.includes(named) && !taken.has(named))
      assign(tap, named, `the file is empty; its name says ${named.replace('_', '-')}`);
    else rest.push(tap);
  }
  const open = wanted.filter((p) => !taken.has(p));
  for (const tap of rest) {
    const hint = geography.hints[tap.index]!;
    const fits = open.filter(
      (p) =>
        (hint.kind === null || p.endsWith('veth') === (hint.kind === 'veth')) &&
        (hint.side === null || p.startsWith(hint.side)),
    );
    if (rest.length === 1 && fits.length === 1)
      assign(tap, fits[0]!, `the file is empty; ${fits[0]!.replace('_', '-')} is the only point left for it`);
  }
}
