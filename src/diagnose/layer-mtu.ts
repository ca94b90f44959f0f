import type { DiagnosisInput } from './input.js';
import { plural } from '../plural.js';
import { subjects, tested, type LayerTest } from './layer-test.js';

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
  const ends = new Set<string>();
  for (const f of subjects(trace))
    if (f.verdict === 'delivered')
      for (const e of [f, f.translated]) if (e !== null) ends.add(`${e.src.ip} ${e.dst.ip}`);
  let largest = 0;
  if (ends.size === 0) return largest;
  for (const end of ['src', 'dst'] as const) {
    const taps = (trace?.taps ?? []).filter((t) => t.point === `${end}_veth` || t.point === `${end}_eth0`);
    for (const tap of taps) {
      const table = tables.find((t) => t.file === tap.file);
      if (table === undefined) continue;
      const { flow, way, ipLength, iface } = table.columns;
      for (let i = 0; i < flow.length; i++) {
        if (ipLength[i]! <= largest || (tap.iface !== null && iface[i] !== tap.iface)) continue;
        const f = table.flows[flow[i]!];
        if (f === undefined) continue;
        const fromA = (way[i] === 0) === (end === 'dst');
        if (ends.has(fromA ? `${f.a} ${f.b}` : `${f.b} ${f.a}`)) largest = ipLength[i]!;
      }
    }
  }
  return largest;
}
