import type { DocTrail, DocTrailStep } from '../model/document.js';
import type { NodeFacts } from '../model/node.js';
import type { Trace } from '../model/trace.js';
import type { Decision, SimPacket, TrailEntry } from '../simulate/index.js';
import { simulateWhereLost } from './corroborate.js';

const MAX_STEPS = 80;
const MAX_TEXT = 400;
const MAX_REASONS = 10;

/**
 * The way of the flow in question through chains and routes of the node that loses it. Of a long way the last
 * steps are kept: they hold the decision.
 */
export function trailOf(nodes: readonly NodeFacts[], trace: Trace | null): DocTrail | null {
  const run = simulateWhereLost(nodes, trace);
  if (run === null) return null;
  const { node, packet, result } = run;
  const kept = result.trail.slice(-MAX_STEPS);
  const deciding = lastIndex(kept, result.decidedBy);
  return {
    node: node.id,
    packet: describe(packet),
    verdict: result.verdict,
    steps: kept.map((entry, i) => toStep(entry, i === deciding)),
    left_out: result.trail.length - kept.length,
    undetermined: result.undetermined.slice(0, MAX_REASONS).map(cut),
  };
}

function lastIndex(trail: readonly TrailEntry[], decision: Decision | null): number {
  if (decision === null) return -1;
  const at = trail.findLastIndex(
    (e) => decision.loc !== null && e.file === decision.loc.file && e.line === decision.loc.line,
  );
  return at >= 0 ? at : trail.findLastIndex((e) => e.text === decision.text);
}

function toStep(e: TrailEntry, decides: boolean): DocTrailStep {
  const { hook, table, chain, file, line } = e;
  return { hook, table, chain, text: cut(e.text), file, line, effect: cut(e.effect), decides };
}

function describe(p: SimPacket): string {
  const end = (ip: string, port: number): string =>
    port === 0 ? ip : ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`;
  const by = p.iif === null ? 'from a process of the node' : `in by ${p.iif}`;
  return `${p.protocol} ${end(p.src, p.sport)} > ${end(p.dst, p.dport)}, ${by}, ${p.ctstate}`;
}

function cut(text: string): string {
  return text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT - 1)}…`;
}
