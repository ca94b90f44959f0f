import type { LogLevel, LogSource } from '../model/logs.js';

/** Every log source a rule may name. */
export const LOG_SOURCES = [
  'ipamd',
  'cni-plugin',
  'egress-plugin',
  'network-policy-agent',
  'ebpf-sdk',
  'aws-node',
  'aws-eks-nodeagent',
  'kube-proxy',
  'coredns',
  'kubelet',
  'containerd',
  'kernel',
  'messages',
  'nodeadm',
  'other-pod',
  'other',
] as const satisfies readonly LogSource[];

/** Fails to compile when a source of the model is not in the list above. */
export type EverySourceIsListed =
  Exclude<LogSource, (typeof LOG_SOURCES)[number]> extends never ? true : never;
export const everySourceIsListed: EverySourceIsListed = true;

export const LOG_LEVELS = [
  'trace',
  'debug',
  'info',
  'warn',
  'error',
  'fatal',
] as const satisfies readonly Exclude<LogLevel, null>[];

/** The sources of a condition as a list. */
export function sourcesOf(log: LogSource | readonly LogSource[]): readonly LogSource[] {
  return typeof log === 'string' ? [log] : log;
}
