/** Who is isolated without any allow rule: from the agent's log, its eBPF maps, and its verdicts. */
import type { LogRecord } from '../../model/logs.js';
import type { NodeFacts, Pod } from '../../model/node.js';
import type { EvidenceItem } from '../../model/rule.js';
import type { FactContext } from '../types.js';
import { lineEvidence, recordEvidence } from './evidence.js';
import { ISOLATION_QUERY, recordsOf, tail } from './log-queries.js';

type Direction = 'ingress' | 'egress';

export interface Isolation {
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

export function podsOf(node: NodeFacts, state: Isolation): readonly Pod[] {
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

/** Every isolation known of the node; of the same one told twice, the first stays. */
export function isolations(context: FactContext, node: NodeFacts): readonly Isolation[] {
  const matches = recordsOf(context, ISOLATION_QUERY, node.id);
  const merged = new Map<string, Isolation>();
  for (const state of [
    ...(matches === null ? [] : lastStates(tail(matches))),
    ...emptyMaps(node),
    ...defaultTier(context, node),
  ]) {
    const key = `${(state.podIdentifier ?? state.policy ?? '').replace('@', '-')} ${state.direction}`;
    if (!merged.has(key)) merged.set(key, state);
  }
  return [...merged.values()];
}
