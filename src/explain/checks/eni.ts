/** Interfaces, addresses and MTU: the ENIs of the node and the veths of its pods. */
import { cniEnv, interfaceKind } from '../../facts/support/nodes.js';
import type { NodeFacts } from '../../model/node.js';
import { absent, at, check, count, evidenceOf, list, notCollected, usable } from './make.js';
import type { Check, CheckFunction } from './types.js';

const DEFAULT_MTU = 9001;

const intendedMtu = (node: NodeFacts, name: string): number | null => {
  const text = cniEnv(node, name)?.value ?? node.settings?.value.get(name)?.value;
  return text !== undefined && /^\d{3,5}$/.test(text) ? Number(text) : null;
};

/**
 * Every ENI has AWS_VPC_ENI_MTU, every veth POD_MTU or the same. What does harm is a packet of a pod that is too
 * large for the ENI it leaves by; veths with a smaller MTU only cost throughput.
 */
export const mtu: CheckFunction = ({ node }) => {
  if (!usable(node.interfaces)) return [notCollected('mtu', 'The interface list was', node.interfaces)];
  const eniMtu = intendedMtu(node, 'AWS_VPC_ENI_MTU') ?? DEFAULT_MTU;
  const podMtu = intendedMtu(node, 'POD_MTU') ?? eniMtu;
  const prefix = cniEnv(node, 'AWS_VPC_K8S_CNI_VETHPREFIX')?.value ?? 'eni';
  const up = node.interfaces.value.filter((i) => i.mtu !== null);
  const enis = up.filter((i) => interfaceKind(node, i.name) === 'eni');
  // Veths of other network plugins have MTUs of their own.
  const isOwn = (name: string): boolean => name.startsWith(prefix) || name.startsWith('vlan');
  const veths = up.filter((i) => interfaceKind(node, i.name) === 'veth' && isOwn(i.name));
  const smallest = Math.min(...enis.map((i) => i.mtu!));
  const named = (all: typeof up): string => list(all.map((i) => `${i.name} ${i.mtu!}`));
  const cited = (all: typeof up) => all.map((i) => at(i.loc, `${i.name} mtu ${i.mtu!}`));
  const odd = enis.filter((i) => i.mtu !== eniMtu);
  const large = veths.filter((i) => i.mtu! > smallest);
  const small = veths.filter((i) => i.mtu! < podMtu);
  const problems = [
    ...(odd.length > 0
      ? [
          check(
            'mtu',
            'warning',
            `ENIs with another MTU than the ${eniMtu} configured: ${named(odd)}`,
            cited(odd),
          ),
        ]
      : []),
    ...(large.length > 0
      ? [
          check(
            'mtu',
            'warning',
            `veths with a larger MTU than an ENI (${smallest}): ${named(large)}`,
            cited(large),
          ),
        ]
      : []),
  ];
  if (problems.length > 0) return problems;
  if (enis.length === 0) return [check('mtu', 'unknown', 'no ENI is among the interfaces')];
  const note = small.length === 0 ? '' : `; smaller than that, which does no harm: ${named(small)}`;
  return [check('mtu', 'ok', `ENIs have MTU ${eniMtu}, veths ${podMtu} as configured${note}`)];
};

/** ifconfig lists interfaces that are up: every ENI that ipamd knows of should be among them. */
export const enisUp: CheckFunction = ({ node }) => {
  if (!usable(node.introspection) || !usable(node.interfaces)) return [];
  const { enis } = node.introspection.value;
  const up = node.interfaces.value.filter((i) => interfaceKind(node, i.name) === 'eni');
  if (up.length >= enis.length)
    return [check('enis-up', 'ok', `${count(enis.length, 'ENI')} attached, all up`)];
  const reason = `ipamd knows of ${count(enis.length, 'ENI')}, and only ${up.length} of the interfaces are up: ${list(up.map((i) => i.name))}`;
  return [
    check(
      'enis-up',
      'warning',
      reason,
      enis.map((e) => at(e.loc, e.id)),
    ),
  ];
};

/** Addresses left for pods. */
export const addressPool: CheckFunction = ({ node, fact }) => {
  const pool = fact('ip_pool')?.[0];
  if (pool === undefined)
    return [notCollected('address-pool', 'The address pool of ipamd was', node.introspection)];
  const { total, assigned, free, exhausted, at_node_limit: limit, no_available: failed } = pool.fields;
  const use = `${String(assigned ?? '?')} of ${String(total ?? '?')} addresses in use, ${String(free ?? '?')} free`;
  const fails = Number(failed ?? 0) > 0 ? `; ${String(failed)} times a pod got none since ipamd started` : '';
  const status =
    exhausted === true ? (fails === '' ? 'warning' : 'wrong') : exhausted === null ? 'unknown' : 'ok';
  const most = limit === true ? ' (all that the instance type allows)' : '';
  return [check('address-pool', status, `${use}${most}${fails}`, status === 'ok' ? [] : evidenceOf([pool]))];
};

/** Introspection and metrics are answered by ipamd alone. */
export const ipamdAnswers: CheckFunction = ({ fact }) => {
  const state = fact('ipamd_state')?.[0];
  if (state === undefined) return [];
  const { silent, answered, disabled } = state.fields;
  if (silent === true) {
    return [
      check(
        'ipamd',
        'warning',
        'ipamd answered neither for its ENIs nor for its metrics: it was down, or busy',
        evidenceOf([state]),
      ),
    ];
  }
  if (answered === true) return [check('ipamd', 'ok', 'ipamd answered when the bundle was made')];
  const why = disabled === true ? 'its introspection is switched off' : 'its answers were not collected';
  return [check('ipamd', 'unknown', `Whether ipamd runs is not known: ${why}`, evidenceOf([state]))];
};

/** The host side of each pod's veth pair is there. */
export const podVeths: CheckFunction = ({ node, fact }) => {
  const veths = fact('pod_veth');
  if (veths === null) return [notCollected('pod-veths', 'The interface list was', node.interfaces)];
  const missing = veths.filter((v) => v.fields['missing'] === true);
  if (missing.length > 0) {
    const names = missing.map(
      (v) => `${String(v.fields['veth'])} of ${String(v.fields['pod'] ?? v.fields['pod_ip'])}`,
    );
    return [
      check(
        'pod-veths',
        'wrong',
        `${count(missing.length, 'pod')} without its veth: ${list(names)}`,
        evidenceOf(missing),
      ),
    ];
  }
  const unnamed = node.pods.filter((pod) => pod.veth === null).length;
  if (unnamed > 0)
    return [check('pod-veths', 'unknown', `the veth of ${count(unnamed, 'pod')} is not known`)];
  return [check('pod-veths', 'ok', `${count(veths.length, 'pod')}, each with its veth`)];
};

/** Custom networking keeps pods off the primary ENI. */
export const customNetworking: CheckFunction = ({ fact }) => {
  const custom = fact('custom_networking')?.[0];
  if (custom === undefined) return [];
  const { misplaced, pods_on_primary: on, secondary_enis: secondary } = custom.fields;
  if (misplaced === true) {
    return [
      check(
        'custom-networking',
        'wrong',
        `custom networking is on, and ${String(on)} pods live on the primary ENI`,
        evidenceOf([custom]),
      ),
    ];
  }
  if (secondary === 0) {
    return [
      check(
        'custom-networking',
        'wrong',
        'custom networking is on, and no secondary ENI carries pod addresses',
        evidenceOf([custom]),
      ),
    ];
  }
  return [
    check(
      'custom-networking',
      secondary === null ? 'unknown' : 'ok',
      `custom networking is on; ${String(secondary ?? 'an unknown number of')} secondary ENIs carry pods`,
    ),
  ];
};

/** Allowances of the instance, as the ENA driver counts what exceeded them. */
export const allowances: CheckFunction = ({ node, fact }) => {
  const exceeded = fact('ena_allowance');
  if (exceeded === null) return [notCollected('ena-allowances', 'The driver counters were', node.ethtool)];
  const counted = [...node.ethtool.value.values()].some((c) =>
    [...c.keys()].some((k) => k.endsWith('_allowance_exceeded')),
  );
  if (!counted) {
    return [
      check('ena-allowances', 'unknown', 'no interface counts allowances: no ENA driver, or one too old', [
        absent(node.ethtool.file, 'no *_allowance_exceeded'),
      ]),
    ];
  }
  if (exceeded.length === 0)
    return [check('ena-allowances', 'ok', 'no allowance of the instance was exceeded')];
  return exceeded.map((e): Check => {
    const { interface: name, counter, limit, value, per_million: share } = e.fields;
    const rate = share === null ? '' : ` (${String(share)} per million packets)`;
    return check(
      'ena-allowances',
      'warning',
      `${String(limit)} exceeded on ${String(name)}: ${String(counter)} ${String(value)} since the driver was loaded${rate}`,
      evidenceOf([e]),
    );
  });
};
