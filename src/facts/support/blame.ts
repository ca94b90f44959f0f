/** Whether the captures place the fault on a node. */
import type { FactContext } from '../types.js';
import { podAt } from './nodes.js';

/**
 * - `yes`: the flows in question die on this node.
 * - `no`: they are delivered, or die elsewhere.
 * - `unknown`: no capture, or the captures do not decide.
 */
export type Agreement = 'yes' | 'no' | 'unknown';

export function traceBlames(context: FactContext, nodeId: string): Agreement {
  const { trace } = context;
  if (trace === null) return 'unknown';
  const { verdict, segment } = trace.summary;
  if (verdict === 'inconclusive' || segment === 'unknown') return 'unknown';
  if (verdict === 'delivered') return 'no';
  if (segment === 'src_node') return trace.srcNode === null ? 'unknown' : same(trace.srcNode, nodeId);
  if (segment === 'dst_node') return trace.dstNode === null ? 'unknown' : same(trace.dstNode, nodeId);
  return 'no';
}

const same = (a: string, b: string): Agreement => (a === b ? 'yes' : 'no');

/** New connections of pods of the node that the captures show delivered: its FORWARD path lets them pass. */
export function deliveredNewFlows(context: FactContext, nodeId: string): number {
  return (context.trace?.flows ?? []).filter(
    (flow) =>
      flow.verdict === 'delivered' &&
      (flow.protocol !== 'tcp' || flow.synAck > 0) &&
      [flow.src.ip, flow.dst.ip, flow.translated?.src.ip ?? null, flow.translated?.dst.ip ?? null].some(
        (ip) => podAt(context, ip)?.node.id === nodeId,
      ),
  ).length;
}
