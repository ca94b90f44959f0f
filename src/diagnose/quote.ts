import { readLineBatches } from '../ingest/index.js';
import type { Limits } from '../limits.js';
import type { EvidenceItem, Finding, RuleResults } from '../model/rule.js';
import type { Bundle, SourceFile } from '../model/source.js';

/** Longest quotation of one line, in characters. */
const MAX_QUOTE = 500;

/**
 * Puts the line itself into every piece of evidence that names one. Facts quote what they understood of a line
 * (an address, a policy); a reader wants to see the line, and to find it at the place that is cited. Records of
 * logs hold their line already.
 */
export async function quoteEvidence(
  results: RuleResults,
  bundles: readonly Bundle[],
  limits: Limits,
): Promise<RuleResults> {
  const lines = new Map<string, string>();
  for (const [file, wanted] of citedLines(results, bundles)) await readCited(file, wanted, limits, lines);
  if (lines.size === 0) return results;
  const quote = (e: EvidenceItem): EvidenceItem => {
    const line = e.type === 'search' ? undefined : lines.get(keyOf(e.node, e.file, e.line));
    return line === undefined ? e : { ...e, content: excerpt(line, e.content) };
  };
  const findings = results.findings.map((f): Finding => ({ ...f, evidence: f.evidence.map(quote) }));
  return { ...results, findings };
}

function keyOf(node: string | null, file: string | null, line: number | null): string {
  return `${node ?? ''}\n${file ?? ''}\n${line ?? ''}`;
}

type Wanted = Map<number, string>;

function citedLines(results: RuleResults, bundles: readonly Bundle[]): Map<SourceFile, Wanted> {
  const files = new Map<string, SourceFile>();
  for (const b of bundles) for (const f of b.files.values()) files.set(`${b.id}\n${f.path}`, f);
  const out = new Map<SourceFile, Wanted>();
  for (const f of results.findings)
    for (const e of f.evidence) {
      if (e.type === 'search' || e.file === null || e.line === null) continue;
      const file = files.get(`${e.node ?? ''}\n${e.file}`);
      if (file === undefined) continue;
      const wanted = out.get(file) ?? new Map<number, string>();
      wanted.set(e.line, keyOf(e.node, e.file, e.line));
      out.set(file, wanted);
    }
  return out;
}

async function readCited(
  file: SourceFile,
  wanted: Wanted,
  limits: Limits,
  into: Map<string, string>,
): Promise<void> {
  const last = Math.max(...wanted.keys());
  try {
    for await (const batch of readLineBatches(file, limits))
      for (const line of batch) {
        const key = wanted.get(line.number);
        if (key !== undefined) into.set(key, line.line);
        if (line.number >= last) return;
      }
  } catch {
    // The file was read before; should it be gone now, what the fact quoted stands.
  }
}

/** The line, or of a long one (JSON) the part from the object in which the fact saw what it quotes. */
function excerpt(line: string, seen: string): string {
  const trimmed = line.trim();
  if (trimmed.length <= MAX_QUOTE) return trimmed;
  const found = Math.max(0, trimmed.indexOf(seen.slice(0, 40)));
  const open = trimmed.lastIndexOf('{', found);
  const at = open >= 0 && found - open < MAX_QUOTE / 2 ? open : found;
  return `${trimmed.slice(at, at + MAX_QUOTE)}…`;
}
