/** Policy rules: priorities and what they are for. */
import { cniEnv } from '../../facts/support/nodes.js';
import type { IpRule, NodeFacts } from '../../model/node.js';
import { absent, at, check, count, evidenceOf, list, notCollected, usable } from './make.js';
import type { CheckFunction } from './types.js';

const lookup = (rule: IpRule): string | null => (rule.action.kind === 'lookup' ? rule.action.table : null);

const plain = (rule: IpRule): boolean =>
  !rule.not &&
  rule.from === null &&
  rule.to === null &&
  rule.fwmark === null &&
  rule.iif === null &&
  rule.oif === null;

/** local first, main last: moved only where strict security groups for pods ask for it. */
export const baseRules: CheckFunction = ({ node }) => {
  const { rules } = node;
  if (!usable(rules)) return [notCollected('base-rules', 'The policy rules were', rules)];
  const local = rules.value.find((r) => plain(r) && lookup(r) === 'local');
  const main = rules.value.find((r) => plain(r) && lookup(r) === 'main');
  const gone = [...(local === undefined ? ['local'] : []), ...(main === undefined ? ['main'] : [])];
  if (gone.length > 0) {
    return [
      check('base-rules', 'wrong', `no rule leads to table ${list(gone)}`, [
        absent(rules.file, `no lookup ${gone.join(', ')}`),
      ]),
    ];
  }
  const branch = node.pods.some((pod) => pod.branchEni);
  if (local!.priority !== 0 && local!.priority !== 20) {
    return [
      check(
        'base-rules',
        'warning',
        `table local is looked up at priority ${local!.priority}, not at 0 (or 20)`,
        [at(local!.loc, local!.text)],
      ),
    ];
  }
  if (local!.priority === 20 && !branch) {
    return [
      check(
        'base-rules',
        'ok',
        'table local is looked up at 20: strict security groups for pods are on, without such a pod at the moment',
      ),
    ];
  }
  return [
    check(
      'base-rules',
      'ok',
      `table local is looked up first (${local!.priority}), table main last (${main!.priority})`,
    ),
  ];
};

/** `512: from all to <pod> lookup main` for every pod, `1536: from <pod> lookup n` for those of secondary ENIs. */
export const podRules: CheckFunction = ({ node, fact }) => {
  const pods = fact('pod_route');
  if (!usable(node.rules)) return [notCollected('pod-rules', 'The policy rules were', node.rules)];
  if (pods === null) return [];
  const held = pods.filter((p) => p.fields['branch_eni'] !== true && p.fields['assigned'] === true);
  const to = held.filter((p) => p.fields['rule512_present'] === false);
  const from = held.filter(
    (p) => p.fields['secondary_eni'] === true && p.fields['rule1536_present'] === false,
  );
  const left = pods.filter(
    (p) =>
      p.fields['assigned'] !== true &&
      p.fields['route_present'] === false &&
      p.fields['rule512_present'] === true &&
      p.fields['branch_eni'] !== true,
  );
  const name = (p: (typeof pods)[number]): string => String(p.fields['pod'] ?? p.fields['pod_ip']);
  const checks = [
    ...(to.length === 0
      ? []
      : [check('pod-rules', 'warning', `no rule at 512 leads to ${list(to.map(name))}`, evidenceOf(to))]),
    ...(from.length === 0
      ? []
      : [
          check(
            'pod-rules',
            'wrong',
            `pods of a secondary ENI without a rule at 1536, whose packets leave by the wrong ENI: ${list(from.map(name))}`,
            evidenceOf(from),
          ),
        ]),
    ...(left.length === 0 || !usable(node.checkpoint)
      ? []
      : [
          check(
            'pod-rules',
            'warning',
            `rules at 512 for addresses that no pod holds: ${list(left.map((p) => String(p.fields['pod_ip'])))}`,
            evidenceOf(left),
          ),
        ]),
  ];
  return checks.length > 0
    ? checks
    : [check('pod-rules', 'ok', `${count(held.length, 'pod')} with the rules they need`)];
};

function setting(node: NodeFacts, name: string): string | null {
  return cniEnv(node, name)?.value ?? node.settings?.value.get(name)?.value ?? null;
}

/** `1024: from all fwmark 0x80/0x80 lookup main`: answers of node ports and SNAT leave by the primary ENI. */
export const markRule: CheckFunction = ({ node }) => {
  if (!usable(node.rules)) return [];
  const found = node.rules.value.find(
    (r) => r.fwmark !== null && r.fwmark.value === 0x80 && lookup(r) === 'main',
  );
  if (found !== undefined)
    return [
      check('mark-rule', 'ok', 'marked connections (0x80) leave by table main', [at(found.loc, found.text)]),
    ];
  const nodePorts = setting(node, 'AWS_VPC_CNI_NODE_PORT_SUPPORT') !== 'false';
  const snat = setting(node, 'AWS_VPC_K8S_CNI_EXTERNALSNAT') !== 'true';
  if (!nodePorts && !snat) return [];
  const mark = setting(node, 'AWS_VPC_K8S_CNI_CONNMARK');
  if (mark !== null && mark !== '128')
    return [check('mark-rule', 'unknown', `the mark is set to ${mark}; no rule for 0x80`)];
  const podRules = node.rules.value.some((r) => r.priority === 512 || r.priority === 1536);
  if (!podRules)
    return [
      check('mark-rule', 'unknown', 'there are no rules of the VPC CNI at all', [
        absent(node.rules.file, 'no rule at 512, 1024 or 1536'),
      ]),
    ];
  return [
    check(
      'mark-rule',
      'warning',
      'no rule leads marked connections (0x80) to table main: node ports fail for pods of secondary ENIs',
      [absent(node.rules.file, 'no fwmark 0x80/0x80 lookup main')],
    ),
  ];
};

const OWN_PRIORITIES = new Set([0, 10, 20, 512, 1024, 1535, 1536, 32765, 32766, 32767]);

/** Rules of somebody else: legal, and worth knowing. NetworkManager's cloud setup is incompatible with the CNI. */
export const foreignRules: CheckFunction = ({ node }) => {
  if (!usable(node.rules)) return [];
  const foreign = node.rules.value.filter((r) => !OWN_PRIORITIES.has(r.priority));
  if (foreign.length === 0)
    return [check('foreign-rules', 'ok', "all rules are the kernel's or the VPC CNI's")];
  const cloud = foreign.filter((r) => ['30200', '30400'].includes(lookup(r) ?? ''));
  const evidence = (rules: readonly IpRule[]) => rules.map((r) => at(r.loc, r.text));
  if (cloud.length > 0) {
    return [
      check(
        'foreign-rules',
        'wrong',
        "rules of NetworkManager's cloud setup (tables 30200, 30400): it removes the CNI's rules",
        evidence(cloud),
      ),
    ];
  }
  return [
    check(
      'foreign-rules',
      'warning',
      `${count(foreign.length, 'rule')} of neither the kernel nor the VPC CNI, at ${list(foreign.map((r) => String(r.priority)))}`,
      evidence(foreign),
    ),
  ];
};
