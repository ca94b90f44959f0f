import { isoMicros } from '../align/index.js';
import type { DocLadder, DocLadderPacket } from '../model/document.js';
import { POINTS, type Point } from '../model/trace.js';
import type { DiagnosisInput } from './input.js';
import { origin, packetsAt, tapsAt } from './ladder-packets.js';
import { ladderRows, type LadderPacket } from './ladder-rows.js';

/** Rows of a ladder. */
const MAX_ROWS = 200;

/**
 * One flow packet by packet: `wanted` (an index into the trace's flows), else the first of those in question when
 * they went wrong. Null when there is none, or nothing of it can be shown.
 */
export function ladderOf(
  input: Pick<DiagnosisInput, 'context' | 'tables'>,
  wanted: number | null = null,
): DocLadder | null {
  const { trace } = input.context;
  if (trace === null || (wanted === null && trace.summary.verdict === 'delivered')) return null;
  const index = wanted ?? trace.summary.flows[0];
  const flow = index === undefined ? undefined : trace.flows[index];
  if (index === undefined || flow === undefined) return null;
  const base = origin(input.tables);
  const points = POINTS.filter((p) => tapsAt(trace, p, input.tables).length > 0);
  const seen = points.map((p) => packetsAt(flow, tapsAt(trace, p, input.tables), trace, base));
  const start = Math.min(...seen.flatMap((s) => s.packets.slice(0, 1).map((p) => p.time)));
  if (!Number.isFinite(start)) return null;
  const rows = ladderRows(
    seen.map((s) => s.packets),
    trace.clocks.every((c) => c.offsetNs !== null),
  );
  const bases = firstSequences(rows.map((row) => row.packet));
  return {
    flow: index,
    start: isoMicros(BigInt(Math.round(start)) + base),
    points,
    packets: rows.slice(0, MAX_ROWS).map((row) => toDoc(row.packet, row.at, points, start, bases)),
    left_out: Math.max(0, rows.length - MAX_ROWS) + Math.max(0, ...seen.map((s) => s.leftOut)),
  };
}

function toDoc(
  p: LadderPacket,
  times: readonly (number | null)[],
  points: readonly Point[],
  start: number,
  bases: FirstSequences,
): DocLadderPacket {
  const at: DocLadderPacket['at'] = {};
  points.forEach((point, i) => {
    const t = times[i];
    if (t !== null && t !== undefined) at[point] = Math.round((t - start) / 1000) / 1e6;
  });
  return { direction: p.back ? 'return' : 'forward', label: labelOf(p, bases), at };
}

interface FirstSequences {
  readonly forward: number;
  readonly back: number;
}

/** The first sequence number seen each way: what relative numbers count from. */
function firstSequences(packets: readonly LadderPacket[]): FirstSequences {
  const first = (back: boolean): number =>
    packets.find((p) => p.back === back && p.range !== null)?.range?.seq ?? 0;
  return { forward: first(false), back: first(true) };
}

/** `PSH-ACK seq 1, 86 bytes`: sequence numbers relative to the first of their direction. */
function labelOf(p: LadderPacket, bases: FirstSequences): string {
  if (p.range === null) return p.label;
  const relative = (p.range.seq - (p.back ? bases.back : bases.forward)) | 0;
  return `${p.label} seq ${relative}${p.range.length === 0 ? '' : `, ${p.range.length} bytes`}`;
}
