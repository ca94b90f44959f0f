import { BIT_DF, TCP_ACK, TCP_FIN, TCP_RST, TCP_SYN } from '../model/capture.js';
import { ByteRuns } from './byte-runs.js';
import { segmentSizeOf } from './leg-table.js';
import type { Observation } from './observations.js';

/**
 * One direction of a TCP connection as byte intervals. A packet cut elsewhere by segmentation offload at each
 * point still covers the same bytes, so bytes are what is compared: how many copies of each byte were seen at
 * one point, and how many at any later one. SYN and FIN count as the bytes they consume.
 */
export interface TcpDirection {
  /** Per point, packet by packet. */
  readonly transmissions: readonly ByteRuns[];
  /** Acknowledged up to here (exclusive), by the other direction's packets at any point; -1 when never. */
  readonly acked: number;
  readonly segmentSize: number;
  /** Bytes sent more than once at the first point that saw them. */
  readonly retransmissions: number;
  /** The highest acknowledgement seen at each point; -1 where none was. */
  readonly ackedAt: readonly number[];
  /** When each point saw more acknowledged than the first point with data ever did; Infinity where none did. */
  readonly overtaken: readonly number[];
  /** The most copies that a point saw of the first byte that was not acknowledged there. */
  readonly waitingCopies: number;
  /** The same of the last point that saw any of the data, and which that is; -1 where none did. */
  readonly waitingAtLast: number;
  readonly last: number;
}

export function tcpDirection(seen: readonly Observation[], back: 0 | 1): TcpDirection {
  let base: number | null = null;
  let mss = 0;
  for (const o of seen)
    for (let i = 0; i < o.count; i++) {
      const c = o.taps[o.tap[i]!]!.table.columns;
      const r = o.row[i]!;
      const flags = c.flags[r]!;
      if (flags & TCP_SYN && c.aux[r]! > 0) mss = mss === 0 ? c.aux[r]! : Math.min(mss, c.aux[r]!);
      if (o.back[i] === back && base === null && flags & TCP_SYN) base = c.seq[r]!;
    }
  if (base === null) base = firstSequence(seen, back);
  const segmentSize = segmentSizeOf(mss);
  const transmissions = seen.map((o) =>
    base === null ? new ByteRuns(0) : collect(o, back, base, segmentSize),
  );
  const sent = highest(transmissions);
  const ackedAt = seen.map((o) => (base === null ? -1 : acknowledged(o, back, base, sent)));
  const acked = Math.max(-1, ...ackedAt);
  const k = transmissions.findIndex((t) => t.count > 0);
  const waitingFor = Math.max(0, k < 0 ? 0 : ackedAt[k]!);
  const waiting = transmissions.map((list, i) => {
    // A point that saw no acknowledgement at all waits for what others saw acknowledged.
    const next = Math.max(0, ackedAt[i]! < 0 ? acked : ackedAt[i]!);
    let n = 0;
    for (let j = 0; j < list.count; j++) if (list.start(j) <= next && list.end(j) > next) n++;
    return n;
  });
  const last = transmissions.findLastIndex((t) => t.count > 0);
  return {
    transmissions,
    acked,
    segmentSize,
    retransmissions: k < 0 ? 0 : countRepeats(transmissions[k]!),
    ackedAt,
    overtaken: seen.map((o, i) =>
      base !== null && ackedAt[i]! > waitingFor ? overtakes(o, back, base, waitingFor) : Infinity,
    ),
    waitingCopies: Math.max(0, ...waiting),
    waitingAtLast: waiting[last] ?? 0,
    last,
  };
}

function firstSequence(seen: readonly Observation[], back: 0 | 1): number | null {
  let best: number | null = null;
  for (const o of seen)
    for (let i = 0; i < o.count; i++) {
      if (o.back[i] !== back) continue;
      const c = o.taps[o.tap[i]!]!.table.columns;
      if (c.flags[o.row[i]!]! & TCP_RST) continue;
      const seq = c.seq[o.row[i]!]!;
      if (best === null || ((seq - best) | 0) < 0) best = seq;
      break;
    }
  return best;
}

function collect(o: Observation, back: 0 | 1, base: number, segmentSize: number): ByteRuns {
  const out = new ByteRuns(o.count);
  let reference = 0;
  for (let i = 0; i < o.count; i++) {
    if (o.back[i] !== back) continue;
    const c = o.taps[o.tap[i]!]!.table.columns;
    const r = o.row[i]!;
    const flags = c.flags[r]!;
    if (flags & TCP_RST) continue;
    const payload = c.payload[r]!;
    const bytes = payload + (flags & TCP_SYN ? 1 : 0) + (flags & TCP_FIN ? 1 : 0);
    if (bytes === 0) continue;
    const start = unwrap(c.seq[r]!, base, reference);
    const end = start + bytes;
    // A keep-alive repeats the last byte: no transmission.
    if (bytes === 1 && payload === 1 && end === reference) continue;
    if (end > reference) reference = end;
    out.add(
      start,
      end,
      o.time[i]!,
      bytes <= segmentSize ? 1 : Math.ceil(bytes / segmentSize),
      Math.max(0, c.ipLength[r]! - payload) + Math.min(payload, segmentSize),
      (c.bits[r]! & BIT_DF) !== 0,
    );
  }
  return out;
}

/** Position in an unbounded sequence space, next to `reference`: sequence numbers wrap at 2^32. */
export function unwrap(sequence: number, base: number, reference: number): number {
  return reference + ((sequence - ((base + reference) >>> 0)) | 0);
}

function highest(transmissions: readonly ByteRuns[]): number {
  let max = 0;
  for (const list of transmissions)
    for (let i = 0; i < list.count; i++) if (list.end(i) > max) max = list.end(i);
  return max;
}

/** Highest acknowledgement of one direction seen at a point. */
function acknowledged(o: Observation, back: 0 | 1, base: number, sent: number): number {
  let acked = -1;
  for (let i = 0; i < o.count; i++) {
    if (o.back[i] === back) continue;
    const c = o.taps[o.tap[i]!]!.table.columns;
    const r = o.row[i]!;
    if (!(c.flags[r]! & TCP_ACK) || c.flags[r]! & TCP_RST) continue;
    const position = unwrap(c.ack[r]!, base, Math.max(acked, 0));
    // An acknowledgement of what nobody saw being sent is another connection's, or a capture's gap.
    if (position > acked && position - sent < 1 << 30) acked = position;
  }
  return acked;
}

function overtakes(o: Observation, back: 0 | 1, base: number, position: number): number {
  for (let i = 0; i < o.count; i++) {
    if (o.back[i] === back) continue;
    const c = o.taps[o.tap[i]!]!.table.columns;
    const r = o.row[i]!;
    if (c.flags[r]! & TCP_ACK && !(c.flags[r]! & TCP_RST) && unwrap(c.ack[r]!, base, position) > position)
      return o.time[i]!;
  }
  return Infinity;
}

function countRepeats(list: ByteRuns): number {
  let top = -Infinity;
  let n = 0;
  for (let i = 0; i < list.count; i++) {
    const end = list.end(i);
    if (end <= top) n++;
    if (end > top) top = end;
  }
  return n;
}
