import { readFileSync, statSync } from 'node:fs';
import { NetcheckError } from '../errors.js';
import { printable } from '../ingest/index.js';
import type { AnalysisDocument } from '../model/document.js';
import { fingerprints } from '../report/fingerprints.js';

/** Bytes of a baseline: room for some hundred thousand findings. */
const MAX_SIZE = 32 * 1024 * 1024;
const FINGERPRINT = /^[0-9a-f]{32}$/;

/**
 * The file of `--write-baseline`: JSON with one entry per finding. Rule, node and title are for the people who review
 * it; only the fingerprint counts.
 *
 *     { "baseline_version": 1,
 *       "findings": [{ "fingerprint": "0a1b…", "rule": "blackhole-route", "node": "i-0a1b…", "title": "…" }] }
 */
export function baselineText(d: AnalysisDocument): string {
  const prints = fingerprints(d);
  const findings = d.findings
    .map((f, i) => ({ fingerprint: prints[i]!, rule: f.rule, node: f.node, title: f.title }))
    .sort((a, b) => (a.fingerprint < b.fingerprint ? -1 : 1));
  return `${JSON.stringify({ baseline_version: 1, findings }, null, 2)}\n`;
}

/** Fingerprints of a baseline file. Throws E_USAGE when it cannot be read or is none. */
export function readBaseline(file: string): Set<string> {
  const fail = (why: string): NetcheckError =>
    new NetcheckError('E_USAGE', `${printable(file)} is no baseline: ${why}.`, {
      hint: 'Make one with --write-baseline FILE.',
    });
  let value: unknown;
  try {
    if (statSync(file).size > MAX_SIZE) throw fail('it is too large');
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    if (error instanceof NetcheckError) throw error;
    throw fail(error instanceof SyntaxError ? 'it is not JSON' : 'it cannot be read');
  }
  const { baseline_version: version, findings } = (value ?? {}) as Record<string, unknown>;
  if (version !== 1) throw fail('it has no baseline_version 1');
  if (!Array.isArray(findings)) throw fail('it has no list of findings');
  return new Set(
    findings.map((f: unknown, i) => {
      const print = (f as { fingerprint?: unknown } | null)?.fingerprint;
      if (typeof print !== 'string' || !FINGERPRINT.test(print))
        throw fail(`entry ${i + 1} has no fingerprint`);
      return print;
    }),
  );
}

/** The document without the known findings, and how many these are. The diagnosis stays as it was made with all. */
export function withoutKnown(
  d: AnalysisDocument,
  known: ReadonlySet<string>,
): { document: AnalysisDocument; leftOut: number } {
  const prints = fingerprints(d);
  const findings = d.findings.filter((_, i) => !known.has(prints[i]!));
  const leftOut = d.findings.length - findings.length;
  if (leftOut === 0) return { document: d, leftOut };
  const document = keepFindings(d, findings);
  const message = `${leftOut} known ${leftOut === 1 ? 'finding is' : 'findings are'} left out of the list; the diagnosis was made with all.`;
  const said = { code: 'N_BASELINE', subject: 'baseline', message, hint: null, note: true };
  return {
    leftOut,
    document: { ...document, coverage: { ...d.coverage, problems: [...d.coverage.problems, said] } },
  };
}

/** The document with some of its findings, the evidence that these use, and no reference to the others. */
export function keepFindings(d: AnalysisDocument, findings: AnalysisDocument['findings']): AnalysisDocument {
  const used = new Set(findings.flatMap((f) => f.evidence));
  const kept = new Set([...used, ...findings.map((f) => f.id)]);
  return {
    ...d,
    findings,
    evidence: d.evidence.filter((e) => used.has(e.id)),
    ...(d.layers === undefined
      ? {}
      : { layers: d.layers.map((l) => ({ ...l, evidence: l.evidence.filter((id) => kept.has(id)) })) }),
  };
}
