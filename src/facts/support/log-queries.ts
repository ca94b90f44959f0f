/**
 * What facts ask of the logs. The scan runs these beside the rules' own patterns; answers are found under
 * the same id in `LogScan.matches`.
 */
import type { LogMatches, LogQuery, LogRecord } from '../../model/logs.js';
import type { FactContext } from '../types.js';

export const ISOLATION_QUERY = 'fact/isolation';
export const MARTIAN_QUERY = 'fact/martian';
export const PROBE_QUERY = 'fact/probe-timed-out';
export const POLICY_MODE_QUERY = 'fact/policy-mode';

export const FACT_LOG_QUERIES: readonly LogQuery[] = [
  {
    id: ISOLATION_QUERY,
    sources: ['network-policy-agent'],
    pattern:
      '(?:Default Deny enabled on (?P<deny>Ingress|Egress)' +
      '|Total no\\.of - ingressRules (?P<ingress>\\d+) egressRules (?P<egress>\\d+)' +
      '|No (?P<open>Ingress|Egress) rules and no (?:ingress|egress) isolation' +
      '|podIdentifier:? (?P<pod>[^\\s,]+) are' +
      '|Processing Policy Endpoint\\s+Name: (?P<policy>\\S+)\\s+Namespace:? (?P<namespace>\\S+))',
  },
  {
    id: MARTIAN_QUERY,
    sources: ['kernel', 'messages'],
    pattern: 'martian source (?P<dst>[0-9a-fA-F.:]+) from (?P<src>[0-9a-fA-F.:]+), on dev (?P<dev>\\S+)',
  },
  {
    id: PROBE_QUERY,
    sources: ['kubelet'],
    pattern:
      'Probe failed.*(?:https?://|dial tcp )\\[?(?P<ip>[0-9a-fA-F.:]+?)\\]?:\\d+.*(?:i/o timeout|connection timed out|context deadline exceeded|Client\\.Timeout exceeded)',
  },
  {
    id: POLICY_MODE_QUERY,
    sources: ['network-policy-agent'],
    pattern: 'Network Policy is (?P<mode>enabled|disabled)',
  },
];

/** Kept records of one node, in time and line order; empty when nothing matched. */
export function recordsOf(context: FactContext, queryId: string, node: string): LogMatches | null {
  const all = context.logs.matches.get(queryId) ?? [];
  return all.find((matches) => matches.records[0]?.node === node) ?? null;
}

/** The newest kept records: when some were left out, those before the gap cannot be joined to those after. */
export function tail(matches: LogMatches): readonly LogRecord[] {
  return matches.cut ? matches.records.slice(Math.ceil(matches.records.length / 2)) : matches.records;
}
