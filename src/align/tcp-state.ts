import { TCP_ACK, TCP_RST, TCP_SYN } from '../model/capture.js';
import type { Observation } from './observations.js';

/** What the packets of a TCP connection say of its life, over all points. */
export interface TcpState {
  /** Copies of the SYN at the point that saw the most. */
  readonly syn: number;
  readonly synAck: number;
  /** The client went on after its SYN or the SYN-ACK, or data both ways in a connection older than the captures. */
  readonly established: boolean;
  /** Per point: a reset by the server came before any SYN-ACK. */
  readonly refusedAt: readonly boolean[];
  /** Per point: a reset in the server's name was seen, at whatever time. */
  readonly resetAt: readonly boolean[];
  /** TTL of the first such reset at each point, 0 where none was seen. */
  readonly refusalTtl: readonly number[];
  /** Its time at each point by the tap's own clock, 0 where it was not seen. */
  readonly refusalTime: readonly number[];
  readonly reset: boolean;
}

export function tcpState(seen: readonly Observation[]): TcpState {
  let syn = 0;
  let synAck = 0;
  let forwardData = false;
  let backData = false;
  let anySyn = false;
  let reset = false;
  const refusedAt: boolean[] = [];
  const refusalTtl: number[] = [];
  const refusalTime: number[] = [];
  for (const o of seen) {
    let synHere = 0;
    let synAckHere = 0;
    let refused = false;
    let ttl = 0;
    let at = 0;
    for (let i = 0; i < o.count; i++) {
      const c = o.taps[o.tap[i]!]!.table.columns;
      const r = o.row[i]!;
      const flags = c.flags[r]!;
      const back = o.back[i] === 1;
      if (flags & TCP_RST) {
        reset = true;
        if (back && !refused) {
          refused = true;
          ttl = c.ttl[r]!;
          at = c.time[r]! + o.taps[o.tap[i]!]!.shift;
        }
      } else if (flags & TCP_SYN) {
        anySyn = true;
        if (flags & TCP_ACK) {
          if (back) synAckHere++;
        } else if (!back) synHere++;
      } else if (flags & TCP_ACK) {
        if (back) backData = true;
        else forwardData = true;
      }
    }
    if (synHere > syn) syn = synHere;
    if (synAckHere > synAck) synAck = synAckHere;
    refusedAt.push(refused);
    refusalTtl.push(ttl);
    refusalTime.push(at);
  }
  // A client that acknowledges got a SYN-ACK, whether or not a capture saw it.
  const established = forwardData && (syn + synAck > 0 || (!anySyn && backData));
  const refusal = synAck === 0 && !established;
  return {
    syn,
    synAck,
    established,
    refusedAt: refusedAt.map((r) => r && refusal),
    resetAt: refusedAt,
    refusalTtl,
    refusalTime,
    reset,
  };
}
