import { socketText } from '../model/flow-ends.js';
import type { Flow, Loss, Trace } from '../model/trace.js';
import { PROTOCOLS, defineFact, flag, known, number, oneOf, text, unknown } from './support/define.js';
import type { EvidenceItem } from '../model/rule.js';
import { destinationFields, destinationOf } from './support/destination.js';
import { tapEvidence } from './support/evidence.js';
import { senderWasTold } from './support/too-big.js';

const percent = (rate: number): number => Math.round(rate * 10_000) / 100;

/** Two packets count where at least this share was lost, at the lower end of the interval: two of twelve, about. */
const LOWEST_OF_FEW = 0.05;

/** Two taps, what went in and what came out; `flow`: one that lost packets. */
function lossEvidence(trace: Trace, loss: Loss, flow: Flow | null): EvidenceItem[] {
  const from = trace.taps.find((tap) => tap.point === loss.from);
  const to = trace.taps.find((tap) => tap.point === loss.to);
  const what =
    flow === null
      ? 'all flows'
      : `all flows, such as ${flow.protocol} ${flow.src.ip} > ${socketText(flow, flow.dst)}`;
  return [
    ...(from === undefined
      ? []
      : [tapEvidence(from, `${what}: ${String(loss.sent)} packets seen at ${loss.from}`)]),
    ...(to === undefined
      ? []
      : [tapEvidence(to, `${what}: ${String(loss.lost)} of them never seen at ${loss.to}`)]),
  ];
}

/** The worst lossy flow of a segment and direction: gives the loss its addresses. */
function worst(trace: Trace, loss: Loss): Flow | null {
  const rate = (flow: Flow): number =>
    flow.losses.find((l) => l.segment === loss.segment && l.direction === loss.direction)?.rate ?? -1;
  const lossy = trace.flows.filter((flow) => flow.verdict === 'lossy' && rate(flow) >= 0);
  return lossy.reduce<Flow | null>(
    (best, flow) => (best === null || rate(flow) > rate(best) ? flow : best),
    null,
  );
}

/**
 * Loss in part, per segment and direction, over all flows. Flows that are dropped altogether, or only above a
 * size, are other facts; `flows` counts those whose verdict is lossy for no such reason.
 */
export const traceLoss = defineFact({
  name: 'trace_loss',
  description: 'A share of the packets lost on one segment in one direction.',
  fields: {
    segment: oneOf(['src_pod', 'src_node', 'vpc', 'dst_node', 'dst_pod']),
    direction: oneOf(['forward', 'return']),
    sent: number('packets that entered the segment'),
    lost: number('packets that were lost in it'),
    no_chance: flag('three packets at least, or two of a few'),
    percent: number('lost of sent, in per cent'),
    percent_low: number('lower end of the 95 % interval, in per cent'),
    percent_high: number('upper end of the 95 % interval, in per cent'),
    flows: number(
      'flows that are lossy on this segment and in this direction, neither by size nor told to send smaller packets',
    ),
    tap_miss_percent: number(
      'packets that the receiving tap misses by itself, in per cent; null when not measurable',
    ),
    src: text('source of the worst of these flows'),
    dst: text('destination of the worst of these flows'),
    ...destinationFields(' of the worst of these flows'),
    protocol: oneOf(PROTOCOLS, 'of the worst of these flows'),
  },
  compute: (context) => {
    const { trace } = context;
    if (trace === null) return unknown('no captures');
    const told = senderWasTold(context);
    return known(
      trace.losses
        .filter((loss) => loss.lost > 0)
        .map((loss) => {
          const flow = worst(trace, loss);
          const lossy = trace.flows.filter(
            (f) =>
              f.verdict === 'lossy' &&
              f.reason !== 'size' &&
              !told(f) &&
              f.losses.some(
                (l) => l.segment === loss.segment && l.direction === loss.direction && l.lost > 0,
              ),
          );
          const miss = trace.taps.find((tap) => tap.point === loss.to)?.missRate ?? null;
          return {
            node:
              loss.segment === 'src_node'
                ? trace.srcNode
                : loss.segment === 'dst_node'
                  ? trace.dstNode
                  : null,
            fields: {
              segment: loss.segment,
              direction: loss.direction,
              sent: loss.sent,
              lost: loss.lost,
              no_chance: loss.lost >= 3 || (loss.lost === 2 && loss.low >= LOWEST_OF_FEW),
              percent: percent(loss.rate),
              percent_low: percent(loss.low),
              percent_high: percent(loss.high),
              flows: lossy.length,
              tap_miss_percent: miss === null ? null : percent(miss),
              src: flow?.src.ip ?? trace.srcIp,
              dst: flow?.dst.ip ?? trace.dstIp,
              ...destinationOf(flow, trace.dstIp),
              protocol: flow?.protocol ?? null,
            },
            evidence: lossEvidence(trace, loss, flow),
          };
        }),
    );
  },
});
