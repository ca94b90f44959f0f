import type { Ends } from './roles.js';
import { hostPair } from './grouping.js';
import type { Judged } from './verdicts.js';

/** What the flows between the hosts in question have in common, in sentences for people. */
export function notesOn(
  judged: readonly Judged[],
  chosen: { readonly members: readonly Judged[]; readonly ends: Ends } | null,
): string[] {
  const notes: string[] = [];
  const tooBig = judged.filter((j) => j.analysis.packetTooBig && j.verdict === 'delivered').length;
  if (tooBig > 0)
    notes.push(
      `Path MTU discovery works: ${tooBig} ${tooBig === 1 ? 'flow was' : 'flows were'} told to send smaller packets and did.`,
    );
  const first = chosen?.members[0];
  if (chosen === null || first === undefined || first.verdict === 'delivered') return notes;
  const siblings = judged.filter((j) => hostPair(j.analysis) === hostPair(first.analysis));
  const portsOf = (list: readonly Judged[]): number[] =>
    [...new Set(list.map((j) => j.analysis.conversation.server.port))]
      .filter((p) => p > 0)
      .sort((x, y) => x - y);
  const bad = portsOf(chosen.members);
  const good = portsOf(siblings.filter((j) => j.verdict === 'delivered')).filter((p) => !bad.includes(p));
  if (good.length > 0 && bad.length > 0)
    notes.push(`By port: ${bad.join(', ')} fails, ${good.join(', ')} passes between the same hosts.`);
  if (first.verdict === 'dropped' && first.analysis.tcp?.established === true)
    notes.push(
      'The connection was established and died later: what drops its packets lets the first of a flow pass.',
    );
  if (first.verdict === 'lossy') {
    const back = chosen.members.some((j) => j.analysis.back.some((p) => p.lost > 0));
    const forward = chosen.members.some((j) => j.analysis.forward.some((p) => p.lost > 0));
    if (back !== forward) notes.push(`Loss in one direction only: ${back ? 'return' : 'forward'}.`);
  }
  return notes;
}
