import ipaddr from 'ipaddr.js';
import { PROTO_ICMPV6 } from '../model/capture.js';
import { macsOf, rotatedSeries } from './tap-groups.js';
import type { Conversation, OrientedLeg } from './conversations.js';
import { fingerprintsOf } from './fingerprints.js';
import type { Leg } from './legs.js';
import { isInitialTtl } from './scope.js';
import type { TapData } from './taps.js';
import type { Topology } from './topology.js';

/** What packets alone say of a tap: the veth of one pod, or an interface that carries the packets of many. */
export interface Kind {
  readonly kind: 'veth' | 'eni';
  readonly podIp: string | null;
  readonly reason: string;
  /** False where only the lack of anything else speaks for it. */
  readonly sure: boolean;
}

/** How often a packet was forwarded since its sender, by its TTL; null when none was seen or nothing fits. */
export function hops(ttl: number): number | null {
  if (ttl === 0) return null;
  for (let n = 0; n <= 3; n++) if (isInitialTtl(ttl + n)) return n;
  return null;
}

/**
 * 64 at the sender's veth, one less on an ENI, two less at the veth of a pod on another node. So the pod behind a
 * veth is an end of every packet there, and its own packets were never forwarded. A node's own address looks the
 * same at an ENI that carries nothing else: ARP, the other captures and the bundles tell them apart.
 */
export class Kinds {
  private readonly legsOf = new Map<number, Leg[]>();
  /** Legs of the same conversation, built when first needed. */
  private siblings: Map<Leg, readonly OrientedLeg[]> | null = null;
  private readonly nodeAddresses: ReadonlySet<string>;
  private readonly pods: ReadonlySet<string>;
  private readonly series: readonly number[];

  constructor(
    private readonly taps: readonly TapData[],
    private readonly conversations: readonly Conversation[],
    topology: Topology,
  ) {
    this.nodeAddresses = new Set(topology.nodes.flatMap((n) => n.addresses));
    this.pods = new Set(topology.nodes.flatMap((n) => n.pods.map((p) => p.ip)));
    this.series = rotatedSeries(taps);
    for (const c of conversations) for (const { leg } of c.legs) push(this.legsOf, leg.tap, leg);
  }

  of(tap: TapData): Kind | null {
    if (tap.cookedPart === 'eni')
      return eni('cooked packets that neither came from a pod of this node nor went to one', true);
    if (tap.cookedPart !== null)
      return veth(
        tap.cookedPart,
        `cooked packets that came in from ${tap.cookedPart} or went out to it`,
        true,
      );
    const legs = this.legsOf.get(tap.index) ?? [];
    if (legs.length === 0) return null;
    const both = commonEnds(tap, legs);
    const candidates = both.filter((ip) => legs.every((l) => (sentHops(tap, l, ip) ?? 0) === 0));
    if (candidates.length === 0)
      return eni('packets of several ends, or forwarded before they came here', true);
    for (const ip of candidates) {
      const found = this.settle(tap, legs, ip, candidates);
      if (found !== null) return found;
    }
    const pod =
      candidates.length === 2 && !this.seenElsewhereAlike(tap, legs)
        ? this.podBesideNode(tap, candidates)
        : null;
    if (pod !== null)
      // A node's probes of its own pods are not at its ENI either: where the file's name says ENI, it is one.
      return veth(
        pod,
        `every packet is between ${pod} and its node, whose other packets go elsewhere`,
        false,
      );
    const senders = candidates.filter((ip) => legs.some((l) => sentHops(tap, l, ip) === 0));
    const [sender] = senders;
    // A pod and its node, or two nodes: which of them is at home here, nothing tells.
    if (senders.length > 1) return null;
    if (sender !== undefined && candidates.length === 1)
      return veth(
        sender,
        `every packet is to or from ${sender}, whose own packets have their initial TTL`,
        false,
      );
    if (sender === undefined) return eni('forwarded once (TTL one below its initial value)', false);
    return candidates.length > 1 && legs.length === 1
      ? null
      : veth(sender, `every packet is to or from ${sender}`, false);
  }

  /**
   * Only a node and one other speak here, both with their initial TTL: a pod's veth with nothing but probes, or the
   * ENI of a node that talks to another. At its ENI the node's other flows would be seen as well.
   */
  private podBesideNode(tap: TapData, candidates: readonly string[]): string | null {
    const pods = candidates.filter((ip) => {
      const node = candidates.find((other) => other !== ip)!;
      return !this.nodeAddresses.has(ip) && this.speaksAtAnotherInterface(tap, node, ip);
    });
    return pods.length === 1 ? pods[0]! : null;
  }

  /** An address sends packets that nobody forwarded, to others than its peer here, and none of them is here. */
  private speaksAtAnotherInterface(tap: TapData, node: string, peer: string): boolean {
    return this.taps.some((other) => {
      if (other.table === tap.table || (macsOf(tap) !== '' && macsOf(tap) === macsOf(other))) return false;
      return (this.legsOf.get(other.index) ?? []).some((leg) => {
        const f = other.flows[leg.flow]!;
        if ((f.a !== node && f.b !== node) || f.a === peer || f.b === peer) return false;
        if (hops(leg.ttl(f.a === node ? 0 : 1)) !== 0) return false;
        return !this.siblingsOf(leg).some(({ leg: twin }) => twin.tap === tap.index);
      });
    });
  }

  /** What is certain of an address that is an end of every packet at a tap. */
  private settle(tap: TapData, legs: readonly Leg[], ip: string, candidates: readonly string[]): Kind | null {
    if (this.nodeAddresses.has(ip)) return null;
    if (legs.some((l) => receivedHops(tap, l, ip) === 2))
      return veth(
        ip,
        `every packet is to or from ${ip}; those to it were forwarded twice, its own never`,
        true,
      );
    if (
      tap.arp.some((a) => a.op === 'request' && a.targetIp === ip && a.senderIp !== ip) ||
      solicited(tap, ip)
    )
      return veth(ip, `every packet is to or from ${ip}, for whose MAC its node asks here`, true);
    const ofOthers = (target: string): boolean =>
      !target.startsWith('169.254.') && !candidates.includes(target);
    if (tap.arp.some((a) => a.op === 'request' && a.senderIp === ip && ofOthers(a.targetIp)))
      return eni(`${ip} asks here for the MAC of a router or neighbour, as a node does`, true);
    if (this.seenElsewhereAlike(tap, legs))
      return eni('the same packets have the same TTL at another capture: no node lies between', true);
    if (this.pods.has(ip) && legs.some((l) => sentHops(tap, l, ip) === 0))
      return veth(
        ip,
        `every packet is to or from the pod ${ip}, whose own packets have their initial TTL`,
        true,
      );
    return null;
  }

  /** Two ENIs show one packet with one TTL; two veths never do. */
  private seenElsewhereAlike(tap: TapData, legs: readonly Leg[]): boolean {
    const macs = macsOf(tap);
    return legs.some((leg) => {
      const print = fingerprintsOf(this.taps, leg)[0];
      return this.siblingsOf(leg).some(({ leg: twin }) => {
        const other = this.taps[twin.tap]!;
        if (other.table === tap.table || (macs !== '' && macs === macsOf(other))) return false;
        if (this.series[tap.index] === this.series[other.index]) return false;
        const same = ([0, 1] as const).map(
          (w) => leg.ttl(w) === 0 || twin.ttl(w) === 0 || leg.ttl(w) === twin.ttl(w),
        );
        if (!same[0]! || !same[1]! || !([0, 1] as const).some((w) => leg.ttl(w) > 0 && twin.ttl(w) > 0))
          return false;
        return (
          print !== undefined &&
          sameFlow(tap, leg, other, twin) &&
          fingerprintsOf(this.taps, twin)[0] === print
        );
      });
    });
  }

  private siblingsOf(leg: Leg): readonly OrientedLeg[] {
    if (this.siblings === null) {
      this.siblings = new Map();
      for (const c of this.conversations) for (const { leg: l } of c.legs) this.siblings.set(l, c.legs);
    }
    return this.siblings.get(leg) ?? [];
  }
}

function sameFlow(tap: TapData, leg: Leg, other: TapData, twin: Leg): boolean {
  const [f, g] = [tap.flows[leg.flow]!, other.flows[twin.flow]!];
  return f.a === g.a && f.b === g.b && f.aPort === g.aPort && f.bPort === g.bPort;
}

/** IPv6: a neighbour solicitation by another goes to the multicast address made of the last three bytes. */
function solicited(tap: TapData, ip: string): boolean {
  if (!ip.includes(':')) return false;
  const bytes = ipaddr.parse(ip).toByteArray();
  const group = ipaddr
    .fromByteArray([255, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 255, ...bytes.slice(13)])
    .toString();
  return tap.flows.some(
    (f, i) =>
      f.protocol === PROTO_ICMPV6 &&
      ((f.a === group && f.b !== ip) || (f.b === group && f.a !== ip)) &&
      holdsFlow(tap, i),
  );
}

/** A file of several interfaces is one table: is a packet of the flow on this one? */
function holdsFlow(tap: TapData, flow: number): boolean {
  const { rows, offsets } = tap.flowIndex;
  for (let i = offsets[flow]!; i < offsets[flow + 1]!; i++)
    if (tap.rowTap === null || tap.rowTap[rows[i]!] === tap.slot) return true;
  return false;
}

function veth(podIp: string, reason: string, sure: boolean): Kind {
  return { kind: 'veth', podIp, reason, sure };
}

function eni(reason: string, sure: boolean): Kind {
  return { kind: 'eni', podIp: null, reason, sure };
}

function commonEnds(tap: TapData, legs: readonly Leg[]): string[] {
  const first = tap.flows[legs[0]!.flow]!;
  return [...new Set([first.a, first.b])].filter((ip) =>
    legs.every((l) => {
      const f = tap.flows[l.flow]!;
      return f.a === ip || f.b === ip;
    }),
  );
}

/** How often packets from `ip` were forwarded, and packets to it. No object per leg: there may be very many. */
function sentHops(tap: TapData, l: Leg, ip: string): number | null {
  return hops(l.ttl(tap.flows[l.flow]!.a === ip ? 0 : 1));
}

function receivedHops(tap: TapData, l: Leg, ip: string): number | null {
  return hops(l.ttl(tap.flows[l.flow]!.a === ip ? 1 : 0));
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
