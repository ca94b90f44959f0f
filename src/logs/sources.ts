/** Which files of a bundle are logs, who wrote them, and in which order. */
import type { LogSource } from '../model/logs.js';
import type { Bundle, SourceFile } from '../model/source.js';
import { comparePodLogs, podLog, podLogSource, withoutCopies, type PodLog } from './pod-logs.js';
import { compareRotation, rotatedName } from './rotation.js';
import type { LogFile } from './types.js';

/** Folder and current name of a log, and its source. The first match counts. */
const PLACES: readonly (readonly [place: RegExp, source: LogSource])[] = [
  [/(?:^|\/)aws-routed-eni\/ipamd\.log$/, 'ipamd'],
  [/(?:^|\/)aws-routed-eni\/plugin\.log$/, 'cni-plugin'],
  [/(?:^|\/)aws-routed-eni\/egress-(?:v4|v6)-plugin\.log$/, 'egress-plugin'],
  [/(?:^|\/)aws-routed-eni\/network-policy-agent\.log$/, 'network-policy-agent'],
  [/(?:^|\/)aws-routed-eni\/ebpf-sdk\.log$/, 'ebpf-sdk'],
  [/(?:^|\/)aws-routed-eni\/[^/]+\.log$/, 'other'],
  [/(?:^|\/)kubelet\/kubelet\.log$/, 'kubelet'],
  [/(?:^|\/)kubelet\/kube-?proxy\.log$/, 'kube-proxy'],
  [/(?:^|\/)containerd\/containerd-log\.txt$/, 'containerd'],
  [/(?:^|\/)docker\/docker(?:-log)?\.(?:log|txt)$/, 'other'],
  [/(?:^|\/)var_log\/(?:messages|syslog)$/, 'messages'],
  [/(?:^|\/)var_log\/kube-proxy\.log$/, 'kube-proxy'],
  [/(?:^|\/)var_log\/(?:cloud-init(?:-output)?|user-data)\.log$/, 'other'],
  [/(?:^|\/)nodeadm\/[^/]+\.log$/, 'nodeadm'],
  [/(?:^|\/)automode\/kube-proxy\.txt$/, 'kube-proxy'],
  [/(?:^|\/)automode\/coredns\.txt$/, 'coredns'],
  [/(?:^|\/)automode\/[^/]+\.(?:txt|log)$/, 'other'],
  [/(?:^|\/)networking\/configure-multicard-interfaces\.txt$/, 'other'],
  // Windows: event log exports and the plugin's own log.
  [/(?:^|\/)kubelet\/kubelet-service\.csv$/i, 'kubelet'],
  [/(?:^|\/)kube-proxy\/kube-proxy-service\.csv$/i, 'kube-proxy'],
  [/(?:^|\/)eks\/vpc-bridge\.log$/i, 'cni-plugin'],
  // Any other log among the copies of /var/log.
  [/(?:^|\/)var_log\/.+\.log$/, 'other'],
];

/** Sources in which the network policy agent's verdicts can stand; `other` for exports people put beside. */
export const VERDICT_SOURCES: ReadonlySet<LogSource> = new Set<LogSource>([
  'network-policy-agent',
  'aws-eks-nodeagent',
  'other',
]);

/** Bottlerocket's logdog puts everything into one folder; its journal holds all units. */
const FLAT: ReadonlyMap<string, Pick<LogFile, 'source' | 'byTag'>> = new Map<
  string,
  Pick<LogFile, 'source' | 'byTag'>
>([
  ['ipamd.log', { source: 'ipamd' }],
  ['plugin.log', { source: 'cni-plugin' }],
  ['network-policy-agent.log', { source: 'network-policy-agent' }],
  ['ebpf-sdk.log', { source: 'ebpf-sdk' }],
  ['journalctl.log', { source: 'messages', byTag: true }],
  ['dmesg', { source: 'kernel' }],
]);

/** All of them hold the kernel's ring buffer: the first one there is read, so that nothing counts twice. */
const KERNEL = ['dmesg.current', 'dmesg.human.current', 'dmesg.boot'];

/**
 * The logs of a bundle by their place in it. Rotated files stand before the current one; the two copies that
 * collectors make of a container's log are one.
 */
export function logFiles(bundle: Bundle): LogFile[] {
  const files = [...bundle.files.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  const pods: PodLog[] = [];
  const others: Placed[] = [];
  for (const file of files) {
    const pod = podLog(file);
    if (pod !== null) pods.push(pod);
    else others.push(...placed(file));
  }
  others.push(...kernelLogs(files));
  // A journal of all units holds the kernel's messages too.
  if (others.some((log) => log.byTag === true && log.file.size > 0)) remove(others, 'dmesg');
  others.sort((a, b) => (a.base === b.base ? compareRotation(a, b) : a.base < b.base ? -1 : 1));
  const ofPods = withoutCopies(pods)
    .sort(comparePodLogs)
    .map((log) => ({ file: log.file, source: podLogSource(log) }));
  const ofOthers = others.map(({ file, source, byTag }) => ({
    file,
    source,
    ...(byTag === true ? { byTag } : {}),
  }));
  return [...ofOthers, ...ofPods].map((log, order) => ({ ...log, order }));
}

function remove(logs: Placed[], name: string): void {
  const index = logs.findIndex((log) => log.file.name === name);
  if (index >= 0) logs.splice(index, 1);
}

interface Placed extends Omit<LogFile, 'order'> {
  /** Path of the current file, and where this one stands before it. */
  readonly base: string;
  readonly stamp: string | null;
}

function placed(file: SourceFile): Placed[] {
  const name = file.name.replace(/\.gz$/, '');
  const slash = name.lastIndexOf('/') + 1;
  const rotated = rotatedName(name.slice(slash));
  const base = name.slice(0, slash) + rotated.base;
  const flat = slash === 0 ? FLAT.get(rotated.base) : undefined;
  if (flat !== undefined) return [{ file, ...flat, base, stamp: rotated.stamp }];
  const place = PLACES.find(([pattern]) => pattern.test(base));
  return place === undefined ? [] : [{ file, source: place[1], base, stamp: rotated.stamp }];
}

function kernelLogs(files: readonly SourceFile[]): Placed[] {
  for (const name of KERNEL) {
    const file = files.find(
      (one) => one.size > 0 && (one.name === `kernel/${name}` || one.name.endsWith(`/kernel/${name}`)),
    );
    if (file !== undefined) return [{ file, source: 'kernel', base: file.name, stamp: null }];
  }
  return [];
}

export interface ContainerRestarts {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  /** The highest number among its logs: `9.log` was written after nine restarts. */
  readonly restarts: number;
  /** Path of that log. */
  readonly file: string;
}

/** Restarts of containers, from the names of their logs; containers without such a log are left out. */
export function containerRestarts(bundle: Bundle): ContainerRestarts[] {
  const newest = new Map<string, ContainerRestarts>();
  for (const file of bundle.files.values()) {
    const log = podLog(file);
    if (log === null || log.restart === null) continue;
    const { namespace, pod, container, restart } = log;
    const key = `${namespace}/${pod}/${container}`;
    const known = newest.get(key);
    const better =
      known === undefined || restart > known.restarts || (restart === known.restarts && isCurrent(log));
    if (better) newest.set(key, { namespace, pod, container, restarts: restart, file: file.path });
  }
  return [...newest].sort((a, b) => (a[0] < b[0] ? -1 : 1)).map(([, restarts]) => restarts);
}

const isCurrent = (log: PodLog): boolean => log.rotated.stamp === null;
