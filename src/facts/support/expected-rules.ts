/** DROP and REJECT rules that every EKS node has, or that are another fact's business. */
import type { IptablesRule } from '../../model/node.js';
import { contains } from '../../node/prefix.js';

/** Chains of kube-proxy, kubelet and policy engines: what they drop is what they are told to. */
const MANAGED_CHAIN =
  /^(KUBE-(FIREWALL|PROXY-FIREWALL|SOURCE-RANGES-FIREWALL|IPVS-.*|FW-.*|SERVICES|EXTERNAL-SERVICES|NODEPORTS|FORWARD)|cali-.*|CILIUM_.*|DOCKER-ISOLATION-.*)$/;

const EXPECTED_COMMENT =
  /has no (local )?endpoints|Block Node Local Pod access|block incoming localnet connections|firewall for dropping marked packets|cali:/i;

/** Only packets that belong to no connection. */
function isInvalidOnly(rule: IptablesRule): boolean {
  return rule.matches.some(
    (m) => (m.option === 'ctstate' || m.option === 'state') && !m.negated && m.args.join(',') === 'INVALID',
  );
}

/** Instance metadata and other link-local addresses: kept from pods on purpose. */
function isLinkLocal(rule: IptablesRule): boolean {
  return rule.matches.some(
    (m) =>
      m.module === 'destination' &&
      !m.negated &&
      m.args.every((arg) => contains('169.254.0.0/16', arg) || contains('127.0.0.0/8', arg)),
  );
}

export function isExpected(rule: IptablesRule): boolean {
  return (
    MANAGED_CHAIN.test(rule.chain) ||
    (rule.comment !== null && EXPECTED_COMMENT.test(rule.comment)) ||
    isInvalidOnly(rule) ||
    isLinkLocal(rule)
  );
}
