import { PROTO_ICMP, PROTO_ICMPV6, type CaptureFlow } from '../model/capture.js';

/** Link-local, multicast, broadcast and unspecified addresses: what is sent there is never forwarded. */
const NEVER_FORWARDED =
  /^(?:169\.254\.|22[4-9]\.|23\d\.|255\.255\.255\.255$|0\.0\.0\.0$|127\.|fe[89ab][0-9a-f]:|ff[0-9a-f]{2}:|::1?$)/i;

/**
 * True for flows whose way can be followed from node to node. Neighbour discovery, multicast reports, metadata
 * and the like stay on their link: that no other point sees them is no loss.
 */
export function isForwarded(flow: CaptureFlow): boolean {
  if (NEVER_FORWARDED.test(flow.a) || NEVER_FORWARDED.test(flow.b)) return false;
  // ICMP other than echo has no identifier: redirects, router advertisements, errors.
  const icmp = flow.protocol === PROTO_ICMP || flow.protocol === PROTO_ICMPV6;
  return !icmp || flow.aPort !== 0 || flow.bPort !== 0;
}
