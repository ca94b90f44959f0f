import type { CollectionState } from '../model/location.js';
import type { NodeFacts } from '../model/node.js';
import type { Bundle, SourceFile } from '../model/source.js';
import { FACT_ARTIFACTS, LOG_ARTIFACTS, type Situation } from './coverage-table.js';
import { filesMatching, logFiles } from './files.js';

/** An artifact that a conclusion may need and that is not there as it should be. */
export interface MissingArtifact {
  /** What it is, for a reader: `iptables rules`. */
  readonly what: string;
  /** Path in the bundle, or the path it would have. */
  readonly file: string;
  readonly state: Exclude<CollectionState, 'ok'>;
  /** Which question stays open, as part of a sentence. */
  readonly leavesUndecided: string;
}

/**
 * What is missing, empty, cut or unreadable in a bundle and matters. Files that this kind of bundle, operating
 * system or CNI never has are not listed, nor those that are empty by nature.
 */
export function missingArtifacts(facts: NodeFacts, bundle: Bundle): readonly MissingArtifact[] {
  const situation = situationOf(facts, bundle);
  const missing: MissingArtifact[] = [];
  for (const { key, what, expected, leavesUndecided } of FACT_ARTIFACTS) {
    const collected = facts[key];
    if (collected === undefined || collected.state === 'ok') continue;
    if (!expected(situation) && collected.state === 'missing') continue;
    if (!expected(situation) && collected.state === 'empty') continue;
    missing.push({ what, file: collected.file, state: collected.state, leavesUndecided });
  }
  for (const { pattern, path, what, expected, leavesUndecided } of LOG_ARTIFACTS) {
    if (!expected(situation)) continue;
    const state = stateOf(filesMatching(bundle, pattern));
    if (state.state !== 'ok')
      missing.push({ what, file: state.file ?? path, state: state.state, leavesUndecided });
  }
  return missing;
}

function situationOf(facts: NodeFacts, bundle: Bundle): Situation {
  const { processes, kubeProxyMode, cniContainers, identity, pods } = facts;
  const runs = (pattern: RegExp): boolean => processes.value.some((process) => pattern.test(process.command));
  const env = (name: string) => cniContainers.value.some((c) => c.env.get(name)?.value === 'true');
  const vpcCni =
    logFiles(bundle, 'ipamdLog').length > 0 ||
    identity.cniVersion !== null ||
    facts.cniConfigs.some((config) => config.types.includes('aws-cni')) ||
    runs(/aws-k8s-agent/);
  return {
    kind: bundle.kind,
    os: identity.os,
    version: bundle.collectorVersion,
    cniVersion: identity.cniVersion,
    vpcCni,
    ipv6: env('ENABLE_IPv6') || (pods.length > 0 && pods.every((pod) => pod.ip.includes(':'))),
    introspectionOff: env('DISABLE_INTROSPECTION'),
    metricsOff: env('DISABLE_METRICS'),
    networkPolicy: facts.ebpfPrograms.value.length > 0 || runs(/--enable-network-policy=true/),
    kubeProxyMode,
    coredns: pods.some((pod) => pod.namespace === 'kube-system' && /^coredns-/.test(pod.name ?? '')),
    hasFolder: (folder) => [...bundle.files.keys()].some((name) => name.startsWith(`${folder}/`)),
  };
}

/** One state for all parts of a log: it is there when any part holds something. */
function stateOf(files: readonly SourceFile[]): { state: CollectionState; file?: string } {
  const first = files[0];
  if (first === undefined) return { state: 'missing' };
  const cut = files.find((file) => file.truncated);
  if (cut !== undefined) return { state: 'truncated', file: cut.path };
  return files.some((file) => file.size > 0) ? { state: 'ok' } : { state: 'empty', file: first.path };
}
