import type { Conversation } from './conversations.js';
import { rotatedSeries, spreadNodes, tapGroups } from './tap-groups.js';
import { Kinds } from './kinds.js';
import { fileNameHint, type FileNameHint } from './file-name-hints.js';
import {
  groupWithoutBundles,
  homesByPeers,
  homesBySubnet,
  homesByTtl,
  nodesByDirection,
} from './nodes-by-packets.js';
import { isInitialTtl } from './scope.js';
import type { TapData } from './taps.js';
import type { Topology, TopologyNode } from './topology.js';

export type Certainty = 'given' | 'certain' | 'likely' | 'assumed';

/** Where a tap stands, apart from which flows are in question. */
export interface Place {
  node: string | null;
  kind: 'veth' | 'eni' | 'unknown';
  interfaceName: string | null;
  /** Pod addresses behind a veth. */
  podIps: string[];
  reason: string;
  certainty: Certainty;
}

export interface Geography {
  readonly places: readonly Place[];
  readonly hints: readonly FileNameHint[];
  /** Node that an address is at home on, null when nothing tells. */
  nodeOf(ip: string): string | null;
  /** True when bundles or packets show an address to be a node's own, not a pod's. */
  isNodeAddress(ip: string): boolean;
}

/** Finds the place of every tap: by MAC and interface name, by TTL, by round-trip times, and by file name last. */
export function locateTaps(
  taps: readonly TapData[],
  conversations: readonly Conversation[],
  topology: Topology,
): Geography {
  const kinds = new Kinds(taps, conversations, topology);
  const hints = taps.map((t) => fileNameHint(t.table.file, topology));
  const places = taps.map(
    (t, i) => byIdentity(t, hints[i]!, topology) ?? byPackets(t, kinds, hints[i]!) ?? unknownPlace(),
  );
  const homes = homesByTopology(topology);
  spreadNodes(tapGroups(taps, places), places);
  nameByFile(taps, places, hints, topology);
  podsByPeers(taps, places, conversations);
  nodesByDirection(taps, places, homes);
  const groups = tapGroups(taps, places);
  spreadNodes(groups, places);
  groupWithoutBundles(taps, places, hints, groups, conversations, homes);
  spreadNodeWords(places, hints);
  homesByTtl(taps, places, homes);
  homesByPeers(places, conversations, homes);
  homesBySubnet(places, conversations, homes);
  const nodeAddresses = new Set([
    ...topology.nodes.flatMap((n) => n.addresses),
    ...ownAddresses(taps, places),
  ]);
  return {
    places,
    hints,
    nodeOf: (ip) => homes.get(ip) ?? null,
    isNodeAddress: (ip) => nodeAddresses.has(ip),
  };
}

/** Senders whose packets leave an ENI with an initial TTL: nobody forwarded them, so they are the node's own. */
function ownAddresses(taps: readonly TapData[], places: readonly Place[]): Set<string> {
  const out = new Set<string>();
  for (const tap of taps)
    if (places[tap.index]!.kind === 'eni')
      for (const [ip, e] of tap.ends) if (e.initial && (!tap.cooked || e.local > 0)) out.add(ip);
  return out;
}

function unknownPlace(): Place {
  return {
    node: null,
    kind: 'unknown',
    interfaceName: null,
    podIps: [],
    reason: 'nothing tells',
    certainty: 'assumed',
  };
}

function homesByTopology(topology: Topology): Map<string, string> {
  const homes = new Map<string, string>();
  for (const n of topology.nodes) {
    for (const a of n.addresses) homes.set(a, n.id);
    for (const p of n.pods) homes.set(p.ip, n.id);
  }
  return homes;
}

/** The interface's own MAC or name, as a bundle knows it. */
function byIdentity(tap: TapData, hint: FileNameHint, topology: Topology): Place | null {
  const named: { node: TopologyNode; name: string; how: string }[] = [];
  const byMac = macCandidates(tap, topology);
  for (const n of topology.nodes)
    for (const i of n.interfaces)
      // Every node has an eth0: only a veth's name is one node's alone.
      if (
        tap.interfaceName !== null &&
        i.name === tap.interfaceName &&
        (i.kind === 'veth' || hint.node === n.id)
      )
        named.push({ node: n, name: i.name, how: `interface ${i.name} of the capture file` });
  let found = byMac;
  if (named.length === 1 && byMac.length !== 1) found = named;
  if (named.length > 1 && byMac.length > 1)
    found = byMac.filter((m) => named.some((n) => n.node.id === m.node.id && n.name === m.name));
  if (found.length > 1) {
    // Two ENIs of one subnet talk to each other: both MACs are in every frame. Pods behind tell them apart.
    const local = found.filter((f) => f.node.pods.some((p) => sendsWithOneHop(tap, p.ip)));
    if (local.length === 1) found = local;
  }
  if (found.length > 1 && hint.node !== null) found = found.filter((f) => f.node.id === hint.node);
  if (found.length !== 1) return null;
  const { node, name, how } = found[0]!;
  const info = node.interfaces.find((i) => i.name === name);
  const veth = info?.kind === 'veth';
  return {
    node: node.id,
    kind: veth ? 'veth' : info?.kind === 'eni' ? 'eni' : 'unknown',
    interfaceName: name,
    podIps: veth ? podsBehind(node, name, tap) : [],
    reason: `${how} is ${name} of ${node.id}`,
    certainty: 'certain',
  };
}

function sendsWithOneHop(tap: TapData, ip: string): boolean {
  const e = tap.ends.get(ip);
  return e !== undefined && e.sent > 0 && isInitialTtl(e.ttl + 1);
}

function macCandidates(
  tap: TapData,
  topology: Topology,
): { node: TopologyNode; name: string; how: string }[] {
  // What a neighbour sends to a group is on every interface of the link and speaks of none.
  const ofGroup = tap.macs.reduce((n, m) => n + (isGroupMac(m.dst) ? m.packets : 0), 0);
  const all = tap.macs.reduce((n, m) => n + m.packets, 0);
  const out: { node: TopologyNode; name: string; how: string; share: number }[] = [];
  for (const n of topology.nodes)
    for (const i of n.interfaces) {
      if (i.mac === null || /^(00:){5}00$/.test(i.mac)) continue;
      const mac = i.mac.toLowerCase();
      const how = `MAC ${mac}`;
      const heard = tap.macs.reduce((n, m) => n + (isGroupMac(m.dst) && m.src === mac ? m.packets : 0), 0);
      const total = tap.cooked ? all : all - ofGroup + heard;
      if (tap.interfaceMac?.toLowerCase() === mac) out.push({ node: n, name: i.name, how, share: 1 });
      else if (total > 0) {
        const hits = tap.macs.reduce(
          (sum, m) => sum + (m.src === mac || (!tap.cooked && m.dst === mac) ? m.packets : 0),
          0,
        );
        const share = hits / total;
        if (tap.cooked ? hits > 0 : share >= 0.9) out.push({ node: n, name: i.name, how, share });
      } else if (tap.arp.some((a) => a.senderMac === mac && a.op === 'request')) {
        out.push({ node: n, name: i.name, how: `${how} in ARP`, share: 1 });
      }
    }
  const best = Math.max(0, ...out.map((o) => o.share));
  return out.filter((o) => o.share === best);
}

/** Multicast or broadcast: the lowest bit of the first byte. */
function isGroupMac(mac: string): boolean {
  return (Number.parseInt(mac.slice(0, 2), 16) & 1) === 1;
}

/** Addresses of pods behind a veth: the bundle's, else the one end that sends with an initial TTL. */
function podsBehind(node: TopologyNode, veth: string, tap: TapData): string[] {
  const known = node.pods.filter((p) => p.veth === veth).map((p) => p.ip);
  if (known.length > 0) return known;
  const end = commonEnd(tap, true);
  return end === null ? [] : [end];
}

/** The address that is an end of every packet of the tap; with `initial`, one that sends with an initial TTL. */
function commonEnd(tap: TapData, initial: boolean): string | null {
  let ip = 0;
  for (const e of tap.ends.values()) ip += e.sent;
  if (ip === 0) return null;
  for (const [address, e] of tap.ends)
    if (e.sent + e.received === ip && (!initial || (e.sent > 0 && isInitialTtl(e.ttl)))) return address;
  return null;
}

function byPackets(tap: TapData, kinds: Kinds, hint: FileNameHint): Place | null {
  const found = kinds.of(tap);
  if (found === null) return null;
  const named = hint.kind;
  if (!found.sure && named !== null && named !== found.kind) return null;
  return {
    node: null,
    kind: found.kind,
    interfaceName: tap.interfaceName,
    podIps: found.podIp === null ? [] : [found.podIp],
    reason: found.reason,
    certainty: 'likely',
  };
}

/** For taps that packets cannot place: an instance id, host name or veth name of a bundle in the file's name. */
function nameByFile(
  taps: readonly TapData[],
  places: Place[],
  hints: readonly FileNameHint[],
  topology: Topology,
): void {
  places.forEach((place, i) => {
    const hint = hints[i]!;
    const tap = taps[i]!;
    if (place.certainty === 'certain') return;
    const pod = place.podIps[0];
    const home = pod === undefined ? null : topology.nodes.find((n) => n.pods.some((p) => p.ip === pod));
    if (home) {
      place.node = home.id;
      place.interfaceName ??= home.pods.find((p) => p.ip === pod)?.veth ?? null;
      place.reason += `; it is a pod of ${home.id}`;
      return;
    }
    if (hint.node !== null && (place.node === null || tap.packets === 0)) {
      const node = topology.nodes.find((n) => n.id === hint.node)!;
      place.node = node.id;
      place.interfaceName ??= hint.interfaceName;
      if (place.kind === 'unknown') place.kind = hint.kind ?? 'unknown';
      if (place.kind === 'veth' && hint.interfaceName !== null && place.podIps.length === 0)
        place.podIps = podsBehind(node, hint.interfaceName, tap);
      place.reason = `file name names ${hint.interfaceName ?? 'the node'} of ${node.id}`;
      place.certainty = tap.packets === 0 ? 'likely' : 'assumed';
    } else if (place.kind === 'unknown' && hint.kind !== null) {
      place.kind = hint.kind;
      place.interfaceName ??= hint.interfaceName;
      place.reason = `file name looks like ${hint.kind === 'veth' ? 'a veth' : 'a node interface'}`;
      place.certainty = 'assumed';
    }
  });
}

/**
 * A veth by its file name, with two ends: the pod is not the one whose packets were forwarded on their way here. Where
 * both send with their initial TTL, it is the one that other captures know as an end of their flows, its node the one
 * they do not know.
 */
function podsByPeers(
  taps: readonly TapData[],
  places: readonly Place[],
  conversations: readonly Conversation[],
): void {
  const own = ownAddresses(taps, places);
  const series = rotatedSeries(taps);
  const isEni = (t: TapData): boolean => places[t.index]!.kind === 'eni';
  const asks = (tap: TapData, ip: string): boolean =>
    conversations.some((c) => c.client.ip === ip && c.legs.some(({ leg }) => leg.tap === tap.index));
  for (const tap of taps) {
    const place = places[tap.index]!;
    // Of the interfaces of one node's capture, beside its ENI.
    const beside = place.kind === 'unknown' && taps.some((t) => t.table === tap.table && isEni(t));
    if ((place.kind !== 'veth' && !beside) || place.podIps.length > 0 || tap.ends.size !== 2) continue;
    const known = [...tap.ends.keys()].filter((ip) =>
      taps.some(
        (other) =>
          other.table !== tap.table && series[other.index] !== series[tap.index] && other.ends.has(ip),
      ),
    );
    const sending = [...tap.ends].filter(([, e]) => e.sent > 0).map(([ip]) => ip);
    const forwarded = [...tap.ends].filter(([, e]) => e.sent > 0 && !isInitialTtl(e.ttl)).map(([ip]) => ip);
    if (beside && (forwarded.length > 0 || sending.length !== 2)) continue;
    if (forwarded.length === 1) {
      place.podIps = [...tap.ends.keys()].filter((ip) => ip !== forwarded[0]);
      place.reason += `; what ${forwarded[0]!} sends came here forwarded`;
    } else if (known.length === 1 && !beside) {
      place.podIps = known;
      place.reason += `; of its two ends only ${known[0]!} is known to other captures`;
    } else if (sending.length === 1) {
      place.podIps = sending;
      place.reason += `; only ${sending[0]!} sends here, and nobody forwarded it`;
    } else {
      // Resets in the name of whom they asked: a node refuses its pod's connections, or a pod its node's.
      const asking = [...tap.ends.keys()].filter((ip) => asks(tap, ip));
      if (asking.length !== 1 || own.size === 0 || own.has(asking[0]!)) continue;
      place.podIps = asking;
      place.kind = 'veth';
      place.reason += `; ${asking[0]!} asks here, and is no node's own address at the ENIs`;
    }
  }
}

/** `node2_eth0.pcap` is placed: then the empty `node2_veth.pcap` stands on the same node. */
function spreadNodeWords(places: Place[], hints: readonly FileNameHint[]): void {
  const words = new Map<string, Set<string>>();
  places.forEach((p, i) => {
    const w = hints[i]!.nodeWord;
    if (w !== null && p.node !== null) words.set(w, (words.get(w) ?? new Set()).add(p.node));
  });
  places.forEach((p, i) => {
    const w = hints[i]!.nodeWord;
    const nodes = w === null ? undefined : words.get(w);
    if (p.node === null && nodes?.size === 1) {
      p.node = [...nodes][0]!;
      p.reason += `; the file name shares '${w}' with another capture of that node`;
    }
  });
}
