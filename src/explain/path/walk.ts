/** Follows a packet from node to node, and its answer back. */
import { familyOf } from '../../facts/support/addresses.js';
import { interfaceKind } from '../../facts/support/nodes.js';
import type { NodeFacts } from '../../model/node.js';
import { ownerOf } from '../../node/lookup.js';
import type { SimPacket } from '../../simulate/index.js';
import { NetcheckError } from '../../errors.js';
import { arrivalAt, entryOf, namedNode } from './entry.js';
import { followHop } from './hop.js';
import type { Hop, Outcome, PathAnswer, PathQuestion } from './types.js';

/** Nodes that a packet is followed over, all outcomes together. */
const MAX_HOPS = 24;
/** Stands in where nobody says from which port. */
const SOME_PORT = 40_000;

/** What becomes of the packet on every node whose bundle is there. */
export function walk(nodes: readonly NodeFacts[], question: PathQuestion): PathAnswer {
  const { src, dst, protocol } = question;
  const family = familyOf(src.ip);
  if (family === null || familyOf(dst.ip) !== family) {
    throw new NetcheckError('E_USAGE', `${src.ip} and ${dst.ip} are not of one address family.`, {
      hint: 'Give both as IPv4 or both as IPv6.',
    });
  }
  const given = question.node === null ? null : namedNode(nodes, question.node);
  const entry = entryOf(nodes, given, src.ip, dst.ip);
  const assumptions = [...entry.assumptions];
  const ports = portsOf(nodes, question, assumptions);
  const packet: SimPacket = {
    family,
    src: src.ip,
    dst: dst.ip,
    protocol: protocol === 'icmp' && family === 6 ? 'icmpv6' : protocol,
    ...ports,
    iif: entry.iif,
    ctstate: 'NEW',
  };
  const hops = [followHop({ nodes, node: entry.node, way: 'forward', packet, entry: entry.words })];
  const notes: string[] = [];
  for (let i = 0; i < hops.length && hops.length < MAX_HOPS; i += 1) {
    for (const next of nextHops(nodes, hops[i]!, hops, assumptions, notes)) {
      if (hops.length < MAX_HOPS) hops.push(next);
    }
  }
  const answers = question.answer ? wayBack(nodes, hops, notes) : [];
  return { question, hops, answers, assumptions: [...new Set(assumptions)], notes: [...new Set(notes)] };
}

/** Ports of the packet; what is not given is taken from the service or endpoint known there, and said. */
function portsOf(
  nodes: readonly NodeFacts[],
  { src, dst, protocol, sport }: PathQuestion,
  assumptions: string[],
): { sport: number; dport: number } {
  if (protocol === 'icmp') return { sport: 0, dport: 0 };
  const from = sport ?? src.port ?? SOME_PORT;
  if (dst.port !== null) return { sport: from, dport: dst.port };
  const services = nodes.flatMap((n) => n.services).filter((s) => s.protocol === protocol);
  const service = services.find((s) => s.clusterIp === dst.ip);
  const endpoint = services.flatMap((s) => s.endpoints).find((e) => e.ip === dst.ip);
  const dport = service?.port ?? endpoint?.port ?? 80;
  const why =
    service !== undefined
      ? 'the first port of that service'
      : endpoint !== undefined
        ? 'the port a service sends to there'
        : 'for want of a better one';
  assumptions.push(`No destination port was given: ${dport} is taken, ${why}.`);
  return { sport: from, dport };
}

function nextHops(
  nodes: readonly NodeFacts[],
  hop: Hop,
  before: readonly Hop[],
  assumptions: string[],
  notes: string[],
): Hop[] {
  const next: Hop[] = [];
  for (const outcome of hop.outcomes) {
    if (outcome.verdict !== 'forwarded' || outcome.outInterface === null) continue;
    if (interfaceKind(hop.node, outcome.outInterface) === 'veth') continue;
    const packet = leaving(hop.packet, outcome);
    if (packet === null) {
      notes.push(
        `The address the packet leaves ${hop.node.id} with is not known, so it is not followed further.`,
      );
      continue;
    }
    const owner = ownerOf(nodes, packet.dst);
    if (owner.node === null || owner.kind === 'service') {
      notes.push(`${packet.dst} is in no bundle given: what happens behind ${hop.node.id} is not known.`);
      continue;
    }
    if (owner.node === hop.node) continue;
    const arrived = arrivalAt(owner.node, owner, packet.dst);
    const incoming: SimPacket = { ...packet, iif: arrived.iif };
    if ([...before, ...next].some((h) => h.node === owner.node && samePacket(h.packet, incoming))) continue;
    assumptions.push(...arrived.assumptions);
    notes.push(
      'Between the nodes is the VPC: no bundle shows security groups, network ACLs and VPC route tables.',
    );
    next.push(followHop({ nodes, node: owner.node, way: 'forward', packet: incoming, entry: arrived.words }));
  }
  return next;
}

/** The packet as it leaves, for the next node; null when its addresses are not known. */
function leaving(packet: SimPacket, { translated }: Outcome): SimPacket | null {
  const { family, protocol } = packet;
  const dst = translated?.dst ?? { ip: packet.dst, port: packet.dport };
  const src = translated?.src ?? { ip: packet.src, port: packet.sport };
  if (dst.ip === null || src.ip === null) return null;
  return {
    family,
    protocol,
    src: src.ip,
    dst: dst.ip,
    // The kernel picks a port of this range where it picks one.
    sport: src.port ?? SOME_PORT,
    dport: dst.port ?? packet.dport,
    iif: null,
    ctstate: 'NEW',
  };
}

function samePacket(a: SimPacket, b: SimPacket): boolean {
  return a.src === b.src && a.dst === b.dst && a.sport === b.sport && a.dport === b.dport && a.iif === b.iif;
}

/**
 * The answer of whoever got the packet, over the same nodes the other way round. Connection tracking undoes what was
 * translated: on each node the answer goes from the translated destination to the original source.
 */
function wayBack(nodes: readonly NodeFacts[], hops: readonly Hop[], notes: string[]): Hop[] {
  const chain = chainOf(hops);
  const last = chain.at(-1)!;
  const end = last.outcome;
  if (end.verdict !== 'forwarded' && end.verdict !== 'delivered') {
    notes.push(
      end.verdict === 'undetermined'
        ? 'There is no answer to follow: it is not determined what becomes of the packet itself.'
        : `There is no answer to follow: the packet is ${end.verdict} on ${last.hop.node.id}.`,
    );
    return [];
  }
  const back: Hop[] = [];
  for (const { hop, outcome } of [...chain].reverse()) {
    const { packet } = hop;
    const from = outcome.translated?.dst ?? { ip: packet.dst, port: packet.dport };
    const to = outcome.translated?.src ?? { ip: packet.src, port: packet.sport };
    if (from.ip === null) break;
    const isEnd = hop === last.hop && outcome.verdict === 'delivered';
    const veth = outcome.outInterface !== null && interfaceKind(hop.node, outcome.outInterface) === 'veth';
    const entry = isEnd
      ? { iif: null, words: 'answered by a process of the node itself' }
      : veth
        ? { iif: outcome.outInterface, words: `answered by the pod behind ${outcome.outInterface!}` }
        : arrivalAt(hop.node, ownerOf([hop.node], to.ip ?? packet.src), to.ip ?? packet.src);
    const answer: SimPacket = {
      family: packet.family,
      protocol: packet.protocol,
      src: from.ip,
      sport: from.port ?? packet.dport,
      dst: packet.src,
      dport: packet.sport,
      iif: entry.iif,
      ctstate: 'ESTABLISHED',
      ...(outcome.ctmark === null ? {} : { ctmark: outcome.ctmark }),
      ...(packet.protocol === 'tcp' ? { tcpFlags: 'SYN,ACK' } : {}),
    };
    const followed = followHop({ nodes, node: hop.node, way: 'return', packet: answer, entry: entry.words });
    back.push(followed);
    if (followed.joined.verdict === 'dropped' || followed.joined.verdict === 'rejected') break;
  }
  return back;
}

/** One outcome per node that leads on to the next: of several endpoints the first that gets through. */
function chainOf(hops: readonly Hop[]): { hop: Hop; outcome: Outcome }[] {
  const chain: { hop: Hop; outcome: Outcome }[] = [];
  let hop: Hop | undefined = hops[0];
  while (hop !== undefined && chain.length < MAX_HOPS) {
    const current: Hop = hop;
    const outcome =
      current.outcomes.find((o) => o.verdict === 'forwarded' || o.verdict === 'delivered') ?? current.joined;
    chain.push({ hop: current, outcome });
    const out = outcome.verdict === 'forwarded' ? leaving(current.packet, outcome) : null;
    hop =
      out === null
        ? undefined
        : hops.find(
            (h) =>
              !chain.some((c) => c.hop === h) &&
              h.packet.src === out.src &&
              h.packet.dst === out.dst &&
              h.packet.dport === out.dport,
          );
  }
  return chain;
}
