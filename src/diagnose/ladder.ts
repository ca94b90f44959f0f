import { isoMicros } from '../align/index.js';
import type { DocLadder, DocLadderPacket } from '../model/document.js';
import { POINTS, type Point } from '../model/trace.js';
import type { DiagnosisInput } from './input.js';
import { origin, packetsAt, tapsAt } from './ladder-packets.js';
import { ladderRows, type LadderPacket } from './ladder-rows.js';

/** Rows of a ladder. */
const MAX_ROWS = 200;

/** The first of the flows in question, packet by packet; null when none went wrong or nothing of it can be shown. */
export function ladderOf(input: Pick<DiagnosisInput, 'context' | 'tables'>): DocLadder | null {
  const { trace } = input.context;
  const index = trace?.summary.flows[0];
  const flow = index === undefined ? undefined : trace?.flows[index];
  if (trace === null || index === undefined || flow === undefined || trace.summary.verdict === 'delivered')
    return null;
  const base = origin(input.tables);
  const points = POINTS.filter((p) => tapsAt(trace, p, input.tables).length > 0);
  const seen = points.map((p) => packetsAt(flow, tapsAt(trace, p, input.tables), trace, base));
  const start = Math.min(...seen.flatMap((s) => s.packets.slice(0, 1).map((p) => p.time)));
  if (!Number.isFinite(start)) return null;
  const rows = ladderRows(
    seen.map((s) => s.packets),
    trace.clocks.every((c) => c.offsetNs !== null),
  );
  return {
    flow: index,
    start: isoMicros(BigInt(Math.round(start)) + base),
    points,
    packets: rows.slice(0, MAX_ROWS).map((row) => toDoc(row.packet, row.at, points, start)),
    left_out: Math.max(0, rows.length - MAX_ROWS) + Math.max(0, ...seen.map((s) => s.leftOut)),
  };
}

function toDoc(
  p: LadderPacket,
  times: readonly (number | null)[],
  points: readonly Point[],
  start: number,
): DocLadderPacket {
  const at: DocLadderPacket['at'] = {};
  points.forEach((point, i) => {
    const t = times[i];
    if (t !== null && t !== undefined) at[point] = Math.round((t - start) / 1000) / 1e6;
  });
  return { direction: p.back ? 'return' : 'forward', label: p.label, at };
}
