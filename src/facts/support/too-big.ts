/** ICMP "fragmentation needed" and "packet too big", as the captures show them arrive at the sender. */
import { BIT_ICMP_ERROR, PROTO_ICMP, PROTO_ICMPV6, type CaptureTable } from '../../model/capture.js';
import type { Flow, Point, Trace } from '../../model/trace.js';
import type { FactContext } from '../types.js';
import { bothForms } from './concern.js';

const FRAGMENTATION_NEEDED = (3 << 8) | 4;
const PACKET_TOO_BIG = 2;

/** Ends of the flows that the capture's "too big" messages speak of, as `a b`. */
function reportedPairs(capture: CaptureTable): Set<string> {
  const { columns, flows } = capture;
  const pairs = new Set<string>();
  for (let row = 0; row < capture.packets; row += 1) {
    if ((columns.bits[row]! & BIT_ICMP_ERROR) === 0) continue;
    const protocol = flows[columns.flow[row]!]?.protocol;
    const flags = columns.flags[row]!;
    const tooBig =
      protocol === PROTO_ICMP
        ? flags === FRAGMENTATION_NEEDED
        : protocol === PROTO_ICMPV6 && flags >> 8 === PACKET_TOO_BIG;
    const quoted = tooBig ? flows[columns.aux[row]! - 1] : undefined;
    if (quoted !== undefined) pairs.add([quoted.a, quoted.b].sort().join(' '));
  }
  return pairs;
}

/**
 * Files of the tap nearest to the sender; of all taps where that point was not captured, and the sender did not go on
 * as if it had heard nothing: what others saw did not reach it then.
 */
function filesNear(trace: Trace, { direction, verdict }: Flow): readonly string[] {
  const near: Point = direction === 'return' ? 'dst_veth' : 'src_veth';
  const taps = trace.taps.filter((tap) => tap.point === near);
  if (taps.length === 0 && verdict === 'dropped') return [];
  return (taps.length > 0 ? taps : trace.taps).map((tap) => tap.file);
}

/**
 * Tells of a flow whether its sender was told to send smaller packets: path MTU discovery then works, and the
 * large packets it lost are no fault.
 */
export function senderWasTold(context: FactContext): (flow: Flow) => boolean {
  const { trace } = context;
  const byFile = new Map<string, Set<string>>();
  const pairsOf = (file: string): Set<string> => {
    const known = byFile.get(file);
    if (known !== undefined) return known;
    const capture = context.captures.find((c) => c.file === file);
    const pairs = capture === undefined ? new Set<string>() : reportedPairs(capture);
    byFile.set(file, pairs);
    return pairs;
  };
  return (flow) =>
    trace !== null &&
    filesNear(trace, flow).some((file) =>
      bothForms(flow).some((form) => pairsOf(file).has([form.src, form.dst].sort().join(' '))),
    );
}
