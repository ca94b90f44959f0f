/** The way back of the answer. */
import { interfaceKind } from '../../facts/support/nodes.js';
import type { NodeFacts } from '../../model/node.js';
import { ownerOf } from '../../node/lookup.js';
import type { SimPacket } from '../../simulate/index.js';
import { arrivalAt } from './entry.js';
import { followHop } from './hop.js';
import { nextHop } from './leaving.js';
import type { Hop, Outcome } from './types.js';

/**
 * The answer of whoever got the packet, over the same nodes the other way round. Connection tracking undoes what was
 * translated: on each node the answer goes from the translated destination to the original source.
 */
export function wayBack(nodes: readonly NodeFacts[], hops: readonly Hop[], notes: string[]): Hop[] {
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
  while (hop !== undefined && !chain.some((c) => c.hop === hop)) {
    const current: Hop = hop;
    const outcome =
      current.outcomes.find((o) => o.verdict === 'forwarded' || o.verdict === 'delivered') ?? current.joined;
    chain.push({ hop: current, outcome });
    hop = nextHop(hops, current, outcome);
  }
  return chain;
}
