/** Container logs of pods: their names, and which of them are one log twice. */
import { closeSync, openSync, readSync } from 'node:fs';
import type { LogSource } from '../model/logs.js';
import type { SourceFile } from '../model/source.js';
import { rotatedName, type RotatedName } from './rotation.js';

export interface PodLog {
  readonly file: SourceFile;
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  /** How often the container had been restarted when it wrote this; null in names that do not tell. */
  readonly restart: number | null;
  readonly rotated: RotatedName;
}

/** `aws-node-91114_kube-system_aws-node-<64 hex>.log`, from /var/log/containers. */
const CONTAINERS = /(?:^|\/)([^/_]+)_([^/_]+)_([^/_]+)-([0-9a-f]{64})\.log$/;
/** `kube-system_aws-node-91114_<uid>/aws-node/0.log[.20240517-093122]`, from /var/log/pods. */
const PODS = /(?:^|\/)([^/_]+)_([^/_]+)_([^/_]+)\/([^/_]+)\/((\d{1,9})\.log[^/]*)$/;

export function podLog(file: SourceFile): PodLog | null {
  const name = file.name.replace(/\.gz$/, '');
  const pods = PODS.exec(name);
  if (pods !== null) {
    const [, namespace, pod, , container, last, restart] = pods;
    const place = { namespace: namespace!, pod: pod!, container: container! };
    return { file, ...place, restart: Number(restart), rotated: rotatedName(last!) };
  }
  const containers = CONTAINERS.exec(name);
  if (containers === null) return null;
  const [, pod, namespace, container] = containers;
  const place = { namespace: namespace!, pod: pod!, container: container! };
  return { file, ...place, restart: null, rotated: { base: '', stamp: null } };
}

const SOURCES: ReadonlyMap<string, LogSource> = new Map<string, LogSource>([
  ['aws-node', 'aws-node'],
  ['aws-vpc-cni-init', 'aws-node'],
  ['aws-eks-nodeagent', 'aws-eks-nodeagent'],
  ['kube-proxy', 'kube-proxy'],
  ['coredns', 'coredns'],
]);

/** By the container's name; only those of the cluster's own namespace are what they are called. */
export function podLogSource(log: PodLog): LogSource {
  return (log.namespace === 'kube-system' ? SOURCES.get(log.container) : undefined) ?? 'other-pod';
}

/**
 * The files in /var/log/containers are links to those in /var/log/pods, and collectors copy both. A copy from
 * containers/ goes when a copy from pods/ of the same container holds the same log; the one from pods/ stays, since its
 * name tells the restarts.
 */
export function withoutCopies(logs: readonly PodLog[]): PodLog[] {
  const originals = new Map<string, PodLog[]>();
  for (const log of logs) {
    if (log.restart === null) continue;
    const key = containerKey(log);
    const known = originals.get(key);
    if (known === undefined) originals.set(key, [log]);
    else known.push(log);
  }
  return logs.filter((log) => {
    if (log.restart !== null) return true;
    return !(originals.get(containerKey(log)) ?? []).some((original) => isSameLog(original.file, log.file));
  });
}

/** Orders the logs of one container by time: by restarts, within one by rotation. */
export function comparePodLogs(a: PodLog, b: PodLog): number {
  const [keyA, keyB] = [containerKey(a), containerKey(b)];
  if (keyA !== keyB) return keyA < keyB ? -1 : 1;
  const restarts = (a.restart ?? Infinity) - (b.restart ?? Infinity);
  if (restarts !== 0 && !Number.isNaN(restarts)) return restarts;
  const { stamp: stampA } = a.rotated;
  const { stamp: stampB } = b.rotated;
  if (stampA === stampB) return 0;
  return stampA === null || (stampB !== null && stampA > stampB) ? 1 : -1;
}

function containerKey(log: PodLog): string {
  return `${log.namespace}/${log.pod}/${log.container}`;
}

const START = 512;

/**
 * Same beginning: lines start with nanoseconds, so two logs do not share their first. Sizes may differ where the log
 * grew between the two copies. Where the bytes cannot be had, the same size must do.
 */
function isSameLog(a: SourceFile, b: SourceFile): boolean {
  if (a.size === 0 || b.size === 0) return a.size === b.size;
  const [startA, startB] = [startOf(a), startOf(b)];
  if (startA === null || startB === null) return a.size === b.size;
  const length = Math.min(startA.length, startB.length);
  return length > 0 && startA.subarray(0, length).equals(startB.subarray(0, length));
}

function startOf(file: SourceFile): Buffer | null {
  try {
    const handle = openSync(file.spool, 'r');
    try {
      const buffer = Buffer.alloc(START);
      return buffer.subarray(0, readSync(handle, buffer, 0, START, 0));
    } finally {
      closeSync(handle);
    }
  } catch {
    return null;
  }
}
