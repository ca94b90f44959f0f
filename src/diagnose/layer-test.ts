import type { DocLayer } from '../model/document.js';
import type { Flow, Point, Trace } from '../model/trace.js';

/** What a layer's own test says, findings aside. */
export type LayerTest = Pick<DocLayer, 'test' | 'result' | 'verdict'>;

export function tested(test: string, result: DocLayer['result'], verdict: string): LayerTest {
  return { test, result, verdict };
}

/** The flows the summary speaks of: others prove nothing about them. */
export function subjects(trace: Trace | null): Flow[] {
  return (trace?.summary.flows ?? []).map((i) => trace!.flows[i]).filter((f) => f !== undefined);
}

/** Some flow in question showed packets there, there and back when `both`. */
export function seenAt(flows: readonly Flow[], point: Point, both = false): boolean {
  return flows.some((f) => {
    const p = f.points[point];
    return p !== undefined && p.packets > 0 && (!both || p.returnPackets > 0);
  });
}

/** All flows in question were answered: both directions work from end to end. */
export function answered(trace: Trace | null): boolean {
  const flows = subjects(trace);
  return (
    flows.length > 0 &&
    trace!.summary.verdict === 'delivered' &&
    flows.every((f) => f.verdict === 'delivered' && (f.reason === 'answered' || f.reason === 'acknowledged'))
  );
}

/** The flows in question never get a connection, so that nothing above can be seen of them. */
export function cutOff(trace: Trace | null): boolean {
  return trace !== null && (trace.summary.verdict === 'dropped' || trace.summary.verdict === 'rejected');
}
