import type { DiagnosisInput } from './input.js';
import { plural, subjects, tested, type LayerTest } from './layer-test.js';

/** IP bytes from which on a packet counts as large: above what any tunnel's overhead leaves of 1500. */
const LARGE = 1400;
/** The largest MTU of a VPC: what a capture shows above it was merged, or not yet cut, by an adapter. */
const JUMBO = 9001;

/** Large packets that were seen at the far end. What lies beyond the largest of them stays untested, and is said. */
export function mtuTest(input: DiagnosisInput): LayerTest {
  const test = `packets of ${LARGE} bytes or more that arrive`;
  const { trace } = input.context;
  if (trace === null) return tested(test, 'undecided', 'Missing: captures with large packets.');
  const flows = subjects(trace);
  const sized = flows.filter((f) => f.size !== null && f.verdict !== 'delivered');
  if (sized.length > 0) {
    const lost = Math.min(...sized.map((f) => f.size!.smallestLost));
    return tested(
      test,
      'failing',
      `Packets of ${lost} bytes and more are lost in ${plural(sized.length, 'flow')}.`,
    );
  }
  const largest = largestArrived(input);
  if (largest > JUMBO)
    return tested(
      test,
      'ok',
      'Large packets arrive. The captures show them merged by the adapter: their size on the wire is not known.',
    );
  if (largest >= LARGE)
    return tested(test, 'ok', `Packets of up to ${largest} bytes arrive; larger ones were not tested.`);
  const seen = largest > 0 ? `The largest packet that arrives has ${largest} bytes. ` : '';
  return tested(test, 'undecided', `${seen}Missing: a capture in which large packets are sent and arrive.`);
}

/**
 * IP bytes of the largest packet of the flows in question at the last point of their way: there at the destination's
 * side, back at the source's. 0 when there is none. Only flows that came through without loss count.
 */
function largestArrived({ context, tables }: DiagnosisInput): number {
  const { trace } = context;
  const whole = subjects(trace).filter((f) => f.verdict === 'delivered');
  let largest = 0;
  for (const end of ['src', 'dst'] as const) {
    const taps = (trace?.taps ?? []).filter((t) => t.point === `${end}_veth` || t.point === `${end}_eth0`);
    for (const tap of taps) {
      const table = tables.find((t) => t.file === tap.file);
      if (table === undefined) continue;
      const from = (a: string, b: string): boolean =>
        whole.some((f) =>
          [f, f.translated].some(
            (e) =>
              e !== null &&
              (end === 'dst' ? e.src.ip === a && e.dst.ip === b : e.src.ip === b && e.dst.ip === a),
          ),
        );
      const ways = table.flows.map((f) => [from(f.a, f.b), from(f.b, f.a)] as const);
      const { flow, way, ipLength, iface } = table.columns;
      for (let i = 0; i < flow.length; i++) {
        if (tap.iface !== null && iface[i] !== tap.iface) continue;
        if (ipLength[i]! > largest && ways[flow[i]!]?.[way[i]! === 0 ? 0 : 1] === true)
          largest = ipLength[i]!;
      }
    }
  }
  return largest;
}
