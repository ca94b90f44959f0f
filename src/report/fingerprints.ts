import { createHash } from 'node:crypto';
import type { AnalysisDocument } from '../model/document.js';

/**
 * One fingerprint per finding, in order: rule, node and the line of configuration it rests on. The same cause on the
 * same node keeps it while line numbers, counters and times change; the second finding that is alike gets its own.
 */
export function fingerprints(d: Pick<AnalysisDocument, 'findings' | 'evidence'>): string[] {
  const evidence = new Map(d.evidence.map((e) => [e.id, e]));
  const used = new Map<string, number>();
  return d.findings.map((f) => {
    const line = f.evidence
      .map((id) => evidence.get(id))
      .find((e) => e !== undefined && e.type === 'network_diagnostics' && e.line !== null);
    const key = JSON.stringify([f.rule, f.node, line?.file ?? null, line?.content ?? null]);
    const n = (used.get(key) ?? 0) + 1;
    used.set(key, n);
    return createHash('sha256').update(`${key}#${n}`).digest('hex').slice(0, 32);
  });
}
