/** The VPC CNI's version, settings and configuration files. */
import { cniEnv } from '../../facts/support/nodes.js';
import type { NodeFacts } from '../../model/node.js';
import { absent, at, check, evidenceOf, list, notCollected, usable } from './make.js';
import type { Check, CheckEvidence, CheckFunction } from './types.js';

export const version: CheckFunction = ({ node, fact }) => {
  const found = fact('cni_version')?.[0];
  if (found === undefined)
    return [check('cni-version', 'unknown', 'the version of the VPC CNI is in no file')];
  const { version: v, known_bad: bad, agent_version: agent } = found.fields;
  if (bad === true)
    return [check('cni-version', 'wrong', `VPC CNI ${String(v)} is known to be faulty`, evidenceOf([found]))];
  const running = [
    ...new Set(node.cniContainers.value.flatMap((c) => (c.version === null ? [] : [c.version]))),
  ];
  const others = running.filter((r) => r.replace(/^v/, '') !== String(v).replace(/^v/, ''));
  const old = others.length === 0 ? '' : `; containers of ${list(others)} are there too, running or stopped`;
  return [
    check(
      'cni-version',
      'ok',
      `VPC CNI ${String(v)}${agent === null ? '' : `, policy agent ${String(agent)}`}${old}`,
      evidenceOf([found]),
    ),
  ];
};

interface Clash {
  readonly when: (value: (name: string) => string | null, node: NodeFacts) => boolean;
  readonly names: readonly string[];
  readonly status: 'warning' | 'wrong';
  readonly says: string;
}

const on = (text: string | null): boolean => text === 'true';

/** Settings that exclude or need each other. */
const CLASHES: readonly Clash[] = [
  {
    when: (v) => on(v('ENABLE_IPv4')) && on(v('ENABLE_IPv6')),
    names: ['ENABLE_IPv4', 'ENABLE_IPv6'],
    status: 'wrong',
    says: 'IPv4 and IPv6 are both on: ipamd refuses to start',
  },
  {
    when: (v) => v('ENABLE_IPv4') === 'false' && !on(v('ENABLE_IPv6')),
    names: ['ENABLE_IPv4', 'ENABLE_IPv6'],
    status: 'wrong',
    says: 'neither IPv4 nor IPv6 is on: ipamd refuses to start',
  },
  {
    when: (v) => Number(v('MINIMUM_IP_TARGET') ?? 0) > 0 && (v('WARM_IP_TARGET') ?? '') === '',
    names: ['MINIMUM_IP_TARGET'],
    status: 'warning',
    says: 'MINIMUM_IP_TARGET without WARM_IP_TARGET keeps the pool at that size',
  },
  {
    when: (v, node) =>
      on(v('ENABLE_POD_ENI')) &&
      (v('POD_SECURITY_GROUP_ENFORCING_MODE') ?? 'strict') === 'strict' &&
      node.kubeProxyMode === 'ipvs',
    names: ['ENABLE_POD_ENI', 'POD_SECURITY_GROUP_ENFORCING_MODE'],
    status: 'warning',
    says: 'security groups for pods in strict mode do not work with kube-proxy in ipvs mode',
  },
  {
    when: (v, node) =>
      (v('POD_SECURITY_GROUP_ENFORCING_MODE') ?? 'strict') === 'strict' &&
      node.pods.some((p) => p.branchEni) &&
      node.sysctl.value.get('net.ipv4.tcp_early_demux')?.value === '1',
    names: ['POD_SECURITY_GROUP_ENFORCING_MODE', 'DISABLE_TCP_EARLY_DEMUX'],
    status: 'warning',
    says: "net.ipv4.tcp_early_demux is 1: kubelet's TCP probes of pods with their own security groups fail",
  },
  {
    when: (v, node) => on(v('ENABLE_BANDWIDTH_PLUGIN')) && node.ebpfPrograms.value.length > 0,
    names: ['ENABLE_BANDWIDTH_PLUGIN'],
    status: 'wrong',
    says: 'the bandwidth plugin and the network policy agent both attach to the veths of pods',
  },
];

export const settings: CheckFunction = ({ node }) => {
  const known = usable(node.cniContainers) || (node.settings !== undefined && usable(node.settings));
  if (!known) return [notCollected('cni-settings', 'The settings of the CNI were', node.cniContainers)];
  const entry = (name: string) => cniEnv(node, name) ?? node.settings?.value.get(name) ?? null;
  const clashes = CLASHES.filter((c) => c.when((name) => entry(name)?.value ?? null, node));
  if (clashes.length === 0) return [check('cni-settings', 'ok', 'no settings that contradict each other')];
  return clashes.map((c): Check => {
    const evidence = c.names.flatMap((name): CheckEvidence[] => {
      const found = entry(name);
      return found === null ? [] : [at(found.loc, `${name}=${found.value}`)];
    });
    return check('cni-settings', c.status, c.says, evidence);
  });
};

/** The container runtime takes the first file of the folder, by name. */
export const conflist: CheckFunction = ({ node }) => {
  const files = [...node.cniConfigs].sort((a, b) => (a.name < b.name ? -1 : 1));
  if (files.length === 0) {
    return usable(node.cniContainers) || usable(node.checkpoint)
      ? [
          check(
            'conflist',
            'unknown',
            'no CNI configuration file is in the bundle: not collected, or not there',
            [absent('cni/10-aws.conflist', 'missing')],
          ),
        ]
      : [];
  }
  const used = files.filter((f) => /\.(?:conf|conflist|json)$/.test(f.name));
  const first = used[0];
  const disabled = files.find((f) => f.name.endsWith('.cilium_bak'));
  if (disabled !== undefined)
    return [
      check('conflist', 'warning', `${disabled.name}: Cilium took the place of the VPC CNI`, [
        at(disabled.loc, disabled.name),
      ]),
    ];
  if (first === undefined)
    return [
      check(
        'conflist',
        'wrong',
        `no file in the CNI folder counts as configuration: ${list(files.map((f) => f.name))}`,
      ),
    ];
  if (!first.types.includes('aws-cni')) {
    return [
      check(
        'conflist',
        'warning',
        `the runtime takes ${first.name} (${list(first.types)}), not the VPC CNI`,
        [at(first.loc, first.name)],
      ),
    ];
  }
  const bandwidth = first.types.includes('bandwidth') && node.ebpfPrograms.value.length > 0;
  if (bandwidth)
    return [
      check(
        'conflist',
        'wrong',
        `${first.name} chains the bandwidth plugin, which clashes with the network policy agent`,
        [at(first.loc, first.name)],
      ),
    ];
  const mtu = cniEnv(node, 'POD_MTU') ?? cniEnv(node, 'AWS_VPC_ENI_MTU');
  if (mtu !== null && first.mtu !== null && mtu.value !== String(first.mtu)) {
    return [
      check('conflist', 'warning', `${first.name} has MTU ${first.mtu}, the settings ${mtu.value}`, [
        at(first.loc, first.name),
        at(mtu.loc, mtu.value),
      ]),
    ];
  }
  return [check('conflist', 'ok', `${first.name}: ${list(first.types)}`, [at(first.loc, first.name)])];
};

export const apiServer: CheckFunction = ({ node, fact }) => {
  const asked = fact('api_server_check')?.[0];
  if (asked === undefined)
    return [notCollected('api-server', 'The requests to the API server were', node.apiServer)];
  const { attempts, reached, unreachable, error } = asked.fields;
  if (Number(attempts) === 0)
    return [check('api-server', 'unknown', 'the file holds no request to the API server')];
  if (unreachable === true)
    return [
      check(
        'api-server',
        'wrong',
        `none of ${String(attempts)} requests to the API server was answered${error === null ? '' : `: ${String(error)}`}`,
        evidenceOf([asked]),
      ),
    ];
  const all = Number(reached) === Number(attempts);
  return [
    check(
      'api-server',
      all ? 'ok' : 'warning',
      `${String(reached)} of ${String(attempts)} requests to the API server answered`,
      all ? [] : evidenceOf([asked]),
    ),
  ];
};
