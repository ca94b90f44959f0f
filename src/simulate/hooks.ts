import type { Outcome } from './chain.js';
import { hasPorts } from './protocol.js';
import type { State } from './state.js';
import type { Decision, Hook, SimVerdict } from './types.js';

/** How a packet's way ends. */
export interface End {
  readonly verdict: SimVerdict;
  readonly decision: Decision | null;
}

/** Tables of each hook, in the kernel's order. `nat` only sees the first packet of a connection. */
export const TABLES: Readonly<Record<Hook, readonly string[]>> = {
  PREROUTING: ['raw', 'mangle', 'nat'],
  INPUT: ['mangle', 'filter', 'security', 'nat'],
  FORWARD: ['mangle', 'filter', 'security'],
  OUTPUT: ['raw', 'mangle', 'nat', 'filter', 'security'],
  POSTROUTING: ['mangle', 'nat'],
};

/** The rule or policy of filter that let a packet pass last. */
const passed = new WeakMap<State, Decision>();

export function lastDecision(state: State): Decision | null {
  return passed.get(state) ?? null;
}

/** Sends the packet through the tables of a hook; null when it goes on. */
export function runHook(state: State, hook: Hook, tables: readonly string[] = TABLES[hook]): End | null {
  state.hook = hook;
  const compiled = state.node.tables;
  if (compiled === null) {
    state.uncertain.add(`rules not known: ${state.node.tablesMissing}`);
    return null;
  }
  for (const table of tables) {
    if (table === 'nat' && !meetsNat(state)) continue;
    if (compiled.iptables.uncollectedTables?.includes(table) === true) {
      state.uncertain.add(`table ${table} not collected`);
      continue;
    }
    const outcome = compiled.traverse(state, table, hook);
    const end = outcome === null ? null : ended(state, table, outcome);
    if (end !== null) return end;
  }
  return null;
}

function ended(state: State, table: string, outcome: Outcome): End | null {
  switch (outcome.kind) {
    case 'accept':
      if (table === 'filter' && outcome.decision !== null) passed.set(state, outcome.decision);
      return null;
    case 'drop':
      return { verdict: 'dropped', decision: outcome.decision };
    case 'reject':
      return { verdict: 'rejected', decision: outcome.decision };
    case 'unknown':
      state.uncertain.add(outcome.reason);
      return UNDETERMINED;
  }
}

/** The end of what cannot be followed; the reason is in `state.uncertain`. */
export const UNDETERMINED: End = { verdict: 'undetermined', decision: null };

/** First packets walk the nat table; later ones keep their connection's translation; packets of none have none. */
function meetsNat(state: State): boolean {
  return state.ctstate === 'NEW' || (state.ctstate === 'RELATED' && hasPorts(state.protocol));
}
