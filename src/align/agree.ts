import type { FlowNumbers } from './flow-numbers.js';
import { prepare, type PreparedCapture } from './prepare.js';
import { NOT_SEEN, type Reused } from './reuse.js';

/** Prepared captures that tell connections apart alike, and the number of each flow of each of them. */
export interface Agreed {
  readonly captures: readonly PreparedCapture[];
  readonly numbers: readonly Uint32Array[];
}

/** What one capture shows to be several connections is so in all of them: those that did not see it are split anew. */
export function agreeOnConnections(captures: readonly PreparedCapture[], numbers: FlowNumbers): Agreed {
  const tuples = captures.map(({ table }) => Uint32Array.from(table.flows, (f) => numbers.tuple(f)));
  const known = connectionsOf(captures, tuples);
  const agreed = captures.map((p, i) => {
    const wanted = new Map<number, Reused>();
    if (known.size > 0)
      tuples[i]!.forEach((tuple, f) => {
        const reused = known.get(tuple);
        if (reused !== undefined) wanted.set(f, reused);
      });
    return sameConnections(p.beginnings.reused, wanted) ? p : prepare(p.table, wanted);
  });
  return {
    captures: agreed,
    numbers: agreed.map(({ flows, original, table }, i) => {
      const tuple = (f: number): number =>
        tuples[i]![f < table.flows.length ? f : original[f - table.flows.length]!]!;
      return Uint32Array.from(flows, (flow, f) => numbers.connection(tuple(f), flow.isn));
    }),
  };
}

/** Connections of the five-tuples that began more than once, over all captures. */
function connectionsOf(
  captures: readonly PreparedCapture[],
  tuples: readonly Uint32Array[],
): Map<number, Reused> {
  const first = new Map<number, { isn: number; way: number }>();
  const several = new Map<number, { clientIsA: boolean; isns: Set<number> }>();
  captures.forEach(({ beginnings: b }, i) => {
    for (let f = 0; f < b.first.length; f++) {
      const isn = b.first[f]!;
      if (isn === NOT_SEEN) continue;
      const tuple = tuples[i]![f]!;
      const own = b.reused.get(f);
      const known = first.get(tuple);
      if (known === undefined) {
        first.set(tuple, { isn, way: b.way[f]! });
        if (own !== undefined) several.set(tuple, { clientIsA: own.clientIsA, isns: new Set(own.isns) });
        continue;
      }
      if (known.way !== b.way[f]! || (own === undefined && known.isn === isn)) continue;
      let all = several.get(tuple);
      if (all === undefined)
        several.set(tuple, (all = { clientIsA: known.way === 0, isns: new Set([known.isn]) }));
      for (const one of own?.isns ?? [isn]) all.isns.add(one);
    }
  });
  return new Map([...several].map(([tuple, { clientIsA, isns }]) => [tuple, { clientIsA, isns: [...isns] }]));
}

function sameConnections(x: ReadonlyMap<number, Reused>, y: ReadonlyMap<number, Reused>): boolean {
  if (x.size !== y.size) return false;
  for (const [f, a] of x) {
    const b = y.get(f);
    if (b === undefined || b.clientIsA !== a.clientIsA || b.isns.length !== a.isns.length) return false;
    if (a.isns.some((isn) => !b.isns.includes(isn))) return false;
  }
  return true;
}
