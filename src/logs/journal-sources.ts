import type { LogSource } from '../model/logs.js';

/** Programs that have a source of their own, by the tag of their lines in a journal of all units. */
const BY_TAG: ReadonlyMap<string, LogSource> = new Map<string, LogSource>([
  ['kernel', 'kernel'],
  ['kubelet', 'kubelet'],
  ['containerd', 'containerd'],
  ['kube-proxy', 'kube-proxy'],
  ['coredns', 'coredns'],
  ['nodeadm', 'nodeadm'],
]);

/** Sources that lines of a journal of all units can belong to, apart from its own. */
export const JOURNAL_SOURCES: readonly LogSource[] = [...new Set(BY_TAG.values())];

const TAG = /^(?:[A-Z][a-z]{2} [ \d]\d [\d:.]{8,18}|\d{4}-\d\d-\d\dT\S{8,24}) \S+ ([^\s:[]+)(?:\[\d+\])?:/;
const PREFIX_BYTES = 200;

/** The source of a journal line by its tag; null for a line without a header, which continues the one above. */
export function sourceOfLine(chunk: Buffer, start: number, end: number, other: LogSource): LogSource | null {
  const match = TAG.exec(chunk.toString('latin1', start, Math.min(end, start + PREFIX_BYTES)));
  return match === null ? null : (BY_TAG.get(match[1]!) ?? other);
}
