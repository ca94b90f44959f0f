import { defineFact, flag, known, number, text, unknown } from './support/define.js';
import { flowEvidence } from './support/evidence.js';

/** Flows of which only the large packets die. */
export const traceSizeLoss = defineFact({
  name: 'trace_size_loss',
  description: 'A flow whose packets above a size are lost while smaller ones pass.',
  fields: {
    segment: text('where the large packets are lost'),
    direction: text('forward or return'),
    largest_passed: number('bytes of the largest IP packet that passed'),
    smallest_lost: number('bytes of the smallest IP packet that was lost'),
    dont_fragment: flag('the lost packets carry the DF bit'),
    src: text('source address'),
    dst: text('destination address'),
    dport: number('destination port'),
    protocol: text('protocol'),
  },
  compute: (context) => {
    const { trace } = context;
    if (trace === null) return unknown('no captures');
    return known(
      trace.flows.flatMap((flow) => {
        if (flow.size === null || !['lossy', 'dropped'].includes(flow.verdict)) return [];
        return [
          {
            node: flow.segment === 'src_node' ? trace.srcNode : flow.segment === 'dst_node' ? trace.dstNode : null,
            fields: {
              segment: flow.segment,
              direction: flow.direction,
              largest_passed: flow.size.largestPassed,
              smallest_lost: flow.size.smallestLost,
              dont_fragment: flow.size.dontFragment,
              src: flow.src.ip,
              dst: flow.dst.ip,
              dport: flow.dst.port,
              protocol: flow.protocol,
            },
            evidence: flowEvidence(trace, flow),
          },
        ];
      }),
    );
  },
});
