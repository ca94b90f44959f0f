/** Every variant of the healthy bundle: each expected cause is stated, and exactly the right rules raise an alarm. */
import { beforeAll, describe, expect, it } from 'vitest';
import { loadBuiltinRules } from '../../lab/variants/analyse.js';
import { loadBase, type Base } from '../../lab/variants/base.js';
import { rulesOf } from '../../lab/variants/causes.js';
import { VARIANTS } from '../../lab/variants/index.js';
import { runVariant } from '../../lab/variants/run.js';
import type { Rule } from '../../src/model/rule.js';

let base: Base;
let rules: readonly Rule[];

beforeAll(async () => {
  [base, rules] = await Promise.all([loadBase(), loadBuiltinRules()]);
});

const named = VARIANTS.map((variant) => [variant.name, variant] as const);

describe('variants', () => {
  it('have names of their own, and rules that exist', () => {
    expect(new Set(VARIANTS.map((v) => v.name)).size).toBe(VARIANTS.length);
    const ids = new Set(rules.map((rule) => rule.id));
    expect(VARIANTS.flatMap((v) => v.severe).filter((id) => !ids.has(id))).toEqual([]);
    expect(VARIANTS.flatMap((v) => v.expected).filter((c) => !rulesOf(c).some((id) => ids.has(id)))).toEqual(
      [],
    );
  });

  it('show every cause that a bundle alone can show, in two forms at least', () => {
    const forms = new Map<string, number>();
    for (const cause of VARIANTS.flatMap((v) => v.expected)) forms.set(cause, (forms.get(cause) ?? 0) + 1);
    expect([...forms].filter(([, count]) => count < 2)).toEqual([]);
    expect([...forms.keys()].sort()).toEqual([
      'aws_node_crash',
      'bad_cni_version',
      'blackhole_route',
      'calico_coexistence',
      'calico_port_limit',
      'cidr_conflict',
      'conntrack_full',
      'coredns_errors',
      'ebpf_error',
      'ena_allowance',
      'forward_policy_drop',
      'forward_rule_drop',
      'ip_exhaustion',
      'ipamd_error',
      'kube_proxy_down',
      'missing_route',
      'mtu_mismatch',
      'netpol_deny',
      'policyendpoint_missing',
      'reject_rule',
      'sgp_isolation',
      'unreachable_route',
      'veth_missing',
    ]);
  });

  // Most of the time goes into small files: waiting for some at once helps.
  it.concurrent.each(named)('%s', async (_, variant) => {
    const { missing, alarms, faint } = await runVariant(base, rules, variant);
    expect({ missing, alarms, faint }).toEqual({ missing: [], alarms: [], faint: [] });
  });
});
