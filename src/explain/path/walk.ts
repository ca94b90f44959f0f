/** Follows a packet from node to node, and its answer back. */
import { familyOf } from '../../facts/support/addresses.js';
import { interfaceKind } from '../../facts/support/nodes.js';
import type { NodeFacts } from '../../model/node.js';
import { ownerOf } from '../../node/lookup.js';
import type { SimPacket } from '../../simulate/index.js';
import { NetcheckError } from '../../errors.js';
import { wayBack } from './answer.js';
import { arrivalAt, entryOf, namedNode } from './entry.js';
import { followHop } from './hop.js';
import { leaving, SOME_PORT } from './leaving.js';
import type { Hop, PathAnswer, PathQuestion } from './types.js';

/** Nodes that a packet is followed over, all outcomes together. */
const MAX_HOPS = 24;

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

function samePacket(a: SimPacket, b: SimPacket): boolean {
  return a.src === b.src && a.dst === b.dst && a.sport === b.sport && a.dport === b.dport && a.iif === b.iif;
}
