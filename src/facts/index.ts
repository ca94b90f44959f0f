/** All facts that rules may test, and one place to ask them. */
import type { FactResult } from '../model/rule.js';
import { apiServerCheck } from './api-server-check.js';
import { blockingRoute } from './blocking-route.js';
import { captureChecks } from './capture-checks.js';
import { cidrConflict } from './cidr-conflict.js';
import { clockSkew } from './clock-skew.js';
import { cniVersion } from './cni-version.js';
import { conntrackStats } from './conntrack-stats.js';
import { conntrackUsage } from './conntrack-usage.js';
import { containerRestarts } from './container-restarts.js';
import { crossNodeOnly } from './cross-node-only.js';
import { customNetworking } from './custom-networking.js';
import { defaultDeny } from './default-deny.js';
import { dnsQueries } from './dns-queries.js';
import { enaAllowance } from './ena-allowance.js';
import { externalEgress } from './external-egress.js';
import { forwardBlockingRule } from './forward-blocking-rule.js';
import { forwardChain } from './forward-chain.js';
import { interfaceDrops } from './interface-drops.js';
import { interfaceMtu } from './interface-mtu.js';
import { ipPool } from './ip-pool.js';
import { ipamdState } from './ipamd-state.js';
import { kubeProxyState } from './kube-proxy-state.js';
import { mtuMismatch } from './mtu-mismatch.js';
import { otherCni } from './other-cni.js';
import { overlay } from './overlay.js';
import { podRoute } from './pod-route.js';
import { podVeth } from './pod-veth.js';
import { policyDeniedAnswers } from './policy-denied-answers.js';
import { policyDeniedFlow } from './policy-denied-flow.js';
import { prefixDelegation } from './prefix-delegation.js';
import { rpFilter } from './rp-filter.js';
import { securityGroupsForPods } from './security-groups-for-pods.js';
import { serviceEndpoint } from './service-endpoint.js';
import { sysctlForwarding } from './sysctl-forwarding.js';
import { tlsAlerts } from './tls-alerts.js';
import { traceLoss } from './trace-loss.js';
import { tracePodSilence } from './trace-pod-silence.js';
import { traceRejection } from './trace-rejection.js';
import { traceSizeLoss } from './trace-size-loss.js';
import { traceSummary } from './trace-summary.js';
import type { FactContext, FactDefinition } from './types.js';
import { wrongInterface } from './wrong-interface.js';

export { FACT_LOG_QUERIES } from './support/log-queries.js';

/** Every fact, by name. */
export const FACTS: readonly FactDefinition[] = [
  apiServerCheck,
  blockingRoute,
  captureChecks,
  cidrConflict,
  clockSkew,
  cniVersion,
  conntrackStats,
  conntrackUsage,
  containerRestarts,
  crossNodeOnly,
  customNetworking,
  defaultDeny,
  dnsQueries,
  enaAllowance,
  externalEgress,
  forwardBlockingRule,
  forwardChain,
  interfaceDrops,
  interfaceMtu,
  ipPool,
  ipamdState,
  kubeProxyState,
  mtuMismatch,
  otherCni,
  overlay,
  podRoute,
  podVeth,
  policyDeniedAnswers,
  policyDeniedFlow,
  prefixDelegation,
  rpFilter,
  securityGroupsForPods,
  serviceEndpoint,
  sysctlForwarding,
  tlsAlerts,
  traceLoss,
  tracePodSilence,
  traceRejection,
  traceSizeLoss,
  traceSummary,
  wrongInterface,
];

/** Asks for a fact by name; each is computed once. A name that is no fact is a defect of the caller. */
export function factProvider(context: FactContext): (name: string) => FactResult {
  const definitions = new Map(FACTS.map((fact) => [fact.name, fact]));
  const results = new Map<string, FactResult>();
  return (name) => {
    const done = results.get(name);
    if (done !== undefined) return done;
    const definition = definitions.get(name);
    if (definition === undefined) throw new Error(`no fact is called ${name}`);
    const result = definition.compute(context);
    results.set(name, result);
    return result;
  };
}
