import type { Flow, SizeLoss } from '../model/trace.js';
import { PROTOCOLS, defineFact, flag, known, number, oneOf, text, unknown } from './support/define.js';
import { destinationFields, destinationOf } from './support/destination.js';
import { flowEvidence } from './support/evidence.js';
import { senderWasTold } from './support/too-big.js';

interface Sized {
  readonly flow: Flow;
  readonly size: SizeLoss;
}

/** Flows of which only the large packets die, one instance per pair of ends and place. */
export const traceSizeLoss = defineFact({
  name: 'trace_size_loss',
  description: 'A pair of ends whose packets above a size are lost while smaller ones pass.',
  fields: {
    segment: oneOf(['src_pod', 'src_node', 'vpc', 'dst_node', 'dst_pod'], 'where the large packets are lost'),
    direction: oneOf(['forward', 'return']),
    flows: number('flows it was seen in'),
    largest_passed: number('bytes of the largest IP packet that passed'),
    smallest_lost: number('bytes of the smallest IP packet that was lost'),
    sender_told: flag('an ICMP "too big" reached the sender: path MTU discovery works'),
    dont_fragment: flag('the lost packets carry the DF bit'),
    src: text('source address'),
    dst: text('destination address'),
    ...destinationFields(''),
    protocol: oneOf(PROTOCOLS),
  },
  compute: (context) => {
    const { trace } = context;
    if (trace === null) return unknown('no captures');
    const told = senderWasTold(context);
    const groups = new Map<string, Sized[]>();
    for (const flow of trace.flows) {
      if (flow.size === null || !['lossy', 'dropped'].includes(flow.verdict)) continue;
      const key = [flow.src.ip, flow.dst.ip, flow.segment, flow.direction].join(' ');
      groups.set(key, [...(groups.get(key) ?? []), { flow, size: flow.size }]);
    }
    return known(
      [...groups.values()].flatMap((group) => {
        const [first] = group;
        if (first === undefined) return [];
        const { flow } = first;
        const smallest = Math.min(...group.map(({ size }) => size.smallestLost));
        const passed = group.map(({ size }) => size.largestPassed).filter((bytes) => bytes < smallest);
        return [
          {
            node:
              flow.segment === 'src_node'
                ? trace.srcNode
                : flow.segment === 'dst_node'
                  ? trace.dstNode
                  : null,
            fields: {
              segment: flow.segment,
              direction: flow.direction,
              flows: group.length,
              largest_passed: passed.length === 0 ? null : Math.max(...passed),
              smallest_lost: smallest,
              sender_told: group.every((one) => told(one.flow)),
              dont_fragment: group.every(({ size }) => size.dontFragment),
              src: flow.src.ip,
              dst: flow.dst.ip,
              ...destinationOf(flow),
              protocol: flow.protocol,
            },
            evidence: group.slice(0, 2).flatMap((one) => flowEvidence(trace, one.flow)),
          },
        ];
      }),
    );
  },
});
