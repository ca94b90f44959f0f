import type { FactDefinition } from '../../../src/facts/types.js';

type Types = Readonly<Record<string, 'string' | 'number' | 'boolean'>>;

/** A fact by its fields alone: rules and their cases never compute it. */
export function fact(name: string, types: Types): FactDefinition {
  return {
    name,
    description: `${name}, for tests`,
    fields: Object.fromEntries(Object.entries(types).map(([field, type]) => [field, { type, about: field }])),
    compute: () => ({ known: false, reason: 'not computed in this test' }),
  };
}

/** Facts the log-based rules test, with the fields they use. */
export const HAND_MADE_FACTS: readonly FactDefinition[] = [
  fact('container_restarts', { pod: 'string', container: 'string', restarts: 'number', logs: 'number' }),
  fact('ipamd_state', {
    introspection: 'string',
    metrics: 'string',
    answered: 'boolean',
    silent: 'boolean',
    log_quiet_seconds: 'number',
  }),
  fact('ip_pool', {
    total: 'number',
    assigned: 'number',
    free: 'number',
    max: 'number',
    prefixes: 'boolean',
    exhausted: 'boolean',
    at_node_limit: 'boolean',
  }),
  fact('custom_networking', {
    enabled: 'boolean',
    pods: 'number',
    pods_on_primary: 'number',
    misplaced: 'boolean',
  }),
  fact('conntrack_usage', { entries: 'number', max: 'number', ratio: 'number', percent: 'number' }),
  fact('kube_proxy_state', {
    mode: 'string',
    nat_known: 'boolean',
    service_chains: 'number',
    endpoint_chains: 'number',
    services: 'number',
    replaced: 'boolean',
    process_running: 'boolean',
    rules_missing: 'boolean',
  }),
  fact('api_server_check', {
    attempts: 'number',
    reached: 'number',
    unreachable: 'boolean',
    error: 'string',
  }),
  fact('pod_veth', {
    pod_ip: 'string',
    namespace: 'string',
    pod: 'string',
    veth: 'string',
    veth_present: 'boolean',
    route_present: 'boolean',
    assigned: 'boolean',
    age_seconds: 'number',
    missing: 'boolean',
    trace_agrees: 'string',
  }),
  fact('policy_denied_answers', {
    server: 'string',
    server_port: 'number',
    client: 'string',
    protocol: 'string',
    direction: 'string',
    denials: 'number',
    flows: 'number',
    request_accepted: 'boolean',
    in_question: 'boolean',
    trace_agrees: 'string',
  }),
];
