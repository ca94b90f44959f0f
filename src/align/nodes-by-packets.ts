/** Which node a capture or an address belongs to, where no bundle says so: told from the packets. */
import { wayOf, type Conversation } from './conversations.js';
import type { FileNameHint } from './file-name-hints.js';
import { fingerprintsOf } from './fingerprints.js';
import type { Place } from './geography.js';
import type { Leg } from './legs.js';
import { spreadNodes } from './tap-groups.js';
import { isInitialTtl } from './scope.js';
import type { TapData } from './taps.js';

/** Gives nodes to taps that no bundle places, by who is nearer to whom. */
export function groupWithoutBundles(
  taps: readonly TapData[],
  places: Place[],
  hints: readonly FileNameHint[],
  groups: readonly number[],
  conversations: readonly Conversation[],
  homes: Map<string, string>,
): void {
  const enis = taps.filter((t) => places[t.index]!.kind === 'eni' && t.packets > 0);
  for (const tap of enis) {
    if (places[tap.index]!.node !== null) continue;
    places[tap.index]!.node = besideByName(tap, enis, places, hints, conversations) ?? freshNode(places);
    spreadNodes(groups, places);
  }
  homesOfVeths(places, homes);
  homesByDirection(enis, places, homes);
  homesByArp(enis, places, homes);
  homesByTtl(taps, places, homes);
  if (enis.length > 0) {
    const votes = nearnessVotes(taps, places, conversations);
    for (const [ip, perNode] of votes) {
      if (homes.has(ip)) continue;
      for (const node of perNode.keys()) if (cameFromAfar(ip, node, taps, places)) perNode.delete(node);
      const best = [...perNode].sort((x, y) => y[1] - x[1] || (x[0] < y[0] ? -1 : 1))[0];
      if (best && best[1] > 0) homes.set(ip, best[0]);
    }
  }
  // The veth nearest to an ENI first: what is certain leaves less to guess for the others.
  const delayOf = (tap: TapData): number =>
    Math.min(...delaysToEnis(tap, places, hints, conversations, homes).values());
  const veths = taps.filter((t) => places[t.index]!.kind === 'veth' && places[t.index]!.node === null);
  const delays = new Map(veths.map((t) => [t, delayOf(t)]));
  for (const tap of veths.sort((x, y) => delays.get(x)! - delays.get(y)! || x.index - y.index)) {
    const place = places[tap.index]!;
    if (place.node !== null) continue;
    const pod = place.podIps[0];
    let node = pod === undefined ? null : (homes.get(pod) ?? null);
    // A vote on where an address lives may rest on one packet: two names for two nodes outweigh it.
    if (node !== null && namedApart(tap, node, taps, places, hints)) node = null;
    const elsewhere = otherNodes(tap, places, conversations);
    if (node !== null && elsewhere.has(node)) node = null;
    node ??= sameNodeByArp(tap, taps, places);
    node ??= sameNodeByTtl(tap, taps, places);
    node ??= nearestEni(tap, places, hints, conversations, homes);
    if (pod !== undefined && elsewhere.has(homes.get(pod) ?? '')) homes.delete(pod);
    node ??= pod === undefined ? null : nodeOfSubnet(pod, homes);
    node ??= nodeOfWord(tap, taps, places, hints);
    if (node !== null && elsewhere.has(node)) node = null;
    node ??= freshNode(places);
    place.node = node;
    for (const ip of place.podIps) homes.set(ip, node);
    spreadNodes(groups, places);
    homesOfVeths(places, homes);
  }
}

/**
 * The node of another ENI whose file name has the same word for it, if no packet was seen at both: between two nodes
 * the ENIs of both show it, a node with several sends it by one of them.
 */
function besideByName(
  tap: TapData,
  enis: readonly TapData[],
  places: readonly Place[],
  hints: readonly FileNameHint[],
  conversations: readonly Conversation[],
): string | null {
  const word = hints[tap.index]!.nodeWord;
  if (word === null) return null;
  const beside = enis.filter(
    (t) =>
      t !== tap &&
      places[t.index]!.node !== null &&
      hints[t.index]!.nodeWord === word &&
      !sharePackets(tap, t, conversations),
  );
  const nodes = new Set(beside.map((t) => places[t.index]!.node));
  return nodes.size === 1 ? [...nodes][0]! : null;
}

/** Some conversation has packets of one way at both taps. */
function sharePackets(x: TapData, y: TapData, conversations: readonly Conversation[]): boolean {
  return conversations.some((c) => {
    const [here, there] = [x, y].map((t) => c.legs.filter(({ leg }) => leg.tap === t.index));
    return here!.some((h) =>
      there!.some((o) =>
        ([0, 1] as const).some((way) => h.leg.packets(wayOf(h, way)) > 0 && o.leg.packets(wayOf(o, way)) > 0),
      ),
    );
  });
}

/** A pod is at home on the node of its veth. */
function homesOfVeths(places: readonly Place[], homes: Map<string, string>): void {
  for (const { kind, node, podIps } of places)
    if (kind === 'veth' && node !== null) for (const ip of podIps) if (!homes.has(ip)) homes.set(ip, node);
}

/** What passes an ENI of a node, and has one end on another node, has the other end here. */
export function homesByPeers(
  places: readonly Place[],
  conversations: readonly Conversation[],
  homes: Map<string, string>,
): void {
  for (const c of conversations) {
    const server = (c.translated?.server ?? c.server).ip;
    const nodes = new Set(
      c.legs.map(({ leg }) => places[leg.tap]!).flatMap((p) => (p.kind === 'eni' ? (p.node ?? []) : [])),
    );
    for (const [ip, peer] of [
      [c.client.ip, server],
      [server, c.client.ip],
    ] as const) {
      const home = homes.get(peer);
      const here = [...nodes].filter((n) => n !== home);
      if (home !== undefined && !homes.has(ip) && here.length === 1) homes.set(ip, here[0]!);
    }
  }
}

/** Who reaches a pod's veth without being forwarded is its node. */
export function homesByTtl(
  taps: readonly TapData[],
  places: readonly Place[],
  homes: Map<string, string>,
): void {
  for (const tap of taps) {
    const { kind, node, podIps } = places[tap.index]!;
    if (kind !== 'veth' || node === null || podIps.length === 0) continue;
    for (const [ip, e] of tap.ends)
      if (e.sent > 0 && isInitialTtl(e.ttl) && !podIps.includes(ip) && !homes.has(ip)) homes.set(ip, node);
  }
}

/** Its packets were forwarded twice before a pod's veth of that node: another node lies before it. */
function cameFromAfar(ip: string, node: string, taps: readonly TapData[], places: readonly Place[]): boolean {
  return taps.some((t) => {
    const e = t.ends.get(ip);
    const place = places[t.index]!;
    return (
      place.kind === 'veth' && place.node === node && e !== undefined && e.sent > 0 && isInitialTtl(e.ttl + 2)
    );
  });
}

/** What came in at an ENI was for an address of its node, what went out was from one. */
export function nodesByDirection(
  taps: readonly TapData[],
  places: readonly Place[],
  homes: ReadonlyMap<string, string>,
): void {
  for (const tap of taps) {
    const place = places[tap.index]!;
    if (place.kind !== 'eni' || place.node !== null) continue;
    const local = [...tap.ends].filter(([, e]) => e.local > 0).map(([ip]) => ({ ip, node: homes.get(ip) }));
    const nodes = new Set(local.flatMap(({ node }) => node ?? []));
    if (nodes.size !== 1) continue;
    place.node = [...nodes][0]!;
    place.reason += `; ${local.find(({ node }) => node !== undefined)!.ip} of ${place.node} is the near end of its packets`;
  }
}

function homesByDirection(
  enis: readonly TapData[],
  places: readonly Place[],
  homes: Map<string, string>,
): void {
  for (const tap of enis)
    for (const [ip, e] of tap.ends)
      if (e.local > 0 && !homes.has(ip)) homes.set(ip, places[tap.index]!.node!);
}

/** Who asks at an ENI for the MAC of a router or neighbour is its node. */
function homesByArp(enis: readonly TapData[], places: readonly Place[], homes: Map<string, string>): void {
  for (const tap of enis) {
    const asking = new Set(
      tap.arp
        .filter((a) => a.op === 'request' && tap.macs.some((m) => m.src === a.senderMac))
        .map((a) => a.senderIp),
    );
    const own = [...asking].filter((ip) => !tap.arp.some((a) => a.op === 'request' && a.targetIp === ip));
    if (own.length === 1 && !homes.has(own[0]!)) homes.set(own[0]!, places[tap.index]!.node!);
  }
}

/** The one node that has addresses in a pod's subnet. */
function nodeOfSubnet(pod: string, homes: ReadonlyMap<string, string>): string | null {
  const subnet = subnetOf(pod);
  const nodes = new Set(
    [...homes].filter(([ip]) => subnet !== null && subnetOf(ip) === subnet).map(([, node]) => node),
  );
  return nodes.size === 1 ? [...nodes][0]! : null;
}

function freshNode(places: readonly Place[]): string {
  const used = new Set(places.map((p) => p.node));
  for (let n = 1; ; n++) if (!used.has(`node-${n}`)) return `node-${n}`;
}

/** All legs begin with the very same packet. */
function beginAlike(taps: readonly TapData[], legs: readonly Leg[]): boolean {
  const prints = new Set(legs.map((l) => fingerprintsOf(taps, l)[0] ?? ''));
  return prints.size === 1 && !prints.has('');
}

/**
 * Round trips are longer nearer to the client: at its own node they hold the whole way. Each conversation seen
 * with an answer at ENI taps of two nodes votes for where its two ends live.
 */
function nearnessVotes(
  taps: readonly TapData[],
  places: readonly Place[],
  conversations: readonly Conversation[],
): Map<string, Map<string, number>> {
  const votes = new Map<string, Map<string, number>>();
  const vote = (ip: string, node: string, weight: number): void => {
    const v = votes.get(ip) ?? new Map<string, number>();
    v.set(node, (v.get(node) ?? 0) + weight);
    votes.set(ip, v);
  };
  const captured = new Set(places.filter((p) => p.kind === 'eni' && p.node !== null).map((p) => p.node));
  for (const c of conversations) {
    if (!c.orientationKnown) continue;
    // A rotated capture shows a connection's beginning in one file only.
    const perNode = new Map<string, { node: string; asked: number; told: number; leg: Leg }>();
    for (const { leg, forward } of c.legs) {
      const { kind, node } = places[leg.tap]!;
      if (kind !== 'eni' || node === null) continue;
      const [asked, told] = [leg.first(forward), leg.first(forward === 0 ? 1 : 0)];
      const known = perNode.get(node);
      if (known === undefined) perNode.set(node, { node, asked, told, leg });
      else {
        if (asked < known.asked) known.leg = leg;
        known.asked = Math.min(known.asked, asked);
        known.told = Math.min(known.told, told);
      }
    }
    const seen = [...perNode.values()].map((s) => ({ ...s, trip: s.told - s.asked }));
    const nodes = new Set(seen.map((s) => s.node));
    const server = c.translated?.server.ip ?? c.server.ip;
    const answered = seen.filter((s) => Number.isFinite(s.trip) && s.trip > 0);
    if (nodes.size === 2 && new Set(answered.map((s) => s.node)).size === 2) {
      const sorted = [...answered].sort((x, y) => y.trip - x.trip);
      const near = sorted[0]!;
      const far = sorted.find((s) => s.node !== near.node);
      if (!far || near.trip <= far.trip) continue;
      // Of a capture that began later the first question and the first answer need not belong together.
      if (
        !beginAlike(
          taps,
          answered.map((s) => s.leg),
        )
      )
        continue;
      vote(c.client.ip, near.node, 2);
      vote(server, far.node, 2);
    } else if (
      nodes.size === 2 &&
      answered.length > 0 &&
      answered.every((s) => s.node === answered[0]!.node) &&
      beginAlike(
        taps,
        seen.map((s) => s.leg),
      )
    ) {
      // The question was seen at both nodes, the answer at one: it was made there.
      vote(server, answered[0]!.node, 1);
      vote(
        c.client.ip,
        [...nodes].find((n) => n !== answered[0]!.node)!,
        1,
      );
    } else if (nodes.size === 1 && answered.length === 0 && captured.size > 1) {
      // Seen at one of the nodes only and never answered: it began there, and did not get to the other.
      vote(c.client.ip, [...nodes][0]!, 0.01);
    }
  }
  return votes;
}

/** The node asks for its pod's MAC with its own address: the same address asks at its ENI. */
function sameNodeByArp(tap: TapData, taps: readonly TapData[], places: readonly Place[]): string | null {
  const pods = new Set(places[tap.index]!.podIps);
  const askers = new Set(
    tap.arp.filter((a) => a.op === 'request' && !pods.has(a.senderIp)).map((a) => a.senderIp),
  );
  for (const other of taps)
    if (
      other !== tap &&
      places[other.index]!.node !== null &&
      other.arp.some((a) => a.op === 'request' && askers.has(a.senderIp))
    )
      return places[other.index]!.node;
  return null;
}

/**
 * Captures of one node share a clock, and a packet is at its ENI microseconds after its veth. At another node's ENI
 * it shows the other clock and the way between.
 */
function nearestEni(
  tap: TapData,
  places: readonly Place[],
  hints: readonly FileNameHint[],
  conversations: readonly Conversation[],
  homes: ReadonlyMap<string, string>,
): string | null {
  const delay = delaysToEnis(tap, places, hints, conversations, homes);
  const [best, next] = [...delay].sort((x, y) => x[1] - y[1]);
  return best !== undefined && best[1] < NEAREST_NS && (next === undefined || next[1] > 2 * best[1])
    ? best[0]
    : null;
}

/** Nodes of veths that packets of this one reach, or come from, forwarded twice: another node than its own. */
function otherNodes(
  tap: TapData,
  places: readonly Place[],
  conversations: readonly Conversation[],
): Set<string> {
  const out = new Set<string>();
  for (const c of conversations) {
    const here = c.legs.filter(({ leg }) => leg.tap === tap.index);
    if (here.length === 0) continue;
    for (const there of c.legs) {
      const place = places[there.leg.tap]!;
      if (place.kind !== 'veth' || place.node === null) continue;
      for (const h of here)
        for (const back of [false, true]) {
          const [x, y] = [h, there].map(({ leg, forward }) =>
            leg.ttl(back ? (forward === 0 ? 1 : 0) : forward),
          );
          if (x! > 0 && y! > 0 && Math.abs(x! - y!) === 2) out.add(place.node);
        }
    }
  }
  return out;
}

/** On one node no packet is at the second of two interfaces this long before it is at the first. */
const BACKWARDS_NS = 5e4;
const NEAREST_NS = 5e6;

/**
 * Per node, the least time between a packet at the tap and the same at an ENI of the node, by their own clocks. None
 * for nodes whose clock shows packets arriving before they were sent: theirs is another.
 */
function delaysToEnis(
  tap: TapData,
  places: readonly Place[],
  hints: readonly FileNameHint[],
  conversations: readonly Conversation[],
  homes: ReadonlyMap<string, string>,
): Map<string, number> {
  const delay = new Map<string, number>();
  // What was forwarded twice on its way here came from another node.
  const foreign = new Set(
    [...tap.ends].filter(([, e]) => e.sent > 0 && isInitialTtl(e.ttl + 2)).map(([ip]) => homes.get(ip)),
  );
  const pods = places[tap.index]!.podIps;
  const otherClock = new Set<string>();
  for (const c of conversations) {
    const here = c.legs.filter(({ leg }) => leg.tap === tap.index);
    if (here.length === 0) continue;
    const fromPod = pods.includes(c.client.ip);
    for (const there of c.legs) {
      const place = places[there.leg.tap]!;
      if (place.kind !== 'eni' || place.node === null || foreign.has(place.node)) continue;
      if (differ(hints[tap.index]!.nodeWord, hints[there.leg.tap]!.nodeWord)) continue;
      for (const h of here)
        for (const back of [false, true]) {
          const [x, y] = [h, there].map(({ leg, forward }) =>
            leg.first(back ? (forward === 0 ? 1 : 0) : forward),
          );
          const d = Math.abs(x! - y!);
          if (!Number.isFinite(d)) continue;
          delay.set(place.node, Math.min(delay.get(place.node) ?? Infinity, d));
          // What the pod sends is at its veth first, what it gets at the ENI.
          const backwards = fromPod === back ? y! > x! : x! > y!;
          if (pods.length > 0 && backwards && d > BACKWARDS_NS && d < NEAREST_NS) otherClock.add(place.node);
        }
    }
  }
  for (const node of otherClock) delay.delete(node);
  return delay;
}

/** The operator's own word for this file's node is another than those for all files of that node. */
function namedApart(
  tap: TapData,
  node: string,
  taps: readonly TapData[],
  places: readonly Place[],
  hints: readonly FileNameHint[],
): boolean {
  const there = taps.filter((t) => places[t.index]!.node === node);
  return there.length > 0 && there.every((t) => differ(hints[tap.index]!.nodeWord, hints[t.index]!.nodeWord));
}

/** The one node of all captures whose file names have this one's word for their node. */
function nodeOfWord(
  tap: TapData,
  taps: readonly TapData[],
  places: readonly Place[],
  hints: readonly FileNameHint[],
): string | null {
  const word = hints[tap.index]!.nodeWord;
  if (word === null) return null;
  const alike = taps.filter((t) => hints[t.index]!.nodeWord === word);
  const nodes = new Set(alike.flatMap((t) => places[t.index]!.node ?? []));
  return nodes.size === 1 ? [...nodes][0]! : null;
}

function differ(x: string | null, y: string | null): boolean {
  return x !== null && y !== null && x !== y;
}

/** Packets between two pods of one node are forwarded once: initial TTL at one veth, one less at the other. */
function sameNodeByTtl(tap: TapData, taps: readonly TapData[], places: readonly Place[]): string | null {
  for (const other of taps) {
    const place = places[other.index]!;
    if (other === tap || place.kind !== 'veth' || place.node === null) continue;
    const pod = place.podIps[0];
    const peer = pod === undefined ? undefined : tap.ends.get(pod);
    if (peer && peer.sent > 0 && isInitialTtl(peer.ttl + 1)) return place.node;
  }
  return null;
}

/**
 * Pods of a node live in its ENIs' subnets: an address that nothing else places is at home beside its
 * neighbours, or, in a subnet of its own, on the one other node that was captured. Never on the node of its peer:
 * that two pods share a node must be seen, not guessed.
 */
export function homesBySubnet(
  places: readonly Place[],
  conversations: readonly Conversation[],
  homes: Map<string, string>,
): void {
  const tapped = [...new Set(places.map((p) => p.node).filter((n) => n !== null))];
  const subnets = new Map<string, Set<string>>();
  for (const [ip, node] of homes) {
    const s = subnetOf(ip);
    if (s !== null) subnets.set(s, (subnets.get(s) ?? new Set()).add(node));
  }
  for (const c of conversations) {
    if (homes.has(c.client.ip)) continue;
    const [beside, other] = [...(subnets.get(subnetOf(c.client.ip) ?? '') ?? [])];
    const server = (c.translated?.server ?? c.server).ip;
    const apart = subnetOf(server) !== subnetOf(c.client.ip) && homes.get(server) !== beside;
    if (beside !== undefined && other === undefined && apart) homes.set(c.client.ip, beside);
  }
  for (const c of conversations) {
    const server = (c.translated?.server ?? c.server).ip;
    const peerHome = homes.get(c.client.ip);
    if (peerHome === undefined || homes.has(server)) continue;
    const neighbours = [...(subnets.get(subnetOf(server) ?? '') ?? [])];
    const others = tapped.filter((n) => n !== peerHome);
    const home = neighbours.length > 0 ? neighbours : others;
    if (home.length === 1 && home[0] !== peerHome && others.includes(home[0]!)) homes.set(server, home[0]!);
  }
}

/** The smallest usual subnet: /24, or /64 of IPv6. */
function subnetOf(ip: string): string | null {
  if (!ip.includes(':')) return ip.split('.').slice(0, 3).join('.');
  const groups = ip.split('::')[0]!.split(':');
  return groups.length >= 4 ? groups.slice(0, 4).join(':') : null;
}
