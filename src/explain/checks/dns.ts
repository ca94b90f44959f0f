/** Name resolution, as far as the node's network shows it. */
import { podName } from '../../facts/support/nodes.js';
import { absent, at, check, evidenceOf, list, notCollected, usable } from './make.js';
import type { CheckFunction } from './types.js';

/** The resolver takes three nameservers and passes over the rest. */
const MAX_NAMESERVERS = 3;

export const nameservers: CheckFunction = ({ node }) => {
  if (!usable(node.nameservers))
    return [notCollected('nameservers', "The node's resolv.conf was", node.nameservers)];
  const { value, file } = node.nameservers;
  if (value.length === 0)
    return [
      check('nameservers', 'wrong', 'resolv.conf names no nameserver', [absent(file, 'no nameserver')]),
    ];
  const names = list(value.map((n) => n.address));
  const evidence = value.map((n) => at(n.loc, `nameserver ${n.address}`));
  if (value.length > MAX_NAMESERVERS)
    return [
      check(
        'nameservers',
        'warning',
        `${value.length} nameservers; only the first ${MAX_NAMESERVERS} are asked: ${names}`,
        evidence,
      ),
    ];
  return [check('nameservers', 'ok', `the node asks ${names}`, evidence)];
};

/** The cluster's DNS service, as this node translates it. */
export const clusterDns: CheckFunction = ({ node }) => {
  const found = node.services.filter((s) => /^kube-system\/(?:kube-dns|coredns)(?::|$)/.test(s.name ?? ''));
  if (found.length === 0) {
    const reason =
      node.services.length === 0
        ? 'no services are known on this node'
        : 'no service of this node is called kube-dns';
    return [check('cluster-dns', 'unknown', reason)];
  }
  const empty = found.filter((s) => s.endpoints.length === 0);
  if (empty.length > 0) {
    return [
      check(
        'cluster-dns',
        'wrong',
        `${list(empty.map((s) => s.name ?? s.clusterIp))} has no endpoints: names of the cluster cannot be resolved`,
        empty.map((s) => at(s.rejected ?? s.loc, s.clusterIp)),
      ),
    ];
  }
  const endpoints = [...new Set(found.flatMap((s) => s.endpoints.map((e) => e.ip)))];
  const here = node.pods.filter((pod) => endpoints.includes(pod.ip)).map((pod) => podName(pod) ?? pod.ip);
  const local = here.length === 0 ? 'none of them on this node' : `${list(here)} on this node`;
  return [
    check(
      'cluster-dns',
      'ok',
      `${found[0]!.clusterIp} is served by ${list(endpoints)}, ${local}`,
      found.map((s) => at(s.loc, s.clusterIp)),
    ),
  ];
};

/** DNS of the VPC is a link-local service with an allowance of its own. */
export const linkLocal: CheckFunction = ({ fact }) => {
  const exceeded = fact('ena_allowance');
  if (exceeded === null) return [];
  const dns = exceeded.filter((e) => e.fields['counter'] === 'linklocal_allowance_exceeded');
  if (dns.length === 0)
    return [check('dns-allowance', 'ok', 'the allowance for DNS, metadata and time was not exceeded')];
  return [
    check(
      'dns-allowance',
      'warning',
      `queries beyond the allowance for DNS, metadata and time: ${list(dns.map((e) => `${String(e.fields['value'])} on ${String(e.fields['interface'])}`))}`,
      evidenceOf(dns),
    ),
  ];
};
