import { formatAddr } from './address.js';
import type { Mark } from './mark.js';
import type { End } from './hooks.js';
import type { State } from './state.js';
import type { SimEnd, SimResult } from './types.js';

/** Branches listed in a result. */
const MAX_LISTED = 64;
const MAX_REASONS = 32;

/** The outcome of one run. */
export function runResult(state: State, end: End): SimResult {
  const undetermined = [...state.uncertain];
  const sure = undetermined.length === 0;
  const verdict = sure ? end.verdict : 'undetermined';
  return {
    verdict,
    outInterface: verdict === 'forwarded' ? (state.oif ?? null) : null,
    translated: translated(state),
    decidedBy: sure ? end.decision : null,
    trail: state.trail,
    undetermined,
    mark: known(state.mark),
    ctmark: known(state.ctmark),
    ttl: state.ttl,
  };
}

function known(mark: Mark): number | null {
  return mark.unknown === 0 ? mark.value : null;
}

function translated(state: State): SimResult['translated'] {
  const { original } = state;
  const src: SimEnd = {
    ip: state.srcKnown ? formatAddr(state.src) : null,
    port: state.sportKnown ? state.sport : null,
  };
  const dst: SimEnd = { ip: formatAddr(state.dst), port: state.dportKnown ? state.dport : null };
  const same =
    state.srcKnown &&
    state.sportKnown &&
    state.dportKnown &&
    state.src === original.src &&
    state.dst === original.dst &&
    state.sport === original.sport &&
    state.dport === original.dport;
  return same ? null : { src, dst };
}

/** Joins the outcomes of all runs: what all agree on holds, the rest is left open with its reasons. */
export function joinResults(runs: readonly SimResult[], reasons: readonly string[], cut: boolean): SimResult {
  const first = runs[0]!;
  const distinct = [...new Map(runs.map((run) => [fingerprint(run), run])).values()];
  if (distinct.length === 1 && !cut) return first;
  const agreed = <T>(of: (run: SimResult) => T): boolean =>
    runs.every((run) => JSON.stringify(of(run)) === JSON.stringify(of(first)));
  const sure = agreed((run) => run.verdict) && !cut;
  const why = [...new Set([...reasons, ...runs.flatMap((run) => run.undetermined)])].slice(0, MAX_REASONS);
  if (cut) why.push('more outcomes than were followed');
  return {
    verdict: sure ? first.verdict : 'undetermined',
    outInterface: sure && agreed((run) => run.outInterface) ? first.outInterface : null,
    translated: agreed((run) => run.translated) ? first.translated : null,
    decidedBy: sure ? first.decidedBy : null,
    trail: first.trail,
    branches: distinct.slice(0, MAX_LISTED),
    undetermined: why,
    mark: agreed((run) => run.mark) ? first.mark : null,
    ctmark: agreed((run) => run.ctmark) ? first.ctmark : null,
    ttl: agreed((run) => run.ttl) ? first.ttl : null,
  };
}

function fingerprint(run: SimResult): string {
  const { verdict, outInterface, decidedBy, mark, ctmark, ttl } = run;
  return JSON.stringify([verdict, outInterface, run.translated, decidedBy?.loc ?? null, mark, ctmark, ttl]);
}
