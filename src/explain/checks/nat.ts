/** Services and translation. */
import { cniEnv } from '../../facts/support/nodes.js';
import type { IptablesRule, NodeFacts } from '../../model/node.js';
import { absent, at, check, count, evidenceOf, list, usable } from './make.js';
import type { Check, CheckFunction } from './types.js';

const MAX_LISTED = 50;

export const services: CheckFunction = ({ node, fact }) => {
  const bad = fact('service_endpoint');
  if (bad === null || node.services.length === 0) return [];
  if (bad.length === 0)
    return [check('services', 'ok', `${count(node.services.length, 'service port')}, each with endpoints`)];
  return bad.slice(0, MAX_LISTED).map((s): Check => {
    const { service, cluster_ip: ip, port, no_endpoints: none, stale_endpoint: stale } = s.fields;
    const name = `${String(service ?? 'a service')} (${String(ip)}:${String(port)})`;
    return none === true
      ? check('services', 'warning', `${name} has no endpoints: its traffic is rejected`, evidenceOf([s]))
      : check(
          'services',
          'warning',
          `${name} still sends to ${String(stale)}, an address that no pod holds`,
          evidenceOf([s]),
        );
  });
};

export const kubeProxy: CheckFunction = ({ node, fact }) => {
  const state = fact('kube_proxy_state')?.[0];
  if (state === undefined) return [];
  const { mode, rules_missing: missing, process_running: running, nat_known: known } = state.fields;
  if (missing === true)
    return [
      check(
        'kube-proxy',
        'wrong',
        'table nat holds no service chain: kube-proxy has not written its rules',
        evidenceOf([state]),
      ),
    ];
  if (mode === 'unknown' || (known === false && mode === 'iptables')) {
    return [
      check('kube-proxy', 'unknown', 'how services are served on this node is not known', [
        absent(node.iptables.file, node.iptables.state),
      ]),
    ];
  }
  if (running === false && mode !== 'none') {
    return [
      check(
        'kube-proxy',
        'warning',
        `kube-proxy (${String(mode)}) is not in the process list: its rules are not kept up to date`,
        [absent(node.processes.file, 'no kube-proxy')],
      ),
    ];
  }
  return [
    check(
      'kube-proxy',
      'ok',
      mode === 'none' ? 'another data path serves services' : `kube-proxy works with ${String(mode)}`,
    ),
  ];
};

function natRules(node: NodeFacts, pattern: RegExp): readonly IptablesRule[] {
  const nat = node.iptables.value.tables.get('nat');
  return [...(nat?.chains.values() ?? [])].filter((c) => pattern.test(c.name)).flatMap((c) => c.rules);
}

/** Pods leave the VPC with the node's address unless EXTERNALSNAT or IPv6 says otherwise. */
export const snat: CheckFunction = ({ node }) => {
  const nat = node.iptables.value.tables.get('nat');
  if (!usable(node.iptables) || nat === undefined) return [];
  const external =
    cniEnv(node, 'AWS_VPC_K8S_CNI_EXTERNALSNAT') ?? node.settings?.value.get('AWS_VPC_K8S_CNI_EXTERNALSNAT');
  const rules = natRules(node, /^AWS-SNAT-CHAIN-\d+$/);
  const jump = nat.chains
    .get('POSTROUTING')
    ?.rules.find((r) => r.target?.startsWith('AWS-SNAT-CHAIN') === true);
  const onlyV6 = node.pods.length > 0 && node.pods.every((pod) => pod.ip.includes(':'));
  if (external?.value === 'true') {
    return jump === undefined
      ? [
          check(
            'snat',
            'ok',
            'AWS_VPC_K8S_CNI_EXTERNALSNAT is true: pods keep their address, and need a NAT gateway for the Internet',
            [at(external.loc, `AWS_VPC_K8S_CNI_EXTERNALSNAT=${external.value}`)],
          ),
        ]
      : [
          check(
            'snat',
            'warning',
            'AWS_VPC_K8S_CNI_EXTERNALSNAT is true, and the SNAT chain is still in use',
            [at(jump.loc, jump.text)],
          ),
        ];
  }
  if (onlyV6 || cniEnv(node, 'ENABLE_IPv6')?.value === 'true') return [];
  const translating = rules.filter((r) => r.target === 'SNAT');
  if (jump === undefined || translating.length === 0) {
    if (external === undefined || external === null)
      return [
        check(
          'snat',
          'unknown',
          'the CNI has no SNAT rule, and its settings do not say whether that is meant',
        ),
      ];
    return [
      check(
        'snat',
        'warning',
        'the SNAT chain of the CNI is missing: pods leave the VPC with their own address',
        [
          absent(
            nat.chains.get('POSTROUTING')?.loc.file ?? node.iptables.file,
            'no rule to AWS-SNAT-CHAIN-0',
          ),
        ],
      ),
    ];
  }
  const { primaryIp } = node.identity;
  const other = translating.filter(
    (r) => primaryIp !== null && r.targetOptions.get('to-source')?.[0]?.split(':')[0] !== primaryIp,
  );
  if (other.length > 0)
    return [
      check(
        'snat',
        'wrong',
        `the SNAT rule gives another address than the node's own ${primaryIp ?? ''}`,
        other.map((r) => at(r.loc, r.text)),
      ),
    ];
  const kept = rules.flatMap((r) =>
    r.matches.filter((m) => m.module === 'destination').flatMap((m) => m.args),
  );
  const uncovered = node.identity.vpcCidrs.filter((cidr) => !kept.includes(cidr));
  // A range that was added later is harmless: packets to it are translated, and so are the answers.
  const also = uncovered.length === 0 ? '' : `; towards ${list(uncovered)} of the VPC, too`;
  return [
    check(
      'snat',
      'ok',
      `pods leave the VPC with the node's address${also}; within ${list(kept)} they keep their own`,
      translating.map((r) => at(r.loc, r.text)),
    ),
  ];
};
