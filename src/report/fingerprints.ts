import { createHash } from 'node:crypto';
import type { AnalysisDocument, DocEvidence, DocFinding } from '../model/document.js';

/**
 * One fingerprint per finding, in order: rule, node and the line of configuration it rests on, or what it says where
 * there is no such line. The same cause on the same node keeps it while line numbers, counters, times, the client's
 * ports and the other findings change; only a second finding that is alike in all of it is told apart by its place.
 */
export function fingerprints(d: Pick<AnalysisDocument, 'findings' | 'evidence'>): string[] {
  const evidence = new Map(d.evidence.map((e) => [e.id, e]));
  const used = new Map<string, number>();
  return d.findings.map((f) => {
    const key = JSON.stringify([f.rule, f.node, ...subject(f, evidence)]);
    const n = (used.get(key) ?? 0) + 1;
    used.set(key, n);
    return createHash('sha256').update(`${key}#${n}`).digest('hex').slice(0, 32);
  });
}

function subject(f: DocFinding, evidence: ReadonlyMap<string, DocEvidence>): [string | null, string] {
  const line = f.evidence
    .map((id) => evidence.get(id))
    .find((e) => e !== undefined && e.type === 'network_diagnostics' && e.line !== null);
  return line === undefined
    ? [null, withoutAmounts(`${f.title}. ${f.diagnosis}`)]
    : [line.file, withoutCounters(line.content)];
}

/** `[12:720] -A FORWARD …`: packets and bytes that iptables-save counted. */
function withoutCounters(line: string): string {
  return line.replace(/\[\d+:\d+\]/g, '[]');
}

/** The words without times and amounts; addresses, ports of services and names stay. */
function withoutAmounts(text: string): string {
  return text
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z?/g, 'T')
    .replace(/(?<=[\d\]]):(\d{5})(?!\d)/g, (port, n: string) => (Number(n) >= EPHEMERAL ? '' : port))
    .replace(/(?<![\w.:/-])(?<!port )\d+(?:\.\d+)?(?!\w|[.:/-]\w)/g, '#')
    .replace(/# (\w+?)s\b/g, '# $1');
}

/** Linux gives clients ports from here on. */
const EPHEMERAL = 32768;
