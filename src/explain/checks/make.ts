/** Short forms for writing checks. */
import type { Collected, Loc } from '../../model/location.js';
import type { FactInstance } from '../../model/rule.js';
import type { Check, CheckEvidence, CheckStatus } from './types.js';

/** Lines of evidence kept per check. */
const MAX_EVIDENCE = 8;

export function check(
  id: string,
  status: CheckStatus,
  reason: string,
  evidence: readonly CheckEvidence[] = [],
): Check {
  return { id, status, reason, evidence: evidence.slice(0, MAX_EVIDENCE) };
}

export const at = (loc: Loc, text: string): CheckEvidence => ({ file: loc.file, line: loc.line, text });

export const absent = (file: string, text: string): CheckEvidence => ({ file, line: null, text });

/** `not collected`: the answer where the artifact that would tell is not there. */
export function notCollected(id: string, what: string, collected: Collected<unknown>): Check {
  const { file, state, note } = collected;
  const why = state === 'missing' ? 'not collected' : `${state}${note === undefined ? '' : ` (${note})`}`;
  return check(id, 'unknown', `${what} ${why}`, [absent(file, state)]);
}

export const usable = ({ state }: Collected<unknown>): boolean => state === 'ok' || state === 'truncated';

export function evidenceOf(instances: readonly FactInstance[]): CheckEvidence[] {
  return instances.flatMap((instance) =>
    instance.evidence.flatMap((e) =>
      e.file === null ? [] : [{ file: e.file, line: e.line, text: e.content }],
    ),
  );
}

/** `3 pods`, `1 pod`. */
export const count = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`;

/** The first few of a list, and how many there are besides. */
export function list(items: readonly string[], shown = 5): string {
  const rest = items.length - shown;
  return items.slice(0, shown).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}
