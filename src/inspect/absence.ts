import type { InspectContext } from './context.js';
import { SEVERITY } from './tally.js';
import { percent } from './text.js';
import type { CheckPart, CheckResult } from './types.js';

/** Parts that are concluded from a packet that is not there: check → names. */
const ABSENT: ReadonlyMap<string, readonly string[]> = new Map([
  ['handshake-unanswered', ['sent once']],
  ['fragments', ['first fragment missing', 'later fragment missing']],
  ['dns-unanswered', ['never answered', 'no answer of anybody seen', 'answered when asked again']],
  ['tls-handshake', ['no answer']],
  ['http-status', ['no response']],
]);
/** From this share on a single case is no wonder. */
const NOTABLE = 0.01;
/** Chance may be this many times its mean. */
const LUCK = 3;

/** Packets that the capture missed, by what it tells itself: of those that must have passed. */
function missed(x: InspectContext): { lost: number; of: number } {
  const { unseen, segments } = x.tcp.totals;
  const dropped = x.table.interfaces.reduce((sum, i) => sum + (i.droppedByKernel ?? 0), 0);
  const [a, b] = [
    { lost: unseen.places, of: segments + unseen.places },
    { lost: dropped, of: x.table.packets + dropped },
  ];
  return a.lost * b.of >= b.lost * a.of ? a : b;
}

/**
 * A capture that missed packets may have missed an answer: as few absent ones as chance explains are figures and no
 * alarm. Many stay what they are.
 */
export function weighAbsence(result: CheckResult, x: InspectContext): CheckResult {
  const names = ABSENT.get(result.id);
  if (names === undefined || result.count === 0) return result;
  const { lost, of } = missed(x);
  if (lost === 0) return result;
  const share = lost / of;
  const allowed = Math.floor(LUCK * share * result.of + (share >= NOTABLE ? 1 : 0));
  const excused = (p: CheckPart): boolean =>
    names.includes(p.name) && p.count <= allowed && SEVERITY[p.class] < SEVERITY.information;
  if (!result.parts.some(excused)) return result;
  const parts = result.parts
    .map((p) => (excused(p) ? { ...p, class: 'information' as const } : p))
    .sort((a, b) => SEVERITY[a.class] - SEVERITY[b.class]);
  const because = `The capture itself missed packets (${percent(lost, of)} of those that can be judged): so few may be missing here alone.`;
  return { ...result, class: parts[0]!.class, parts, explanation: `${result.explanation} ${because}` };
}
