import type { EvidenceItem } from '../model/rule.js';
import type { LogRecord } from '../model/logs.js';
import type { NodeFacts, Pod } from '../model/node.js';
import type { FactContext } from './types.js';
import { traceBlames } from './support/blame.js';
import { concernOf, isEnd } from './support/concern.js';
import { defineFact, flag, known, number, text, unknown } from './support/define.js';
import { lineEvidence, recordEvidence } from './support/evidence.js';
import { ISOLATION_QUERY, recordsOf, tail } from './support/log-queries.js';
import { iso } from './support/verdicts.js';

type Direction = 'ingress' | 'egress';

interface Isolation {
  readonly podIdentifier: string | null;
  /** `shop/default-deny-x7k2p`, where the log names the policy and not the pods. */
  readonly policy: string | null;
  readonly direction: Direction;
  readonly from: 'log' | 'map' | 'verdict';
  readonly time: number | null;
  readonly evidence: readonly EvidenceItem[];
}

/** `web-7d4b9c6f5d-x2x9z` in `shop` → `web-7d4b9c6f5d@shop` or, in older agents, `web-7d4b9c6f5d-shop`. */
export function podIdentifiers(pod: Pod): readonly string[] {
  if (pod.name === null || pod.namespace === null) return [];
  const base = pod.name.replace(/-[^-]*$/, '').replaceAll('.', '_');
  return [`${base}@${pod.namespace}`, `${base}-${pod.namespace}`];
}

/**
 * The last word of the log per pod identifier (where no line names it, per policy) and direction. `Processing
 * Policy Endpoint  Name: … Namespace …` and `Total number of PolicyEndpoint resources for podIdentifier X are N`
 * say whose state follows; `Total no.of - …` and `Default Deny enabled on …` tell it.
 */
function lastStates(records: readonly LogRecord[]): Isolation[] {
  const states = new Map<string, Isolation | null>();
  let pod: string | null = null;
  let policy: string | null = null;
  for (const record of records) {
    const { pod: named, policy: name, namespace, deny, ingress, egress, open } = record.fields;
    if (name !== undefined && name !== '') {
      policy = `${namespace ?? ''}/${name}`;
      pod = null;
    }
    if (named !== undefined && named !== '') pod = named;
    const set = (direction: Direction, isolated: boolean): void => {
      const state: Isolation = {
        podIdentifier: pod,
        policy: pod === null ? policy : null,
        direction,
        from: 'log',
        time: record.time,
        evidence: [recordEvidence(record)],
      };
      states.set(`${pod ?? policy ?? ''} ${direction}`, isolated ? state : null);
    };
    if (ingress !== undefined && Number(ingress) > 0) set('ingress', false);
    if (egress !== undefined && Number(egress) > 0) set('egress', false);
    if (open !== undefined && open !== '') set(open.toLowerCase() as Direction, false);
    if (deny !== undefined && deny !== '') set(deny.toLowerCase() as Direction, true);
  }
  return [...states.values()].filter((state) => state !== null);
}

function podsOf(node: NodeFacts, state: Isolation): readonly Pod[] {
  if (state.podIdentifier !== null) {
    const identifier = state.podIdentifier;
    return node.pods.filter((pod) => podIdentifiers(pod).includes(identifier) || pod.ip === identifier);
  }
  const namespace = state.policy?.split('/')[0];
  return node.pods.filter((pod) => namespace !== undefined && pod.namespace === namespace);
}

/** Programs whose rule map is empty, where no pod-state map decides instead (agents before 1.2). */
function emptyMaps(node: NodeFacts): Isolation[] {
  return node.ebpfPrograms.value.flatMap((program) => {
    if (program.maps.some((map) => map.name.includes('pod_state'))) return [];
    const rules = program.maps.find((map) => map.name === `${program.direction}_map`);
    const map = rules === undefined ? undefined : node.ebpfMaps.value.get(rules.id);
    if (map?.empty !== true) return [];
    return [
      {
        podIdentifier: program.podIdentifier,
        policy: null,
        direction: program.direction,
        from: 'map' as const,
        time: null,
        evidence: [lineEvidence(node.id, map.loc, `EBPF Maps Data for Map ID ${String(map.id)}`)],
      },
    ];
  });
}

/** Denials of tier DEFAULT: no policy matched, and the pod's default is deny (strict mode). */
function defaultTier(context: FactContext, node: NodeFacts): Isolation[] {
  const seen = new Set<string>();
  return context.logs.verdicts.flatMap((verdict) => {
    if (verdict.node !== node.id || verdict.verdict !== 'DENY' || verdict.tier !== 'DEFAULT') return [];
    if (verdict.direction === null) return [];
    const address = verdict.direction === 'ingress' ? verdict.dst : verdict.src;
    const pod = node.pods.find((p) => p.ip === address);
    const podIdentifier = pod === undefined ? address : (podIdentifiers(pod)[0] ?? address);
    const key = `${podIdentifier} ${verdict.direction}`;
    if (seen.has(key)) return [];
    seen.add(key);
    return [
      {
        podIdentifier,
        policy: null,
        direction: verdict.direction,
        from: 'verdict' as const,
        time: verdict.last,
        evidence: verdict.records.map(recordEvidence),
      },
    ];
  });
}

/** Pods that are isolated in a direction with not one rule that allows anything. */
export const defaultDeny = defineFact({
  name: 'default_deny',
  description: 'A pod identifier that is isolated in one direction without any allow rule, as the last known state.',
  fields: {
    pod_identifier: text('name without its last part, and namespace; null when only the policy is known'),
    policy: text('namespace/name of the policy endpoint; null when the pods are known'),
    subject: text('the one of the two that is known'),
    direction: text('ingress or egress'),
    from: text('log (agent log), map (empty eBPF map) or verdict (denials of tier DEFAULT)'),
    pods: number('pods of this node with that identifier; for a policy, pods of its namespace'),
    addresses: text('their addresses, joined by a blank'),
    denied: number('DENY lines for these pods in this direction'),
    in_question: flag('a flow in question has one of these pods at the fitting end; true when nothing is in question'),
    trace_agrees: text('yes, no or unknown: do the captures place the loss on this node'),
    since: text('time of the last line that says so, ISO 8601'),
  },
  compute: (context) => {
    if (context.nodes.length === 0) return unknown('no bundle was given');
    const concern = concernOf(context);
    return known(
      context.nodes.flatMap((node) => {
        const matches = recordsOf(context, ISOLATION_QUERY, node.id);
        const states = [
          ...(matches === null ? [] : lastStates(tail(matches))),
          ...emptyMaps(node),
          ...defaultTier(context, node),
        ];
        const merged = new Map<string, Isolation>();
        for (const state of states) {
          const key = `${(state.podIdentifier ?? state.policy ?? '').replace('@', '-')} ${state.direction}`;
          if (!merged.has(key)) merged.set(key, state);
        }
        return [...merged.values()].map((state) => {
          const pods = podsOf(node, state);
          const local = (verdict: { src: string; dst: string }): string =>
            state.direction === 'ingress' ? verdict.dst : verdict.src;
          const denied = context.logs.verdicts.filter(
            (v) =>
              v.node === node.id &&
              v.verdict === 'DENY' &&
              (v.direction === null || v.direction === state.direction) &&
              pods.some((pod) => pod.ip === local(v)),
          );
          return {
            node: node.id,
            fields: {
              pod_identifier: state.podIdentifier,
              policy: state.policy,
              subject: state.podIdentifier ?? state.policy,
              direction: state.direction,
              from: state.from,
              pods: pods.length,
              addresses: pods.map((pod) => pod.ip).join(' '),
              denied: denied.reduce((sum, v) => sum + v.count, 0),
              in_question:
                concern.from === 'none' || pods.some((pod) => isEnd(concern, pod.ip, state.direction === 'ingress' ? 'dst' : 'src')),
              trace_agrees: traceBlames(context, node.id),
              since: iso(state.time),
            },
            evidence: state.evidence,
          };
        });
      }),
    );
  },
});
