import { interfaceKind } from '../../facts/support/nodes.js';
import type { SimPacket } from '../../simulate/index.js';
import type { Hop, Outcome } from './types.js';

/** Stands in where nobody says from which port, and where the kernel picks one. */
export const SOME_PORT = 40_000;

/** The packet as it leaves, for the next node; null when its addresses are not known. */
export function leaving(packet: SimPacket, { translated }: Outcome): SimPacket | null {
  const { family, protocol } = packet;
  const dst = translated?.dst ?? { ip: packet.dst, port: packet.dport };
  const src = translated?.src ?? { ip: packet.src, port: packet.sport };
  if (dst.ip === null || src.ip === null) return null;
  return {
    family,
    protocol,
    src: src.ip,
    dst: dst.ip,
    sport: src.port ?? SOME_PORT,
    dport: dst.port ?? packet.dport,
    iif: null,
    ctstate: 'NEW',
  };
}

/** Where an outcome goes on; undefined where it ends at a pod, or leaves for a node without a bundle. */
export function nextHop(hops: readonly Hop[], hop: Hop, outcome: Outcome): Hop | undefined {
  if (outcome.verdict !== 'forwarded' || outcome.outInterface === null) return undefined;
  if (interfaceKind(hop.node, outcome.outInterface) === 'veth') return undefined;
  const out = leaving(hop.packet, outcome);
  if (out === null) return undefined;
  return hops
    .slice(hops.indexOf(hop) + 1)
    .find(
      ({ packet }) =>
        packet.src === out.src &&
        packet.dst === out.dst &&
        packet.sport === out.sport &&
        packet.dport === out.dport,
    );
}
