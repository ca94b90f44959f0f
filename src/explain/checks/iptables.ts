/** The packet filter: what forwards pods, what translates them, and who else has a hand in it. */
import { absent, at, check, count, evidenceOf, notCollected, usable } from './make.js';
import type { Check, CheckFunction } from './types.js';

const MAX_LISTED = 50;

/** What mangle and filter FORWARD do with new packets of the node's pods, tried with packets of each kind. */
export const forwardChain: CheckFunction = ({ node, fact }) => {
  const chains = fact('forward_chain');
  if (chains === null || chains.length === 0)
    return [notCollected('forward-chain', 'The iptables rules were', node.iptables)];
  const pods4 = node.pods.some((pod) => !pod.ip.includes(':'));
  return chains
    .filter((c) => c.fields['family'] === 4 || !pods4 || c.fields['verdict'] !== 'unknown')
    .map((c): Check => {
      const {
        family,
        policy,
        policy_packets: packets,
        verdict,
        drops_pods: drops,
        packets_tried: tried,
        undetermined,
      } = c.fields;
      const what = `policy ${String(policy)}${packets === null || packets === 0 ? '' : ` (${String(packets)} packets met it)`} of the IPv${String(family)} FORWARD chain`;
      const evidence = evidenceOf([c]);
      if (drops === true)
        return check(
          'forward-chain',
          'wrong',
          `${what} drops new packets from, to and between pods`,
          evidence,
        );
      switch (verdict) {
        case 'passed':
          return check(
            'forward-chain',
            'ok',
            `${what}: new packets from, to and between pods pass (${String(tried)} tried)`,
            policy === 'DROP' ? evidence : [],
          );
        case 'stopped':
        case 'partly':
          return check(
            'forward-chain',
            'warning',
            `${what}: ${verdict === 'partly' ? 'some' : 'all'} of ${String(tried)} packets of pods tried are stopped; see forward-rules`,
            evidence,
          );
        default:
          return check(
            'forward-chain',
            'unknown',
            `${what}: what becomes of pods' packets cannot be told${undetermined === null ? '' : ` (${String(undetermined)})`}`,
            evidence,
          );
      }
    });
};

export const forwardRules: CheckFunction = ({ fact }) => {
  const rules = fact('forward_blocking_rule');
  if (rules === null) return [];
  if (rules.length === 0)
    return [check('forward-rules', 'ok', 'no rule stops packets of pods but those every node has')];
  return rules.slice(0, MAX_LISTED).map((r): Check => {
    const { target, table, chain, rule_number: n, scope, by_chance: chance, packets, src, dst } = r.fields;
    const counted = packets === null ? '' : `, ${String(packets)} packets so far`;
    const what = `${String(target)} in ${String(table)} ${String(chain)}, rule ${String(n)}${counted}`;
    const example = `a packet from ${String(src)} to ${String(dst)} ends there`;
    const some = scope === 'some' ? ', for packets that fit it' : '';
    return check(
      'forward-rules',
      chance === true || scope === 'some' ? 'warning' : 'wrong',
      `${what}: ${example}${some}${chance === true ? ', by chance or rate' : ''}`,
      evidenceOf([r]),
    );
  });
};

/** Whether the rules are all there to be seen. */
export const completeRules: CheckFunction = ({ node }) => {
  if (!usable(node.iptables)) return [];
  const { otherBackendPresent, truncated, rulesNotUnderstood = 0, notUnderstood } = node.iptables.value;
  return [
    ...(otherBackendPresent
      ? [
          check('complete-rules', 'warning', 'rules of the other iptables backend exist and are not shown', [
            absent(node.iptables.file, 'warning of iptables'),
          ]),
        ]
      : []),
    ...(truncated === true
      ? [
          check('complete-rules', 'unknown', 'the end of the iptables rules is missing', [
            absent(node.iptables.file, 'no COMMIT at the end'),
          ]),
        ]
      : []),
    ...(rulesNotUnderstood > 0
      ? [
          check(
            'complete-rules',
            'unknown',
            `${count(rulesNotUnderstood, 'line')} of the rules not understood`,
            notUnderstood.slice(0, 3).map((loc) => at(loc, 'not understood')),
          ),
        ]
      : []),
  ];
};

export const otherEngines: CheckFunction = ({ fact }) =>
  (fact('other_cni') ?? []).flatMap((e): Check[] => {
    const {
      engine,
      policy_engine_conflict: conflict,
      leftovers_only: left,
      sure,
      policy_drop_packets: dropped,
    } = e.fields;
    const name = engine === 'calico' ? 'Calico' : 'Cilium';
    if (conflict === true)
      return [
        check(
          'other-engines',
          'wrong',
          `${name} and the policy agent of the VPC CNI both enforce policies`,
          evidenceOf([e]),
        ),
      ];
    if (left === true)
      return [check('other-engines', 'ok', `chains that ${name} left behind; nothing leads into them`)];
    if (sure !== true) return [];
    const drops = Number(dropped ?? 0) > 0 ? `; its policies dropped ${String(dropped)} packets` : '';
    return [
      check(
        'other-engines',
        drops === '' ? 'ok' : 'warning',
        `${name} works on this node${drops}`,
        evidenceOf([e]),
      ),
    ];
  });
