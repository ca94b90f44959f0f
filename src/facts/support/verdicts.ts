/** Verdict tuples of the network policy agent, DENY joined with the ACCEPTs of the same tuple. */
import type { PolicyVerdict } from '../../model/logs.js';
import type { FactContext } from '../types.js';

export interface Denial {
  readonly deny: PolicyVerdict;
  readonly accepts: readonly PolicyVerdict[];
}

const key = (v: PolicyVerdict): string => [v.node, v.src, v.dst, v.dport, v.protocol.toLowerCase()].join(' ');

/** Linux hands out source ports from here on by default; services listen below. */
const EPHEMERAL = 32_768;

/**
 * An answer rather than a request: from a service's port to an ephemeral one. It was denied because the agent
 * did not know the flow, not because a policy lacks that port.
 */
export function isAnswer(verdict: PolicyVerdict): boolean {
  if (verdict.returnTraffic) return true;
  return (
    verdict.dport >= EPHEMERAL &&
    verdict.sports.length > 0 &&
    verdict.sports.every((port) => port > 0 && port < EPHEMERAL)
  );
}

export function denials(context: FactContext): Denial[] {
  const accepts = new Map<string, PolicyVerdict[]>();
  for (const verdict of context.logs.verdicts) {
    if (verdict.verdict !== 'ACCEPT') continue;
    const list = accepts.get(key(verdict));
    if (list === undefined) accepts.set(key(verdict), [verdict]);
    else list.push(verdict);
  }
  return context.logs.verdicts
    .filter((verdict) => verdict.verdict === 'DENY')
    .map((deny) => ({
      deny,
      accepts: (accepts.get(key(deny)) ?? []).filter(
        (a) => a.direction === deny.direction || a.direction === null || deny.direction === null,
      ),
    }));
}

/** Port a tuple of answers comes from. */
export const answeringPort = (verdict: PolicyVerdict): number | null =>
  verdict.sport ?? verdict.sports[0] ?? null;

/** The agent's log was read on some node: only then does the absence of verdicts mean anything at all. */
export const agentLogRead = (context: FactContext): boolean =>
  context.logs.verdicts.length > 0 ||
  context.logs.files.some((file) => file.source === 'network-policy-agent' && file.lines > 0);

export const iso = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());
