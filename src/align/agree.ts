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
  const tuples = captures.map(({ ends }) => numbers.tuples(ends));
  const known = reusedAnywhere(captures, tuples, numbers.fiveTupleCount);
  const isReused = new Uint8Array(numbers.fiveTupleCount);
  for (const tuple of known.keys()) isReused[tuple] = 1;
  const agreed = captures.map((p, i) => {
    const wanted = new Map<number, Reused>();
    const own = tuples[i]!;
    for (let f = 0; f < own.length; f++) if (isReused[own[f]!] === 1) wanted.set(f, known.get(own[f]!)!);
    return sameConnections(p.beginnings.reused, wanted) ? p : prepare(p.table, wanted);
  });
  return {
    captures: agreed,
    numbers: agreed.map((p, i) => connectionNumbers(p, tuples[i]!, numbers)),
  };
}

/** Loops, not `from` with a function: that takes several times as long, and there may be a million flows. */
function connectionNumbers(
  { flows, original, table }: PreparedCapture,
  tuples: Uint32Array,
  numbers: FlowNumbers,
): Uint32Array {
  const own = table.flows.length;
  const out = new Uint32Array(flows.length);
  for (let f = 0; f < out.length; f++)
    out[f] = numbers.connection(tuples[f < own ? f : original[f - own]!]!, flows[f]!.isn);
  return out;
}

/** Connections of the five-tuples that began more than once, over all captures. */
function reusedAnywhere(
  captures: readonly PreparedCapture[],
  tuples: readonly Uint32Array[],
  size: number,
): Map<number, Reused> {
  const first = new Float64Array(size).fill(NOT_SEEN);
  const ways = new Uint8Array(size);
  const several = new Map<number, Reused>();
  captures.forEach(({ beginnings: b }, i) => {
    const split = new Uint8Array(b.first.length);
    for (const f of b.reused.keys()) split[f] = 1;
    for (let f = 0; f < b.first.length; f++) {
      const isn = b.first[f]!;
      if (isn === NOT_SEEN) continue;
      const tuple = tuples[i]![f]!;
      const own = split[f] === 1 ? b.reused.get(f) : undefined;
      if (first[tuple] === NOT_SEEN) {
        first[tuple] = isn;
        ways[tuple] = b.way[f]!;
        if (own !== undefined) several.set(tuple, own);
      } else if (ways[tuple] === b.way[f]! && (own !== undefined || first[tuple] !== isn)) {
        const known = several.get(tuple) ?? {
          clientIsA: ways[tuple] === 0,
          isns: [first[tuple]!],
        };
        several.set(tuple, joined(known, own?.isns ?? [isn]));
      }
    }
  });
  return several;
}

function joined(known: Reused, isns: readonly number[]): Reused {
  if (isSubset(isns, known.isns)) return known;
  return { ...known, isns: [...new Set([...known.isns, ...isns])] };
}

/** Mostly the two are the same, in the same order. */
function isSubset(x: readonly number[], of: readonly number[]): boolean {
  let i = 0;
  while (i < x.length && x[i] === of[i]) i++;
  if (i === x.length) return true;
  const all = new Set(of);
  return x.every((isn) => all.has(isn));
}

function sameConnections(x: ReadonlyMap<number, Reused>, y: ReadonlyMap<number, Reused>): boolean {
  if (x.size !== y.size) return false;
  for (const [f, a] of x) {
    const b = y.get(f);
    if (b === undefined || b.clientIsA !== a.clientIsA || b.isns.length !== a.isns.length) return false;
    if (!isSubset(a.isns, b.isns)) return false;
  }
  return true;
}
