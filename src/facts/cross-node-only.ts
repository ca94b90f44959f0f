import type { Flow } from '../model/trace.js';
import { defineFact, flag, known, number, text, unknown } from './support/define.js';
import { destinationFields, destinationOf } from './support/destination.js';
import { flowEvidence } from './support/evidence.js';
import { podAt } from './support/nodes.js';

/** Flows by whether their pods share a node: what works on one node and fails between two points at the VPC. */
export const crossNodeOnly = defineFact({
  name: 'cross_node_only',
  description: 'Outcome of pod-to-pod flows within a node against flows between nodes.',
  fields: {
    same_node_ok: number('flows within a node that were delivered'),
    same_node_failed: number('flows within a node that went wrong'),
    cross_node_ok: number('flows between nodes that were delivered'),
    cross_node_failed: number('flows between nodes that were dropped'),
    only_cross: flag('every judged flow between nodes fails, and every one within a node works'),
    segment: text('where the captures place the loss'),
    src: text('source of the first failing flow between nodes'),
    dst: text('its destination'),
    ...destinationFields(' of it'),
  },
  compute: (context) => {
    const { trace } = context;
    if (trace === null) return unknown('no captures');
    const kind = (flow: Flow): 'same' | 'cross' | null => {
      const src = podAt(context, flow.src.ip);
      const dst = podAt(context, flow.translated?.dst.ip ?? flow.dst.ip);
      if (src === null || dst === null) return null;
      return src.node.id === dst.node.id ? 'same' : 'cross';
    };
    const count = (want: 'same' | 'cross', verdicts: readonly string[]): Flow[] =>
      trace.flows.filter((flow) => verdicts.includes(flow.verdict) && kind(flow) === want);
    const bad = ['dropped', 'lossy', 'rejected'];
    const sameOk = count('same', ['delivered']);
    const sameFailed = count('same', bad);
    const crossOk = count('cross', ['delivered']);
    const crossFailed = count('cross', ['dropped']);
    if (sameOk.length + sameFailed.length + crossOk.length + crossFailed.length === 0) return known([]);
    const [failed] = crossFailed;
    return known([
      {
        node: null,
        fields: {
          same_node_ok: sameOk.length,
          same_node_failed: sameFailed.length,
          cross_node_ok: crossOk.length,
          cross_node_failed: crossFailed.length,
          only_cross:
            crossFailed.length > 0 && crossOk.length === 0 && sameOk.length > 0 && sameFailed.length === 0,
          segment: trace.summary.segment,
          src: failed?.src.ip ?? null,
          dst: failed?.dst.ip ?? null,
          ...destinationOf(failed),
        },
        evidence: [failed, sameOk[0]].flatMap((flow) =>
          flow === undefined ? [] : flowEvidence(trace, flow),
        ),
      },
    ]);
  },
});
